import Crypto
public import Events
public import Manifest
import Text

/// The result of checking a manifest and its files: the facts for the entry, and the contents that it commits to.
public struct Publication: Sendable {
    /// The agent.
    public let id: AgentID
    /// The version.
    public let version: SemVer
    /// The event to append.
    public let published: VersionPublished
    /// The contents that the event commits to.
    public let contents: [ContentKind: Content]
    /// Findings that do not prevent publishing.
    public let warnings: [Finding]

    /// The findings that prevent publishing, together with the warnings.
    public struct Refusal: Error, Sendable, Equatable {
        /// At least one of them is an error.
        public let findings: [Finding]
    }

    /// Why a file can't have a role, judged by its first eight bytes; nil where it may have it.
    public static func fault(ofHead head: [UInt8], of role: Artifact.Role) -> String? {
        switch role {
        case .package: head.starts(with: [0x1f, 0x8b, 0x08]) ? nil : "is no gzip-compressed tar archive"
        case .wasmModule:
            head.prefix(8) == [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]
                ? nil : "is no WebAssembly module of version 1"
        case .manifest, .readme, .changelog: nil
        }
    }

    /// Checks a manifest and its files for publishing.
    ///
    /// - Parameter nonce: returns 32 random bytes for each content.
    /// - Throws: all findings at once, where one of them is an error.
    public init(manifest: AgentManifest, artifacts: [Artifact], nonce: () -> [UInt8]) throws(Refusal) {
        var findings = manifest.findings
        let hasIDFinding = findings.contains { $0.path == "/id" }
        let id = AgentID(manifest.id)
        if id == nil && !hasIDFinding && !findings.contains(where: { $0.path.isEmpty }) {
            findings.append(
                Finding(
                    .error, "/id",
                    "an id has 1 to 128 characters, begins and ends with a letter or digit, and no dot stands beside "
                        + "'.', '-' or '_'"))
        }
        var dependencies: [Dependency] = []
        // All spellings of an id are one agent.
        var keys: [Bool: Set<AgentKey>] = [:]
        var places: [Bool: Int] = [:]
        for dependency in manifest.dependencies ?? [] {
            let index = places[dependency.isPeer, default: 0]
            places[dependency.isPeer] = index + 1
            let path = "/\(dependency.isPeer ? "peer_dependencies" : "dependencies")/\(index)/id"
            if let id = AgentID(dependency.id) {
                let isNew = keys[dependency.isPeer, default: []].insert(id.key).inserted
                let isSelf = id.key == AgentID(manifest.id)?.key
                if isSelf || !isNew, !findings.contains(where: { $0.path == path && $0.severity == .error }) {
                    findings.append(
                        Finding(
                            .error, path,
                            isSelf
                                ? "an agent can't depend on itself"
                                : "'\(id)' stands twice; one range holds for an agent"))
                }
                dependencies.append(Dependency(id: id, range: dependency.range, isPeer: dependency.isPeer))
            } else {
                findings.append(
                    Finding(.error, path, "'\(dependency.id.prefix(128))' is no agent id"))
            }
        }
        Self.judgeWASM(manifest, artifacts, &findings)

        let listing = Content(Self.listing(of: manifest), nonce: nonce())
        let author = manifest.author.map { Content(AuthorContent(name: $0), nonce: nonce()) }
        if listing.document.count > Content.maximumBytes {
            findings.append(
                Finding(
                    .error, "",
                    "title, description, tags and pins are larger than \(Content.maximumBytes) bytes together"))
        }
        let published = VersionPublished(
            version: manifest.version?.description ?? "", artifacts: artifacts, listed: manifest.isListed,
            runtime: manifest.runtime, license: manifest.license?.description, capabilities: manifest.capabilities,
            dependencies: manifest.dependencies == nil ? nil : dependencies,
            minimumMentatVersion: manifest.minimumMentatVersion?.description, listingCommitment: listing.commitment,
            authorCommitment: author?.commitment)
        if Self.exceedsEntry(published) {
            findings.append(
                Finding(
                    .error, "/capabilities",
                    "capabilities and dependencies together do not fit an entry of 65,535 bytes"))
        }

        guard let id, let version = manifest.version, !findings.contains(where: { $0.severity == .error }) else {
            throw Refusal(findings: findings)
        }
        self.id = id
        self.version = version
        self.published = published
        contents = [.listing: listing].merging(author.map { [.author: $0] } ?? [:]) { $1 }
        warnings = findings
    }

    private static func judgeWASM(_ manifest: AgentManifest, _ artifacts: [Artifact], _ findings: inout [Finding]) {
        guard let module = artifacts.first(where: { $0.role == .wasmModule }) else {
            if manifest.runtime == "wasm" {
                findings.append(Finding(.warning, "/runtime", "the runtime is wasm, but no wasm_module was uploaded"))
            }
            return
        }
        if let stated = manifest.wasmSHA256, stated != module.sha256.hex {
            findings.append(
                Finding(.error, "/wasm/sha256", "the wasm_module that was uploaded has the digest \(module.sha256)"))
        }
    }

    private static func listing(of manifest: AgentManifest) -> ListingContent {
        var listing = ListingContent()
        listing.title = manifest.title
        listing.summary = manifest.description.firstLine(upTo: 200)
        listing.description = manifest.description
        listing.category = manifest.category
        listing.tags = manifest.tags
        listing.image = manifest.image
        listing.sourceURL = manifest.sourceURL
        listing.icon = manifest.icon
        func packages(_ packages: [AgentManifest.Package]) -> [ListingContent.Package] {
            packages.map {
                ListingContent.Package(identifier: $0.identifier, registry: $0.registry, version: $0.version)
            }
        }
        listing.packages = manifest.packages.map(packages)
        listing.mcp = manifest.mcp.map { mcp in
            ListingContent.ModelContextProtocol(
                packages: packages(mcp.packages),
                remotes: mcp.remotes.map { ListingContent.Remote(type: $0.type, url: $0.url) })
        }
        func pins(_ pins: [AgentManifest.Pin]) -> [ListingContent.Pin] {
            pins.map { ListingContent.Pin(name: $0.name, type: $0.type, description: $0.description) }
        }
        listing.inputs = pins(manifest.inputs)
        listing.outputs = pins(manifest.outputs)
        return listing
    }

    /// True where the event does not fit an entry. The check leaves 1 KiB for the envelope, whose own fields take less.
    private static func exceedsEntry(_ published: VersionPublished) -> Bool {
        guard let probeKey = AgentKey("a") else { return false }
        let probe = Envelope(
            id: UUIDv7(milliseconds: 0, random: [UInt8](repeating: 0, count: 10)),
            log: LogID(random: [UInt8](repeating: 0, count: 16)),
            stream: .agent(probeKey), time: Timestamp(milliseconds: 0),
            recordedTime: Timestamp(milliseconds: 0), origin: Envelope.Origin(), event: published)
        return probe.bytes.count > Envelope.maximumBytes - 1024
    }
}
