/// Sends bytes to a port as they are and gives back all that comes until the connection closes.
public enum RawHTTP {
    /// What a client does.
    public enum Step: Sendable {
        /// Sends a text.
        case send(String)
        /// Sends so many bytes of one value.
        case fill(Int)
        /// Waits.
        case sleep(milliseconds: Int)
        /// Sends no more, and still reads.
        case finish
        /// Is gone.
        case leave

        var line: String {
            switch self {
            case .send(let text):
                "send \(text.utf8.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined())"
            case .fill(let count): "send \(String(repeating: "61", count: count))"
            case .sleep(let milliseconds): "sleep \(milliseconds)"
            case .finish: "finish"
            case .leave: "leave"
            }
        }
    }

    /// Does the steps and reads to the end.
    public static func exchange(port: UInt16, _ steps: [Step]) async throws -> String {
        try await Oracle.run("raw_http", arguments: ["\(port)"], input: steps.map { "\($0.line)\n" }.joined())
            .joined(separator: "\n")
    }
}
