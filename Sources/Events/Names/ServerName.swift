/// The name of an agent as a server in a registry of the Model Context Protocol: `<namespace>/<rest of the id>`.
///
/// Only agents in the namespaces of package registries have one. These namespaces are reserved for administrators, who
/// import the packages; elsewhere nothing proves that a package that a manifest names belongs to the agent's publisher.
public struct ServerName: Sendable, Equatable, CustomStringConvertible {
    /// The namespaces of package registries.
    public static let namespaces = ["go", "maven", "mcp", "npm", "other", "pypi"]

    /// The name, in the registered spelling of the id.
    public let description: String
    /// The agent.
    public let key: AgentKey

    /// Names an agent; nil where it is in none of the namespaces.
    public init?(_ id: AgentID) {
        guard Self.isImported(id.key), let namespace = id.key.namespace,
            let dot = id.description.firstIndex(of: ".")
        else { return nil }
        key = id.key
        description = "\(namespace)/\(id.description[id.description.index(after: dot)...])"
    }

    /// Parses a name, in any spelling of the id; nil where no agent can have it.
    public init?(_ text: String) {
        guard let slash = text.firstIndex(of: "/"),
            let id = AgentID("\(text[..<slash]).\(text[text.index(after: slash)...])"), !text[..<slash].contains(".")
        else { return nil }
        self.init(id)
    }

    /// True for an agent in one of the namespaces: it is the package that it names, and no other agent is.
    public static func isImported(_ key: AgentKey) -> Bool {
        key.namespace.map { namespaces.contains($0.description) } ?? false
    }
}
