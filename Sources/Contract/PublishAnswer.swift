import Events
public import JSON

/// The answer to a publication.
///
/// Kept under the idempotency key without its position, which the log adds when it knows it.
public struct PublishAnswer: Sendable, Equatable {
    /// The key of the agent.
    public let key: String
    /// The registered spelling.
    public let agentID: String
    /// The version, as it stands in the log.
    public let version: String
    /// The digest over its artifacts.
    public let release: String
    /// False where the same release stood there already.
    public let isNew: Bool
    /// What was found and did not stand against it.
    public let warnings: [Problem.Finding]

    /// Puts an answer together.
    public init(
        key: String, agentID: String, version: String, release: String, isNew: Bool, warnings: [Problem.Finding]
    ) {
        self.key = key
        self.agentID = agentID
        self.version = version
        self.release = release
        self.isNew = isNew
        self.warnings = warnings
    }

    /// Canonical JSON without the position.
    public var template: [UInt8] {
        var writer = JSONWriter()
        writer.object { object in
            object.member("agent_id", agentID)
            object.member("id", key)
            object.member("new", isNew)
            object.member("release", release)
            object.member("version", version)
            object.member("warnings") { $0.findings(warnings) }
        }
        return writer.bytes
    }

    /// Reads a body or a template.
    public init(body: [UInt8]) throws(JSONError) {
        var reader = try JSONReader(body)
        var key: String?
        var agentID: String?
        var version: String?
        var release: String?
        var isNew: Bool?
        var warnings: [Problem.Finding] = []
        try reader.object { name, reader throws(JSONError) in
            switch name {
            case "id": key = try reader.string()
            case "agent_id": agentID = try reader.string()
            case "version": version = try reader.string()
            case "release": release = try reader.string()
            case "new": isNew = try reader.bool()
            case "warnings":
                try reader.array { reader throws(JSONError) in
                    let value = try reader.value()
                    warnings.append(
                        Problem.Finding(
                            severity: value["severity"]?.string ?? "", path: value["path"]?.string ?? "",
                            message: value["message"]?.string ?? ""))
                }
            default: try reader.skip()
            }
        }
        self.init(
            key: try reader.require(key, "id"), agentID: try reader.require(agentID, "agent_id"),
            version: try reader.require(version, "version"), release: try reader.require(release, "release"),
            isNew: try reader.require(isNew, "new"), warnings: warnings)
    }
}
