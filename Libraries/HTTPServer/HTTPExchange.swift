/// A current request and its body: what was received, what the handler has read, and how the body ended.
struct HTTPExchange {
    /// How the body has ended.
    enum BodyEnd {
        /// More bytes may follow.
        case open
        /// All of it was received.
        case complete
        /// It is malformed, too large, too slow or incomplete.
        case refused(HTTPRefusal)
    }

    /// Small parts of a body are joined to pieces of up to this many bytes, since each piece resumes the reader once.
    private static let pieceBytes = 16_384

    let isHead: Bool
    let isVersion11: Bool
    /// The length that the head states; nil for a chunked body.
    private let statedLength: Int?
    private(set) var keepsAlive: Bool
    /// True until the server has sent `100 Continue`.
    private(set) var owesContinue: Bool
    private(set) var end: BodyEnd
    /// True once the handler has asked for the body: until then all but what came with the head stays with the client.
    private(set) var isWanted = false
    private(set) var bufferedBytes = 0
    /// The largest body that is accepted, in bytes.
    private var limit: Int
    private var receivedBytes = 0
    private var pieces: [[UInt8]] = []

    init(_ head: HTTPRequestHead, limits: HTTPLimits) {
        isHead = head.method == "HEAD"
        isVersion11 = head.isVersion11
        keepsAlive = head.keepsAlive
        owesContinue = head.expectsContinue && head.framing != .none
        statedLength = if case .length(let count) = head.framing { count } else { nil }
        limit = limits.bodyBytes
        end = .open
    }

    /// An exchange that only carries a refusal, for bytes that are not a valid request.
    init(refusing refusal: HTTPRefusal) {
        isHead = false
        isVersion11 = true
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

    /// True for a body of at most 16 KiB that nobody has asked for.
    var isSmallAndUnread: Bool { isOpen && !isWanted && !owesContinue && statedLength.map { $0 <= 16_384 } == true }

    /// Adds received bytes, or refuses the body where it exceeds the limit.
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

    /// Marks the body as complete.
    mutating func complete() { end = .complete }

    /// Refuses the body: pieces that the handler has not read are dropped, and the connection closes after the answer.
    mutating func refuse(_ refusal: HTTPRefusal) {
        end = .refused(refusal)
        dropPieces()
        keepsAlive = false
    }

    /// Drops what was received and the handler has not read.
    mutating func dropPieces() {
        pieces = []
        bufferedBytes = 0
    }

    /// Makes the connection close after the answer.
    mutating func forbidAnother() { keepsAlive = false }

    /// Sets the limit in bytes, and refuses the body where its stated length or the received bytes exceed it.
    mutating func allow(_ bytes: Int) {
        isWanted = true
        limit = bytes
        if case .refused = end { return }
        if receivedBytes > bytes { refuse(tooLarge) }
        refuseStatedLength()
    }

    /// Prepares for reading and refuses a body whose stated length exceeds the limit.
    ///
    /// - Returns: true where the connection has to send `100 Continue`.
    mutating func beginPull() -> Bool {
        isWanted = true
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

    /// Takes the next piece, nil at the end, or the refusal; returns nil where the reader has to wait.
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
