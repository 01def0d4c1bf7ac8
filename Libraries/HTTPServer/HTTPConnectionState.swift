/// The state of one connection (RFC 9112): what happens to it comes in, and what is to be done comes out, one action at
/// a time. It has no socket, no task and no clock, so that every path through it can be tested as values.
///
/// Its owner tells it what happened, and calls `next` until that returns nil.
struct HTTPConnectionState {
    /// What its owner has to do.
    enum Action {
        /// Answer a request: at once, or by a handler.
        case handle(HTTPRequestHead)
        /// Answer bytes that are not a valid request.
        case refuse(HTTPRefusal)
        /// Resume the reader of the body that waits.
        case resumeReader(Result<[UInt8]?, HTTPRefusal>)
        /// Stop sending, so that the client reads the answer and then the end.
        case finishSending
        /// Close the connection; no action follows.
        case close
    }

    private enum Phase {
        /// Waits for a request.
        case idle
        /// A handler works on one.
        case handling(HTTPExchange)
        /// An answer is being written.
        case answering(HTTPExchange)
        /// The last answer is out. What still comes in is dropped so that the client gets to read the answer.
        case lingering(droppedBytes: Int)
        case closed
    }

    /// Whether the client still sends.
    private enum Peer {
        case sending
        /// It has finished; bytes may still wait in the socket before the end.
        case finishing
        case finished
    }

    private let limits: HTTPLimits
    private var decoder: HTTPRequestDecoder
    private var phase = Phase.idle
    private var peer = Peer.sending
    private var isDraining = false
    private var isReaderWaiting = false
    /// When the present phase has taken too long.
    private var deadline: Int64
    /// When a body has taken too long as a whole.
    private var bodyDeadline: Int64 = .max
    private var mustFinishSending = false
    private var mustClose = false
    private var isRefusing = false
    /// The request that was under way when the connection closed.
    private var closing: HTTPExchange?

    init(limits: HTTPLimits, now: Int64) {
        self.limits = limits
        decoder = HTTPRequestDecoder(limits: limits)
        deadline = now + limits.headMilliseconds
    }

    // MARK: What is wanted of the socket

    /// True while bytes of the client are taken.
    var wantsBytes: Bool {
        guard peer != .finished else { return false }
        return switch phase {
        case .idle, .lingering: true
        case .handling: takesBody
        case .answering, .closed: false
        }
    }

    /// True while the end of the client's sending is news.
    var wantsEnd: Bool { peer == .sending }

    var isClosed: Bool { if case .closed = phase { true } else { false } }

    /// The answer is complete where everything was written.
    var isAnswering: Bool { if case .answering = phase { true } else { false } }

    // MARK: What happens

    /// Bytes of the client came.
    mutating func receive(_ bytes: [UInt8], now: Int64) {
        switch phase {
        case .lingering(let dropped):
            phase = .lingering(droppedBytes: dropped + bytes.count)
            if dropped + bytes.count > limits.lingerBytes { mustClose = true }
            return
        case .idle: if decoder.isIdle { deadline = now + limits.headMilliseconds }
        case .handling(let exchange): if exchange.isOpen { deadline = now + limits.stallMilliseconds }
        case .answering, .closed: break
        }
        decoder.append(bytes)
    }

    /// The client sends no more, and bytes may still wait in the socket.
    mutating func peerIsFinishing() {
        if peer == .sending { peer = .finishing }
    }

    /// The client sends no more, and all that it sent was received. It may still read: requests that are whole are
    /// answered.
    mutating func peerFinished() {
        peer = .finished
        switch phase {
        case .lingering: mustClose = true
        case .handling(var exchange):
            guard exchange.isOpen else { return }
            exchange.refuse(HTTPRefusal(400, "the request's body ends too early"))
            phase = .handling(exchange)
        case .idle, .answering, .closed: break
        }
    }

    /// Time passes; call it a few times a second.
    mutating func tick(now: Int64) {
        guard now > min(deadline, bodyDeadline) else { return }
        switch phase {
        case .idle:
            if decoder.isIdle {
                mustClose = true
            } else {
                phase = .handling(HTTPExchange(refusing: HTTPRefusal(408, "the request's head took too long")))
                isRefusing = true
            }
        case .handling(var exchange):
            // While the buffer is full, or 100 Continue was not sent yet, the handler is slow and not the client.
            if exchange.isOpen, wantsBytes, !exchange.owesContinue {
                exchange.refuse(HTTPRefusal(408, "the request's body took too long"))
                phase = .handling(exchange)
                bodyDeadline = .max
            }
            deadline = .max
        case .answering, .lingering: mustClose = true
        case .closed: break
        }
    }

    /// The server stops: the request under way is the last.
    mutating func drain() {
        isDraining = true
        if case .idle = phase { mustClose = true }
    }

    /// The handler's answer is about to be written.
    ///
    /// - Returns: whether the connection closes after it, and whether its body is left out; nil where nobody is there
    ///   to take it.
    mutating func answer(now: Int64) -> (closes: Bool, hasBody: Bool)? {
        guard case .handling(var exchange) = phase else { return nil }
        // A body that was not read to its end leaves the connection out of step.
        if !exchange.isComplete || isDraining { exchange.forbidAnother() }
        phase = .answering(exchange)
        deadline = now + limits.stallMilliseconds
        bodyDeadline = .max
        return (!exchange.keepsAlive, !exchange.isHead)
    }

