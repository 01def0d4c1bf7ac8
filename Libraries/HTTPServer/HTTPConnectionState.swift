/// The state machine of one connection (RFC 9112): events in, actions out, one at a time.
///
/// It has no socket, no task and no clock, so that tests can take every path through it with plain values. The
/// connection reports each event and then calls `next` until it returns nil.
struct HTTPConnectionState {
    /// What the connection has to do.
    enum Action {
        /// Answer a request, with a cached answer or by a handler.
        case handle(HTTPRequestHead)
        /// Answer bytes that are not a valid request.
        case refuse(HTTPRefusal)
        /// Resume the waiting reader of the body with this result.
        case resumeReader(Result<[UInt8]?, HTTPRefusal>)
        /// Shut down the sending side, so that the client reads the answer and then the end of the stream.
        case finishSending
        /// End the body that is made while it is sent, after its current piece.
        case endStream
        /// Close the connection; no action follows.
        case close
    }

    private enum Phase {
        /// Waits for a request.
        case idle
        /// A handler works on a request.
        case handling(HTTPExchange)
        /// An answer is being written; of one from memory `acceptedBytes` were accepted since the last check.
        case answering(HTTPExchange, HTTPDelivery, acceptedBytes: Int)
        /// The last answer is written; bytes that still arrive are dropped, so that the client can read the answer.
        case lingering(droppedBytes: Int)
        case closed
    }

    /// Whether the client still sends.
    private enum Peer {
        case sending
        /// It has shut down its sending side; bytes may still wait in the socket.
        case finishing
        case finished
    }

    private let limits: HTTPLimits
    private var decoder: HTTPRequestDecoder
    private var phase = Phase.idle
    private var peer = Peer.sending
    private var isDraining = false
    private var isReaderWaiting = false
    /// The time, in milliseconds of the steady clock, at which the current phase has taken too long.
    private var deadline: Int64
    /// The time at which the whole body has taken too long.
    private var bodyDeadline: Int64 = .max
    private var mustFinishSending = false
    private var mustEndStream = false
    private var mustClose = false
    private var isRefusing = false
    /// The request that was under way when the connection closed.
    private var closing: HTTPExchange?

    init(limits: HTTPLimits, now: Int64) {
        self.limits = limits
        decoder = HTTPRequestDecoder(limits: limits)
        deadline = now + limits.headMilliseconds
        idleSince = now + limits.arrivalMilliseconds
    }

    // MARK: What is wanted of the socket

    /// True while the connection reads bytes from the client.
    var wantsBytes: Bool {
        guard peer != .finished else { return false }
        return switch phase {
        case .idle, .lingering: true
        case .handling: takesBody
        case .answering, .closed: false
        }
    }

    /// How many bytes the connection reads at once: before a head is complete, not many more than one takes.
    var readBytes: Int { if case .idle = phase { 16_384 } else { 65_536 } }

    /// True where the request at hand has a small body that nobody has asked for, so that all of it may be here: with its end
    /// known another request can follow on the connection.
    var mayHaveSmallBody: Bool {
        guard case .handling(let exchange) = phase, peer != .finished else { return false }
        return exchange.isSmallAndUnread
    }

    /// The memory that waits for a handler or for the next request, in bytes.
    var heldBytes: Int {
        switch phase {
        case .handling(let exchange), .answering(let exchange, _, _): decoder.heldBytes + exchange.bufferedBytes
        case .idle, .lingering, .closed: decoder.heldBytes
        }
    }

    /// True while the connection has to watch for the end of the client's stream.
    var wantsEnd: Bool { peer == .sending }

    /// From when on the connection is idle, which is later than now while it is new; nil while a request is under way.
    private(set) var idleSince: Int64?

    var isClosed: Bool { if case .closed = phase { true } else { false } }

    /// True while an answer is being written; it is complete once the output is empty, unless more pieces of it come.
    var isAnswering: Bool { if case .answering = phase { true } else { false } }

    /// True while an answer is being written whose pieces come one by one.
    var isStreaming: Bool { if case .answering(_, .stream, _) = phase { true } else { false } }

