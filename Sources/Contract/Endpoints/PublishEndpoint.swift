package import Crypto
package import Events
import Manifest

extension Endpoints {
    package static let publish = Endpoint<NoParameters, NoBody, PublishAnswer>.upload(
        "publish", "/publish", "Publish a version of an agent",
        notes: "All or nothing. Publishing the same files again changes nothing and is answered with 200.",
        credential: .token([.publish]),
        parts: Artifact.Role.allCases.map { ($0.rawValue, isRequired: $0 == .manifest) },
        maximumBytes: Artifact.Role.allCases.map(\.maximumBytes).reduce(65_536, +),
        problems: [
            .invalidManifest, .invalidPart, .secretFound, .versionExists, .otherSpelling, .notOwner, .namespaceOwned,
            .nameReserved,
            .nameResembles,
            .notPermitted, .quarantined, .quarantinedLegally, .artifactRemoved,
        ])

    static let publishing: [any AnyEndpoint] = [publish]
}

/// The answer to a publication.
package struct PublishAnswer: CommandAnswer {
    package let id: AgentKey
    package let agentID: String
    package let version: String
    package let release: SHA256Digest
    package let isNew: Bool
    package let warnings: [Problem.Finding]
    package var position: Position?

    package init(
        id: AgentKey, agentID: String, version: String, release: SHA256Digest, isNew: Bool, warnings: [Problem.Finding],
        position: Position? = nil
    ) {
        self.id = id
        self.agentID = agentID
        self.version = version
        self.release = release
        self.isNew = isNew
        self.warnings = warnings
        self.position = position
    }

    package static let form = Form.object(
        "PublishAnswer", Self.init(id:agentID:version:release:isNew:warnings:position:),
        .required("id", \.id, .agentKey, "The key of the agent."),
        .required("agent_id", \.agentID, .text, "The registered spelling."),
        .required("version", \.version, .text, "As it stands in the log."),
        .required("release", \.release, .digest, "Over its files."),
        .required("new", \.isNew, .bool, "False where the same release stood there already."),
        .required(
            "warnings", \.warnings, .list(Problem.Finding.form), "What was found and does not prevent publishing."),
        .optional("position", \.position, .position, "Of the last event, or of the earlier one where nothing changed."))
}

extension Artifact.Role {
    /// The most bytes that a file of the role may have.
    package var maximumBytes: Int {
        switch self {
        case .manifest: AgentManifest.maximumBytes
        case .package, .wasmModule: 64 << 20
        case .readme, .changelog: 1 << 20
        }
    }
}
