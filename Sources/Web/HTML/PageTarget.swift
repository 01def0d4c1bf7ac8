/// The target of an endpoint that shows a page: its path, and its parameters in their order.
struct PageTarget: Sendable {
    private let path: Substring
    private var parameters: [Substring]

    init(_ target: String) {
        let parts = target.split(separator: "?", maxSplits: 1)
        path = parts.first ?? "/"
        parameters = parts.dropFirst().first?.split(separator: "&") ?? []
    }

    /// The target as it is sent.
    var text: String { path + (parameters.isEmpty ? "" : "?\(parameters.joined(separator: "&"))") }

    /// True where a parameter is given.
    func has(_ name: String) -> Bool { parameters.contains { $0.hasPrefix("\(name)=") } }

    /// The target without a parameter.
    func without(_ name: String) -> PageTarget {
        var target = self
        target.parameters.removeAll { $0.hasPrefix("\(name)=") }
        return target
    }
}
