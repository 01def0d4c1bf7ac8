/// A permission as clients write it: a scope such as `review`, `publish:<agent>` or `publish:<namespace>.*`.
public enum PermissionWord: Sendable, Hashable, CustomStringConvertible {
    /// A whole scope.
    case scope(Scope)
    /// Publishing one agent.
    case publishAgent(AgentKey)
    /// Publishing all agents of one namespace.
    case publishNamespace(Namespace)

    /// All forms, for messages to people.
    public static let forms =
        "publish:<agent>, publish:<namespace>.*, " + Scope.allCases.map(\.rawValue).joined(separator: ", ")

    /// Parses a permission; nil for anything else.
    public init?(_ text: String) {
        if let scope = Scope(rawValue: text) {
            self = .scope(scope)
            return
        }
        guard text.hasPrefix("publish:") else { return nil }
        let rest = String(text.dropFirst(8))
        if rest.hasSuffix(".*"), let namespace = Namespace(String(rest.dropLast(2))) {
            self = .publishNamespace(namespace)
        } else if let key = AgentKey(rest) {
            self = .publishAgent(key)
        } else {
            return nil
        }
    }

    public var description: String {
        switch self {
        case .scope(let scope): scope.rawValue
        case .publishAgent(let key): "publish:\(key)"
        case .publishNamespace(let namespace): "publish:\(namespace).*"
        }
    }
}
