/// An answer that is kept as bytes and written on the reactor's own thread, without a task for the request.
public struct HTTPKeptAnswer: Sendable {
    let head: [UInt8]
    let body: [UInt8]

    /// How much memory it takes, about.
    public var sizeBytes: Int { head.count + body.count }

    /// Keeps an answer whose body is bytes; nil for a file.
    public init?(_ response: HTTPResponse) {
        switch response.body {
        case .empty: body = []
        case .bytes(let bytes): body = bytes
        case .file: return nil
        }
        head = encodeFields(response)
    }
}