    /// The client took some of the answer.
    mutating func progressed(now: Int64) {
        deadline = max(deadline, now + limits.stallMilliseconds)
    }

    /// The whole answer was written.
    mutating func answered(now: Int64) {
        guard case .answering(let exchange) = phase else { return }
        if exchange.keepsAlive, !isDraining {
            phase = .idle
            deadline = now + (decoder.isIdle ? limits.idleMilliseconds : limits.headMilliseconds)
        } else if peer == .finished || (exchange.isComplete && decoder.isIdle) {
            mustClose = true
        } else {
            // Closing at once would reset the connection, and could take the answer from the client's hands.
            phase = .lingering(droppedBytes: 0)
            deadline = now + limits.lingerMilliseconds
            mustFinishSending = true
        }
    }

    /// The connection is gone.
    mutating func close() {
        if case .handling(var exchange) = phase {
            if exchange.isOpen { exchange.refuse(HTTPRefusal(400, "the client has left")) }
            closing = exchange
        }
        phase = .closed
    }

    // MARK: The body

    /// Allows a body of up to so many bytes.
    mutating func allowBody(_ bytes: Int) throws(HTTPRefusal) {
        guard case .handling(var exchange) = phase else { throw Self.gone }
        exchange.allow(bytes)
        phase = .handling(exchange)
        if case .refused(let refusal) = exchange.end { throw refusal }
    }

    /// What a reader of the body gets.
    enum Pull {
        /// A piece, the end, or why there is none.
        case now(Result<[UInt8]?, HTTPRefusal>)
        /// An action will say.
        case later
    }

    /// The handler asks for the next piece of the body.
    ///
    /// - Returns: what it gets, and whether the client has to be told first to send.
    mutating func pull() -> (Pull, mustSayContinue: Bool) {
        guard var exchange = takeExchange() else { return (.now(.failure(Self.gone)), false) }
        let mustSayContinue = exchange.beginPull()
        let piece = exchange.takePiece()
        phase = .handling(exchange)
        if let piece { return (.now(piece), mustSayContinue) }
        precondition(!isReaderWaiting, "two readers of one body")
        isReaderWaiting = true
        return (.later, mustSayContinue)
    }

    private static var gone: HTTPRefusal { HTTPRefusal(400, "the connection is closed") }

    // MARK: What to do

    /// The next thing to do; nil until something happens.
    mutating func next(now: Int64) -> Action? {
        while true {
            if let resumed = resumeReader() { return resumed }
            if case .closed = phase { return nil }
            if mustClose {
                mustClose = false
                return .close
            }
            if mustFinishSending {
                mustFinishSending = false
                return .finishSending
            }
            if isRefusing, case .handling(let exchange) = phase, case .refused(let refusal) = exchange.end {
                isRefusing = false
                return .refuse(refusal)
            }
            switch phase {
            case .idle:
                do {
                    guard let event = try decoder.next() else { return peer == .finished ? .close : nil }
                    guard case .head(let head) = event else { continue }
                    return begin(head, now)
                } catch {
                    phase = .handling(HTTPExchange(refusing: error))
                    isRefusing = true
                }
            case .handling: guard takesBody, receiveBody() else { return nil }
            case .answering, .lingering, .closed: return nil
            }
        }
    }

    private mutating func begin(_ head: HTTPRequestHead, _ now: Int64) -> Action {
        var exchange = HTTPExchange(head, limits: limits)
        if head.framing == .none {
            // The end of a request without a body stands right behind its head.
            _ = try? decoder.next()
            exchange.complete()
            deadline = .max
        } else {
            deadline = now + limits.stallMilliseconds
            bodyDeadline = now + limits.bodyMilliseconds
        }
        phase = .handling(exchange)
        return .handle(head)
    }

    /// True while there is room for the body of the request under way.
    private var takesBody: Bool {
        guard case .handling(let exchange) = phase else { return false }
        return exchange.isOpen && exchange.bufferedBytes < limits.bufferedBodyBytes
    }

    /// Takes the request under way out of the phase, so that changing it copies none of its pieces; the caller puts it
    /// back.
    private mutating func takeExchange() -> HTTPExchange? {
        guard case .handling(let exchange) = phase else { return nil }
        phase = .idle
        return exchange
    }

    /// Moves a part of the body from the decoder to where its reader finds it; false where bytes are missing.
    private mutating func receiveBody() -> Bool {
        guard var exchange = takeExchange() else { return false }
        defer { phase = .handling(exchange) }
        do {
            guard let event = try decoder.next() else { return false }
            switch event {
            case .head: break
            case .body(let bytes): exchange.receive(bytes)
            case .end: exchange.complete()
            }
        } catch {
            exchange.refuse(error)
        }
        if !exchange.isOpen {
            deadline = .max
            bodyDeadline = .max
        }
        return true
    }

    private mutating func resumeReader() -> Action? {
        guard isReaderWaiting else { return nil }
        var piece: Result<[UInt8]?, HTTPRefusal>?
        if var exchange = takeExchange() {
            piece = exchange.takePiece()
            phase = .handling(exchange)
        } else if case .closed = phase {
            piece = closing?.takePiece() ?? .failure(Self.gone)
        }
        guard let piece else { return nil }
        isReaderWaiting = false
        return .resumeReader(piece)
    }
}
