package import Crypto
package import Events
package import Manifest

extension Endpoints {
    package static let listVersions = Endpoint<VersionListParameters, NoBody, VersionList>.query(
        "listVersions", "/agents/{id}/versions", "List the versions of an agent, from high to low", cost: .search)
    package static let showVersion = Endpoint<VersionParameters, NoBody, VersionPage>.query(
        "showVersion", "/agents/{id}/versions/{version}", "Show a version")
    package static let showManifest = Endpoint<VersionParameters, NoBody, NoBody>.file(
        "showManifest", "/agents/{id}/versions/{version}/manifest", "Get the manifest as it was uploaded",
        mediaTypes: ["application/yaml", "application/json"],
        problems: [.artifactNotFound, .artifactRemoved, .quarantined, .quarantinedLegally])
    package static let showArtifact = Endpoint<ArtifactParameters, NoBody, NoBody>.file(
        "showArtifact", "/artifacts/sha256/{digest}", "Get a file by its digest",
        mediaTypes: ["application/octet-stream", "application/wasm"],
        problems: [.artifactRemoved, .quarantined, .quarantinedLegally])

    static let versions: [any AnyEndpoint] = [listVersions, showVersion, showManifest, showArtifact]
}

/// A version of an agent.
package struct VersionParameters: PastParameters, AboutOneAgent {
    package let id: AgentKey
    package let version: SemVer
    package let minimumPosition: Position?
    package let asOf: AsOf?

    package init(id: AgentKey, version: SemVer, minimumPosition: Position? = nil, asOf: AsOf? = nil) {
        self.id = id
        self.version = version
        self.minimumPosition = minimumPosition
        self.asOf = asOf
    }

    package static let parameters = ParameterForm.of(
        Self.init(id:version:minimumPosition:asOf:),
        .path("id", \.id, .agent, "The id of an agent, in any spelling."),
        .path("version", \.version, .version, "A version by SemVer 2.0."),
        .query("min_position", \.minimumPosition, .position, "Wait until the answer reflects this position."),
        .asOf(\.asOf))
}

/// An agent, and one of its versions; by default the one that is shown.
package struct VersionQuery: PositionedParameters {
    package let id: AgentKey
    package let version: SemVer?
    package let minimumPosition: Position?

    package init(id: AgentKey, version: SemVer? = nil, minimumPosition: Position? = nil) {
        self.id = id
        self.version = version
        self.minimumPosition = minimumPosition
    }

    package static let parameters = ParameterForm.of(
        Self.init(id:version:minimumPosition:),
        .path("id", \.id, .agent, "The id of an agent, in any spelling."),
        .query("version", \.version, .version, "A version by SemVer 2.0; by default the one that is shown."),
        .query("min_position", \.minimumPosition, .position, "Wait until the answer reflects this position."))
}

/// An agent, and where the list of its versions goes on.
package struct VersionListParameters: PastParameters, PagedParameters, AboutOneAgent {
    package let id: AgentKey
    package let limit: Int64
    package let cursor: String?
    package let minimumPosition: Position?
    package let asOf: AsOf?

    package init(
        id: AgentKey, limit: Int64 = 20, cursor: String? = nil, minimumPosition: Position? = nil, asOf: AsOf? = nil
    ) {
        self.id = id
        self.limit = limit
        self.cursor = cursor
        self.minimumPosition = minimumPosition
        self.asOf = asOf
    }

    package static let parameters = ParameterForm.of(
        Self.init(id:limit:cursor:minimumPosition:asOf:),
        .path("id", \.id, .agent, "The id of an agent, in any spelling."),
        .query("limit", \.limit, .integer(from: 1, to: 100), default: Int64(20), "The most entries of a page."),
        .query("cursor", \.cursor, .cursor, "Where a page goes on, as the one before said."),
        .query("min_position", \.minimumPosition, .position, "Wait until the answer reflects this position."),
        .asOf(\.asOf))
}

/// A file.
package struct ArtifactParameters: Parameters {
    package let digest: SHA256Digest

    package init(digest: SHA256Digest) {
        self.digest = digest
    }

    package static let parameters = ParameterForm.of(
        Self.init(digest:),
        .path("digest", \.digest, .digest, "64 lower-case hexadecimal digits."))
}