    // MARK: What happens

    /// Reports bytes from the client.
    mutating func receive(_ bytes: [UInt8], now: Int64) {
        switch phase {
        case .lingering(let dropped):
            phase = .lingering(droppedBytes: dropped + bytes.count)
            if dropped + bytes.count > limits.lingerBytes { mustClose = true }
            return
        case .idle:
            if decoder.isIdle { deadline = now + limits.headMilliseconds }
            idleSince = nil
        case .handling(let exchange): if exchange.isOpen { deadline = now + limits.stallMilliseconds }
        case .answering, .closed: break
        }
        decoder.append(bytes)
    }

    /// Reports that the client has shut down its sending side; bytes may still wait in the socket.
    mutating func peerIsFinishing() {
        if peer == .sending { peer = .finishing }
        if isStreaming { mustClose = true }
    }

    /// Reports that the client has shut down its sending side and that all its bytes were received.
    ///
    /// The client may still read, so complete requests are answered.
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

    /// Reports the time, so that deadlines take effect; called a few times a second.
    mutating func tick(now: Int64) {
        let isHandlerSlow = isHandlerSlow
        if isHandlerSlow { deadline = now + limits.stallMilliseconds }
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
            guard exchange.isOpen, !isHandlerSlow else { return }
            exchange.refuse(HTTPRefusal(408, "the request's body took too long"))
            phase = .handling(exchange)
            deadline = .max
            bodyDeadline = .max
        case .answering(let exchange, .memory, let acceptedBytes) where isFast(acceptedBytes):
            phase = .answering(exchange, .memory, acceptedBytes: 0)
            deadline = now + limits.stallMilliseconds
        case .answering, .lingering: mustClose = true
        case .closed: break
        }
    }

    /// True while nobody has asked for a body, its buffer is full, or 100 Continue is not sent: then the client waits for the
    /// handler.
    private var isHandlerSlow: Bool {
        guard case .handling(let exchange) = phase, exchange.isOpen else { return false }
        return !wantsBytes || exchange.owesContinue
    }

    /// True where a client has accepted enough of an answer in memory.
    private func isFast(_ acceptedBytes: Int) -> Bool {
        acceptedBytes >= Int(limits.stallMilliseconds) * limits.answerBytesPerSecond / 1_000
    }

    /// Reports that the server stops: the current request is the last one.
    mutating func drain() {
        isDraining = true
        if case .idle = phase { mustClose = true }
        if isStreaming { mustEndStream = true }
    }

    /// Reports that an answer is ready to be written.
    ///
    /// - Parameter delivery: how its body gets to the client.
    /// - Returns: whether the connection closes after it, whether its body is sent, and whether the client knows chunks;
    ///   nil where no client waits for it.
    mutating func answer(
        now: Int64, _ delivery: HTTPDelivery
    ) -> (closes: Bool, hasBody: Bool, knowsChunks: Bool)? {
        // Of a body that nobody has asked for, what is here may be all.
        while case .handling(let exchange) = phase, exchange.isOpen, receiveBody() {}
        guard case .handling(var exchange) = phase else { return nil }
        exchange.dropPieces()
        decoder.rest()
        // Without the end of the body the start of the next request is unknown.
        if !exchange.isComplete || isDraining || delivery == .stream { exchange.forbidAnother() }
        let delivery = exchange.isHead ? .memory : delivery
        phase = .answering(exchange, delivery, acceptedBytes: 0)
        deadline = now + (delivery == .file ? limits.fileStallMilliseconds : limits.stallMilliseconds)
        bodyDeadline = .max
        if delivery == .stream {
            if peer != .sending { mustClose = true }
            if isDraining { mustEndStream = true }
        }
        return (!exchange.keepsAlive, !exchange.isHead, exchange.isVersion11)
    }

    /// Reports that a piece of a stream is to be written.
    mutating func pieceBegins(now: Int64) {
        if isStreaming { deadline = now + limits.stallMilliseconds }
    }

    /// Reports that the client has accepted a piece of a stream; the next one takes as long as it takes.
    mutating func pieceIsWritten() {
        if isStreaming { deadline = .max }
    }

    /// Reports that the client accepted a part of the answer.
    mutating func progressed(now: Int64, bytes: Int) {
        guard case .answering(let exchange, let delivery, let acceptedBytes) = phase else { return }
        switch delivery {
        case .file: deadline = max(deadline, now + limits.fileStallMilliseconds)
        case .memory: phase = .answering(exchange, .memory, acceptedBytes: acceptedBytes + bytes)
        case .stream: break
        }
    }

    /// Reports that the whole answer is written.
    mutating func answered(now: Int64) {
        guard case .answering(let exchange, _, _) = phase else { return }
        if exchange.keepsAlive, !isDraining {
            phase = .idle
            idleSince = decoder.isIdle ? now : nil
            deadline = now + (decoder.isIdle ? limits.idleMilliseconds : limits.headMilliseconds)
        } else if peer == .finished || (exchange.isComplete && decoder.isIdle) {
            mustClose = true
        } else {
            // Closing now would reset the connection, and the client could lose the answer.
            phase = .lingering(droppedBytes: 0)
            deadline = now + limits.lingerMilliseconds
            mustFinishSending = true
        }
    }

    /// Reports that the connection is closed; a waiting reader gets a refusal.
    mutating func close() {
        if case .handling(var exchange) = phase {
            if exchange.isOpen { exchange.refuse(HTTPRefusal(400, "the client has left")) }
            closing = exchange
        }
        idleSince = nil
        phase = .closed
    }

    // MARK: The body

    /// Sets the limit of the current body in bytes.
    mutating func allowBody(_ bytes: Int) throws(HTTPRefusal) {
        guard case .handling(var exchange) = phase else { throw Self.gone }
        exchange.allow(bytes)
        phase = .handling(exchange)
        if case .refused(let refusal) = exchange.end { throw refusal }
    }

    /// The answer to a reader of the body.
    enum Pull {
        /// A piece, nil at the end, or a refusal.
        case now(Result<[UInt8]?, HTTPRefusal>)
        /// The reader has to wait for `Action.resumeReader`.
        case later
    }

    /// Reports that the handler asks for the next piece of the body.
    ///
    /// - Returns: the answer, and whether the connection has to send `100 Continue` first.
    mutating func pull() -> (Pull, mustSayContinue: Bool) {
        guard var asked = takeExchange() else { return (.now(.failure(Self.gone)), false) }
        let mustSayContinue = asked.beginPull()
        phase = .handling(asked)
        // Until now it lay where it came in.
        while takesBody, receiveBody() {}
        guard var exchange = takeExchange() else { return (.now(.failure(Self.gone)), false) }
        let piece = exchange.takePiece()
        phase = .handling(exchange)
        if let piece { return (.now(piece), mustSayContinue) }
        precondition(!isReaderWaiting, "two readers of one body")
        isReaderWaiting = true
        return (.later, mustSayContinue)
    }

    private static var gone: HTTPRefusal { HTTPRefusal(400, "the connection is closed") }

    // MARK: What to do

    /// The next action; nil until the next event.
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
            if mustEndStream {
                mustEndStream = false
                return .endStream
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
        idleSince = nil
        var exchange = HTTPExchange(head, limits: limits)
        if head.framing == .none {
            // The decoder gives the end of a request without a body right after its head.
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

    /// True while the body of the current request is incomplete and its buffer has room.
    private var takesBody: Bool {
        guard case .handling(let exchange) = phase else { return false }
        return exchange.isOpen && exchange.isWanted && exchange.bufferedBytes < limits.bufferedBodyBytes
    }

    /// Takes the exchange out of `phase`, so that changing it does not copy its pieces; the caller puts it back.
    private mutating func takeExchange() -> HTTPExchange? {
        guard case .handling(let exchange) = phase else { return nil }
        phase = .idle
        return exchange
    }

    /// Moves one event of the body from the decoder to the exchange; false where more bytes are needed.
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
