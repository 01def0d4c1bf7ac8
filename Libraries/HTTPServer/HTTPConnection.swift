import Glibc
import Reactor
import System

/// One client's connection: reads requests, runs the handler for one at a time, writes the answers.
///
/// Isolated to the reactor, so every method runs on its thread and nothing here is locked.
actor HTTPConnection: ReadinessHandler {
    private enum Phase {
        /// Waits for a request.
        case idle
        /// A handler works on one.
        case handling
        /// An answer is being written.
        case answering
        /// The last answer is out; what still comes in is dropped so that the client gets to read it.
        case lingering
        case closed
    }

    private static let blockBytes = 65_536

    nonisolated let reactor: Reactor
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe reactor.asUnownedSerialExecutor() }

    private let server: HTTPServer
    let descriptor: Descriptor
    private let limits: HTTPLimits
    private var decoder: HTTPRequestDecoder
    private var phase = Phase.idle
    private var interest: Readiness = [.readable, .peerFinished]
    private var peerHasFinished = false
    private var peerIsFinishing = false
    private var task: Task<Void, Never>?

    private var pieces: [[UInt8]] = []
    private var bufferedBytes = 0
    private var receivedBytes = 0
    private var bodyLimit = 0
    private var statedLength: Int?
    private var bodyHasEnded = false
    private var bodyRefusal: HTTPRefusal?
    private var bodyWaiter: CheckedContinuation<Result<[UInt8]?, HTTPRefusal>, Never>?
    private var mustSayContinue = false
    private var isHead = false
    private var isSafe = false
    private var keepsAlive = false
    private var isDraining = false

    private var output: HTTPOutput

    private var deadline: Int64
    private var bodyDeadline: Int64 = .max
    private var lingeredBytes = 0

    init(_ descriptor: consuming Descriptor, server: HTTPServer, reactor: Reactor) {
        self.descriptor = descriptor
        self.server = server
        self.reactor = reactor
        limits = server.limits
        decoder = HTTPRequestDecoder(limits: server.limits)
        output = HTTPOutput()
        deadline = Host.steadyClockMilliseconds() + server.limits.headMilliseconds
    }

    /// Registers with the reactor; call it there.
    func start() {
        do {
            try reactor.watch(descriptor.number, for: interest, self)
        } catch {
            close()
        }
    }

    nonisolated func ready(_ readiness: Readiness) {
        assumeIsolated { $0.onReady(readiness) }
    }

    private func onReady(_ readiness: Readiness) {
        if readiness.contains(.writable) { write() }
        if readiness.contains(.readable), interest.contains(.readable) { read() }
        if !readiness.isDisjoint(with: .gone) {
            close()
        } else if readiness.contains(.peerFinished), !interest.contains(.readable) {
            if case .handling = phase, isReadingBody {
                // Bytes may still wait in the socket; the end is met behind them once there is room.
                peerIsFinishing = true
                updateInterest()
            } else {
                peerFinished()
            }
        }
    }

    /// Called a few times a second.
    func tick(_ now: Int64) {
        guard now > min(deadline, bodyDeadline) else { return }
        switch phase {
        case .idle where decoder.isIdle: close()
        case .idle: refuse(HTTPRefusal(408, "the request's head took too long"))
        // While the buffer is full or a 100 is owed, it is the handler that is slow.
        case .handling where isReadingBody && interest.contains(.readable) && !mustSayContinue:
            failBody(HTTPRefusal(408, "the request's body took too long"))
        case .handling: deadline = .max
        case .answering, .lingering: close()
        case .closed: break
        }
    }

    /// Lets the request under way finish and closes then.
    func drain() {
        isDraining = true
        if case .idle = phase { close() }
    }

    // MARK: In

    private var isReadingBody: Bool { !bodyHasEnded && bodyRefusal == nil }

    private func read() {
        // A few rounds at most, so that one fast sender can't keep the others waiting.
        for _ in 0..<4 {
            var count = 0
            let block = unsafe [UInt8](unsafeUninitializedCapacity: Self.blockBytes) { buffer, initialized in
                count = unsafe recv(descriptor.number, buffer.baseAddress, Self.blockBytes, 0)
                initialized = max(0, count)
            }
            if count > 0 {
                take(block)
                guard interest.contains(.readable), count == Self.blockBytes else { return }
            } else if count == 0 {
                return peerFinished()
            } else {
                if errno == EAGAIN || errno == EINTR { return }
                return close()
            }
        }
    }

    private func take(_ bytes: [UInt8]) {
        if case .lingering = phase {
            lingeredBytes += bytes.count
            if lingeredBytes > limits.lingerBytes { close() }
            return
        }
        let now = Host.steadyClockMilliseconds()
        if case .idle = phase, decoder.isIdle { deadline = now + limits.headMilliseconds }
        decoder.append(bytes)
        if case .handling = phase, isReadingBody { deadline = now + limits.stallMilliseconds }
        pump()
    }

    /// Moves what the decoder has to where it belongs, until a request is complete or bytes are missing.
    private func pump() {
        do {
            while true {
                switch phase {
                case .idle:
                    guard let event = try decoder.next() else { return updateInterest() }
                    guard case .head(let head) = event else { continue }
                    if head.framing == .none, let (answer, fields) = server.quickHandler(head) {
                        // The end of a request without a body stands right behind its head.
                        _ = try decoder.next()
                        answerAtOnce(answer, fields, head)
                    } else {
                        begin(head)
                    }
                case .handling where isReadingBody && bufferedBytes < limits.bufferedBodyBytes:
                    guard let event = try decoder.next() else { return updateInterest() }
                    switch event {
                    case .head: break
                    case .body(let bytes): receive(bytes)
                    case .end:
                        bodyHasEnded = true
                        deadline = .max
                        bodyDeadline = .max
                        wakeReader()
                    }
                default: return updateInterest()
                }
            }
        } catch {
            if case .idle = phase { refuse(error) } else { failBody(error) }
        }
    }

    private func begin(_ head: HTTPRequestHead) {
        let now = Host.steadyClockMilliseconds()
        pieces = []
        bufferedBytes = 0
        receivedBytes = 0
        bodyHasEnded = false
        bodyRefusal = nil
        bodyLimit = limits.bodyBytes
        isHead = head.method == "HEAD"
        isSafe = isHead || head.method == "GET"
        keepsAlive = head.keepsAlive
        mustSayContinue = head.expectsContinue && head.framing != .none
        statedLength = if case .length(let count) = head.framing { count } else { nil }
        deadline = now + limits.stallMilliseconds
        bodyDeadline = now + limits.bodyMilliseconds
        phase = .handling
        let request = HTTPRequest(head: head, body: HTTPBody(connection: self))
        let handler = server.handler
        task = Task(executorPreference: reactor) { [self] in
            let response = await handler(request)
            await answer(response)
        }
    }

    /// Writes an answer that is at hand. Where the client takes it all the connection is ready for the next request.
    private func answerAtOnce(_ answer: HTTPCachedAnswer, _ fields: HTTPFields, _ head: HTTPRequestHead) {
        bodyHasEnded = true
        bodyRefusal = nil
        isHead = false
        keepsAlive = head.keepsAlive && !isDraining && server.isAccepting
        let form = answer.form(for: head)
        output.append(form.head)
        output.append(encodeEnd(fields, closes: !keepsAlive))
        if head.method != "HEAD" { output.append(form.body) }
        phase = .answering
        deadline = Host.steadyClockMilliseconds() + limits.stallMilliseconds
        switch output.write(to: descriptor.number).outcome {
        case .failed: close()
        case .paused: updateInterest()
        case .done:
            guard keepsAlive, !peerHasFinished else { return linger() }
            phase = .idle
            deadline =
                Host.steadyClockMilliseconds() + (decoder.isIdle ? limits.idleMilliseconds : limits.headMilliseconds)
        }
    }

    private func receive(_ bytes: [UInt8]) {
        receivedBytes += bytes.count
        guard receivedBytes <= bodyLimit else { return failBody(tooLarge) }
        // Few pieces however small the chunks are: each is a hop for the reader and a move for the queue.
        if let last = pieces.indices.last, pieces[last].count + bytes.count <= 16_384 {
            pieces[last] += bytes
        } else {
            pieces.append(bytes)
        }
        bufferedBytes += bytes.count
        wakeReader()
    }

    private var tooLarge: HTTPRefusal {
        HTTPRefusal(413, "the request's body is larger than \(bodyLimit) bytes")
    }

    private func failBody(_ refusal: HTTPRefusal) {
        bodyRefusal = refusal
        pieces = []
        bufferedBytes = 0
        keepsAlive = false
        deadline = .max
        bodyDeadline = .max
        wakeReader()
        updateInterest()
    }

    private func wakeReader() {
        guard let waiter = bodyWaiter else { return }
        if let piece = takePiece() {
            bodyWaiter = nil
            waiter.resume(returning: piece)
        }
    }

    /// What a reader gets now; nil where it has to wait.
    private func takePiece() -> Result<[UInt8]?, HTTPRefusal>? {
        if let bodyRefusal { return .failure(bodyRefusal) }
        if !pieces.isEmpty {
            let piece = pieces.removeFirst()
            bufferedBytes -= piece.count
            return .success(piece)
        }
        return bodyHasEnded ? .success(nil) : nil
    }

    func limitBody(to bytes: Int) throws(HTTPRefusal) {
        bodyLimit = bytes
        if receivedBytes > bytes || statedLength.map({ $0 > bytes }) ?? false { failBody(tooLarge) }
        if let bodyRefusal { throw bodyRefusal }
    }

    func nextBodyPiece() async throws(HTTPRefusal) -> [UInt8]? {
        guard case .handling = phase else { throw HTTPRefusal(400, "the connection is closed") }
        if let statedLength, statedLength > bodyLimit, bodyRefusal == nil { failBody(tooLarge) }
        if mustSayContinue && bodyRefusal == nil {
            mustSayContinue = false
            send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
        }
        if let piece = takePiece() {
            // There is room again for what waits in the decoder or the socket.
            pump()
            return try piece.get()
        }
        precondition(bodyWaiter == nil, "two readers of one body")
        return try await withCheckedContinuation { bodyWaiter = $0 }.get()
    }

    private func peerFinished() {
        peerHasFinished = true
        switch phase {
        case .idle, .lingering: close()
        case .handling:
            if isReadingBody { failBody(HTTPRefusal(400, "the request's body ends too early")) }
            // Whoever left does not want what was asked for; a command goes on to its end, and a client that
            // only stopped sending still gets its answer.
            keepsAlive = false
            if isSafe { task?.cancel() }
            updateInterest()
        case .answering: updateInterest()
        case .closed: break
        }
    }

    // MARK: Out

    private func refuse(_ refusal: HTTPRefusal) {
        keepsAlive = false
        phase = .handling
        bodyHasEnded = false
        bodyRefusal = refusal
        answer(server.refusalResponse(refusal))
    }

    private func answer(_ response: HTTPResponse) {
        guard case .handling = phase else { return }
        task = nil
        // A body that was not read to its end leaves the connection out of step.
        if !bodyHasEnded { keepsAlive = false }
        if isDraining || !server.isAccepting { keepsAlive = false }
        phase = .answering
        deadline = Host.steadyClockMilliseconds() + limits.stallMilliseconds
        bodyDeadline = .max
        output.append(encodeFields(response))
        output.append(encodeEnd(closes: !keepsAlive))
        if !isHead && response.status != 304 {
            switch response.body {
            case .empty: break
            case .bytes(let bytes): output.append(bytes)
            case .file(let file, let range): output.append(file, range)
            }
        }
        write()
    }

    private func send(_ bytes: [UInt8]) {
        output.append(bytes)
        write()
    }

    private func write() {
        let (outcome, hasProgressed) = output.write(to: descriptor.number)
        if hasProgressed { deadline = max(deadline, Host.steadyClockMilliseconds() + limits.stallMilliseconds) }
        switch outcome {
        case .failed: close()
        case .paused: updateInterest()
        case .done: if case .answering = phase { finishAnswer() } else { updateInterest() }
        }
    }

    private func finishAnswer() {
        isHead = false
        guard keepsAlive, !peerHasFinished else { return linger() }
        phase = .idle
        deadline = Host.steadyClockMilliseconds() + (decoder.isIdle ? limits.idleMilliseconds : limits.headMilliseconds)
        pump()
    }

    /// Says goodbye and drops what still comes, within bounds: closing at once would reset the
    /// connection and could take the answer from the client's hands.
    private func linger() {
        if peerHasFinished || (bodyHasEnded && decoder.isIdle) { return close() }
        phase = .lingering
        shutdown(descriptor.number, Int32(SHUT_WR))
        deadline = Host.steadyClockMilliseconds() + limits.lingerMilliseconds
        updateInterest()
    }

    private func updateInterest() {
        var wanted: Readiness = peerHasFinished || peerIsFinishing ? [] : [.peerFinished]
        switch phase {
        case .idle, .lingering: wanted.insert(.readable)
        case .handling where isReadingBody && bufferedBytes < limits.bufferedBodyBytes: wanted.insert(.readable)
        case .handling, .answering: break
        case .closed: return
        }
        if peerHasFinished { wanted.remove(.readable) }
        if !output.isEmpty { wanted.insert(.writable) }
        guard wanted != interest else { return }
        interest = wanted
        do {
            try reactor.change(descriptor.number, to: wanted)
        } catch {
            close()
        }
    }

    private func close() {
        if case .closed = phase { return }
        phase = .closed
        task?.cancel()
        task = nil
        output.removeAll()
        if bodyRefusal == nil { bodyRefusal = HTTPRefusal(400, "the client has left") }
        wakeReader()
        reactor.forget(descriptor.number)
        // The descriptor itself lives as long as anybody holds the connection; the client learns it now.
        shutdown(descriptor.number, Int32(SHUT_RDWR))
        server.closed(self)
    }
}