/// A version.
package struct VersionPage: Body {
    package let id: AgentKey
    package let version: String
    package let release: SHA256Digest
    package let published: Timestamp
    package let position: Position
    package let publisher: PublisherMention
    package let artifacts: [ArtifactBody]
    package let author: String?
    package let capabilities: [String]
    package let dependencies: [DependencyBody]
    package let license: String?
    package let isListed: Bool
    package let listing: RawObject?
    package let minimumMentatVersion: String?
    package let runtime: String?
    package let isYanked: Bool
    package let yank: ReasonRemark?
    package let quarantine: ReasonRemark?

    package init(
        id: AgentKey, version: String, release: SHA256Digest, published: Timestamp, position: Position,
        publisher: PublisherMention, artifacts: [ArtifactBody], author: String? = nil, capabilities: [String],
        dependencies: [DependencyBody],
        license: String? = nil, isListed: Bool, listing: RawObject? = nil, minimumMentatVersion: String? = nil,
        runtime: String? = nil, isYanked: Bool, yank: ReasonRemark? = nil, quarantine: ReasonRemark? = nil
    ) {
        self.id = id
        self.version = version
        self.release = release
        self.published = published
        self.position = position
        self.publisher = publisher
        self.artifacts = artifacts
        self.author = author
        self.capabilities = capabilities
        self.dependencies = dependencies
        self.license = license
        self.isListed = isListed
        self.listing = listing
        self.minimumMentatVersion = minimumMentatVersion
        self.runtime = runtime
        self.isYanked = isYanked
        self.yank = yank
        self.quarantine = quarantine
    }

    package static let form = Form.object(
        "AgentVersion",
        Self.init(
            id:version:release:published:position:publisher:artifacts:author:capabilities:dependencies:license:isListed:
            listing:
            minimumMentatVersion:runtime:isYanked:yank:quarantine:),
        .required("id", \.id, .agentKey),
        .required("version", \.version, .text),
        .required("release", \.release, .digest, "Over all its files."),
        .required("published_at", \.published, .time),
        .required("position", \.position, .position, "Where the log says so."),
        .required("publisher", \.publisher, PublisherMention.form, "Who published this version."),
        .required("artifacts", \.artifacts, .list(ArtifactBody.form)),
        .optional("author", \.author, .text, "Who wrote it, as its manifest says, unless that was erased."),
        .required("capabilities", \.capabilities, .list(.text)),
        .required("dependencies", \.dependencies, .list(DependencyBody.form)),
        .optional("license", \.license, .text),
        .required("listed", \.isListed, .bool),
        .optional("listing", \.listing, .raw, "The content 'listing', unless it was erased."),
        .optional("min_mentat_version", \.minimumMentatVersion, .text),
        .optional("runtime", \.runtime, .text),
        .required("yanked", \.isYanked, .bool),
        .optional("yank", \.yank, ReasonRemark.form, "Where it is yanked."),
        .optional("quarantine", \.quarantine, ReasonRemark.form, "Where moderators hold it."))
}

/// A file of a version.
package struct ArtifactBody: Body {
    package let role: String
    package let sha256: SHA256Digest
    package let sizeBytes: Int64
    package let url: String
    package let isRemoved: Bool?

    package init(role: String, sha256: SHA256Digest, sizeBytes: Int64, url: String, isRemoved: Bool? = nil) {
        self.role = role
        self.sha256 = sha256
        self.sizeBytes = sizeBytes
        self.url = url
        self.isRemoved = isRemoved
    }

    package static let form = Form.object(
        "Artifact", Self.init(role:sha256:sizeBytes:url:isRemoved:),
        .required("role", \.role, .text(.choice(Artifact.Role.allCases.map(\.rawValue)))),
        .required("sha256", \.sha256, .digest),
        .required("size", \.sizeBytes, .count),
        .required("url", \.url, .text),
        .optional("removed", \.isRemoved, .bool, "There where the bytes were removed; digest and proof stay."))
}

/// A page of the versions of an agent.
package struct VersionList: Body {
    package let versions: [VersionPage]
    package let pagination: Pagination

    package init(versions: [VersionPage], pagination: Pagination) {
        self.versions = versions
        self.pagination = pagination
    }

    package static let form = Form.object(
        "VersionList", Self.init(versions:pagination:),
        .required("versions", \.versions, .list(VersionPage.form)),
        .required("pagination", \.pagination, Pagination.form))
}
