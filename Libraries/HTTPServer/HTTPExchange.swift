/// A request under way and its body, as one value: what was received, what the handler has taken, and how it ended.
struct HTTPExchange {
    /// How the body ends.
    enum BodyEnd {
        /// More may come.
        case open
        /// All of it was received.
        case complete
        /// It is malformed, too large, too slow, or cut off.
        case refused(HTTPRefusal)
    }

    /// A body's bytes gather into pieces of up to so many, since each piece is a hop for its reader.
    private static let pieceBytes = 16_384

    let isHead: Bool
    /// Length that the head states; nil for a chunked body.
    private let statedLength: Int?
    private(set) var keepsAlive: Bool
    /// True until the client was told to send the body.
    private(set) var owesContinue: Bool
    private(set) var end: BodyEnd
    private(set) var bufferedBytes = 0
    /// The longest body that is taken.
    private var limit: Int
    private var receivedBytes = 0
    private var pieces: [[UInt8]] = []

    init(_ head: HTTPRequestHead, limits: HTTPLimits) {
        isHead = head.method == "HEAD"
        keepsAlive = head.keepsAlive
        owesContinue = head.expectsContinue && head.framing != .none
        statedLength = if case .length(let count) = head.framing { count } else { nil }
        limit = limits.bodyBytes
        end = .open
    }

    /// An exchange that only carries a refusal, for bytes that are not a valid request.
    init(refusing refusal: HTTPRefusal) {
        isHead = false
        keepsAlive = false
        owesContinue = false
        statedLength = nil
        limit = 0
        end = .refused(refusal)
    }

    /// True while the body has no end yet.
    var isOpen: Bool { if case .open = end { true } else { false } }
    /// True where all of the body was received, so that the next request can follow.
    var isComplete: Bool { if case .complete = end { true } else { false } }

    /// Takes bytes of the body.
    mutating func receive(_ bytes: [UInt8]) {
        receivedBytes += bytes.count
        guard receivedBytes <= limit else { return refuse(tooLarge) }
        if let last = pieces.indices.last, pieces[last].count + bytes.count <= Self.pieceBytes {
            pieces[last] += bytes
        } else {
            pieces.append(bytes)
        }
        bufferedBytes += bytes.count
    }

    /// Says that all of the body was received.
    mutating func complete() { end = .complete }

    /// Ends the body as refused; what the handler has not taken is dropped, and the connection closes after the answer.
    mutating func refuse(_ refusal: HTTPRefusal) {
        end = .refused(refusal)
        pieces = []
        bufferedBytes = 0
        keepsAlive = false
    }

    /// Closes the connection after the answer.
    mutating func forbidAnother() { keepsAlive = false }

    /// Allows a body of up to so many bytes.
    mutating func allow(_ bytes: Int) {
        limit = bytes
        if receivedBytes > bytes { refuse(tooLarge) }
        refuseStatedLength()
    }

    /// Begins to pull: a body that says it is too large is refused; true where the client has to be told to send.
    mutating func beginPull() -> Bool {
        refuseStatedLength()
        guard owesContinue, isOpen else { return false }
        owesContinue = false
        return true
    }

    private mutating func refuseStatedLength() {
        if isOpen, let statedLength, statedLength > limit { refuse(tooLarge) }
    }

    private var tooLarge: HTTPRefusal {
        HTTPRefusal(413, "the request's body is larger than \(limit) bytes")
    }

    /// What a reader gets now; nil where it has to wait.
    mutating func takePiece() -> Result<[UInt8]?, HTTPRefusal>? {
        if case .refused(let refusal) = end { return .failure(refusal) }
        guard pieces.isEmpty else {
            let piece = pieces.removeFirst()
            bufferedBytes -= piece.count
            return .success(piece)
        }
        return isComplete ? .success(nil) : nil
    }
}
