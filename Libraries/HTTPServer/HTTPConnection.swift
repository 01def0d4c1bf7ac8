import Glibc
import Reactor
import System

/// One client's connection: the socket, the handler's task and the output, driven by an `HTTPConnectionState`.
///
/// It is isolated to the reactor, so all methods run on the reactor's thread and need no lock.
actor HTTPConnection: ReadinessHandler {
    private static let blockBytes = 65_536

    nonisolated let reactor: Reactor
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe reactor.asUnownedSerialExecutor() }

    private let server: HTTPServer
    let descriptor: Descriptor
    /// The address of the peer; nil where it had left before it was asked for.
    nonisolated let address: IPAddress?
    private var state: HTTPConnectionState
    private var output = HTTPOutput()
    private var interest: Readiness = [.readable, .peerFinished]
    /// The handler of the current request, then what sends its answer piece by piece.
    private var task: Task<Void, Never>?
    /// Waits until the client has accepted a piece; resumed with false where it never will.
    private var sender: CheckedContinuation<Bool, Never>?
    private var reader: CheckedContinuation<Result<[UInt8]?, HTTPRefusal>, Never>?

    init(_ descriptor: consuming Descriptor, server: HTTPServer, reactor: Reactor) {
        address = Self.peer(of: descriptor)
        self.descriptor = descriptor
        self.server = server
        self.reactor = reactor
        state = HTTPConnectionState(limits: server.limits, now: Host.steadyClockMilliseconds())
    }

    /// Registers with the reactor; call it on the reactor's thread.
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
        } else if readiness.contains(.peerFinished), !interest.contains(.readable), !state.isClosed {
            state.peerIsFinishing()
        }
        act()
    }

    /// Checks the deadlines; called a few times a second.
    func tick(_ now: Int64) {
        state.tick(now: now)
        act()
    }

    /// From when on it is idle; nil while a request is under way.
    var idleSince: Int64? { state.idleSince }

    /// Lets the current request finish, then closes the connection.
    func drain() {
        state.drain()
        act()
    }

    /// Performs the state's actions until there is none.
    private func act() {
        while let action = state.next(now: Host.steadyClockMilliseconds()) {
            switch action {
            case .handle(let head): handle(head)
            case .refuse(let refusal): send(server.refusalResponse(refusal))
            case .resumeReader(let piece):
                reader?.resume(returning: piece)
                reader = nil
            case .finishSending: shutdown(descriptor.number, Int32(SHUT_WR))
            case .endStream: task?.cancel()
            case .close: close()
            }
        }
        updateInterest()
    }

    // MARK: In

    private func read() {
        // A few rounds at most, so that one fast sender does not keep other clients waiting.
        for _ in 0..<4 {
            var count = 0
            let wanted = state.readBytes
            let block = unsafe [UInt8](unsafeUninitializedCapacity: wanted) { buffer, initialized in
                count = unsafe recv(descriptor.number, buffer.baseAddress, wanted, 0)
                initialized = max(0, count)
            }
            if count > 0 {
                state.receive(block, now: Host.steadyClockMilliseconds())
                act()
                guard state.wantsBytes, count == wanted else { return }
            } else if count == 0 {
                return state.peerFinished()
            } else {
                if errno == EAGAIN || errno == EINTR { return }
                return close()
            }
        }
    }

    private func handle(_ head: HTTPRequestHead) {
        if head.framing == .none, let (answer, fields) = server.quickHandler(head) {
            return send(answer.form(for: head), fields)
        }
        let request = HTTPRequest(head: head, body: HTTPBody(connection: self))
        let handler = server.handler
        task = Task(executorPreference: reactor) { [self] in
            let response = await handler(request)
            await answer(response)
        }
    }

    private func answer(_ response: HTTPResponse) {
        task = nil
        send(response)
        act()
    }

    func limitBody(to bytes: Int) throws(HTTPRefusal) {
        defer { act() }
        try state.allowBody(bytes)
    }

    func nextBodyPiece() async throws(HTTPRefusal) -> [UInt8]? {
        let (pull, mustSayContinue) = state.pull()
        switch pull {
        case .now(let piece):
            if mustSayContinue { sayContinue() }
            // The buffer has room again for bytes in the decoder or the socket.
            act()
            return try piece.get()
        case .later:
            return try await withCheckedContinuation { continuation in
                // Set before anything is written: if writing fails, closing resumes the reader with the error.
                reader = continuation
                if mustSayContinue { sayContinue() }
                act()
            }.get()
        }
    }

    private func sayContinue() {
        output.append(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
        write()
    }

    // MARK: Out

    /// Takes what is here of a small body that nobody has asked for.
    private func takeSmallBody() {
        guard state.mayHaveSmallBody else { return }
        var count = 0
        let block = unsafe [UInt8](unsafeUninitializedCapacity: 16_384) { buffer, initialized in
            count = unsafe recv(descriptor.number, buffer.baseAddress, 16_384, 0)
            initialized = max(0, count)
        }
        if count > 0 { state.receive(block, now: Host.steadyClockMilliseconds()) }
    }

    private func send(_ response: HTTPResponse) {
        takeSmallBody()
        let now = Host.steadyClockMilliseconds()
        guard let (closes, hasBody, knowsChunks) = state.answer(now: now, response.delivery) else { return }
        output.append(encodeFields(response))
        let isChunked = response.delivery == .stream && knowsChunks
        output.append(encodeEnd(isChunked ? ["transfer-encoding": "chunked"] : [:], closes: closes))
        if hasBody && response.status != 304 {
            switch response.body {
            case .empty: break
            case .bytes(let bytes): output.append(bytes)
            case .file(let file, let range): output.append(file, range)
            case .stream(let stream): begin(stream, isChunked: isChunked)
            }
        }
        write()
    }

    /// Writes a cached answer.
    private func send(_ form: HTTPCachedAnswer.Form, _ fields: HTTPFields) {
        let now = Host.steadyClockMilliseconds()
        guard let (closes, hasBody, _) = state.answer(now: now, .memory) else { return }
        output.append(form.head)
        output.append(encodeEnd(fields, closes: closes))
        if hasBody { output.append(form.body) }
        write()
    }

    private func write() {
        let (outcome, written) = output.write(to: descriptor.number)
        let now = Host.steadyClockMilliseconds()
        if written > 0 { state.progressed(now: now, bytes: written) }
        switch outcome {
        case .failed: close()
        case .paused:
            // A file waits on the disk.
            if output.waitingBytes > 0 {
                server.waits(self, bytes: output.waitingBytes, written: written, now: now)
            }
        case .done:
            server.waitsNoMore(self)
            if state.isStreaming, task != nil {
                state.pieceIsWritten()
                sender?.resume(returning: true)
                sender = nil
            } else if state.isAnswering {
                state.answered(now: now)
            }
        }
    }

    /// Sends the pieces of a stream, each once the client has accepted the one before (RFC 9112 7.1).
    private func begin(_ stream: HTTPStream, isChunked: Bool) {
        // The kernel would let megabytes wait for each client that reads slowly.
        var bytes = Int32(Self.blockBytes)
        unsafe setsockopt(
            descriptor.number, SOL_SOCKET, SO_SNDBUF, &bytes, socklen_t(MemoryLayout<Int32>.size))
        task = Task(executorPreference: reactor) { [self] in
            while let piece = await stream.next() {
                // An empty chunk would be the last one.
                guard !piece.isEmpty else { continue }
                guard await send(piece, isChunked: isChunked) else { return }
            }
            await endStream(isChunked: isChunked)
        }
    }

    private func send(_ piece: [UInt8], isChunked: Bool) async -> Bool {
        guard state.isStreaming else { return false }
        state.pieceBegins(now: Host.steadyClockMilliseconds())
        if isChunked { output.append(Array("\(String(piece.count, radix: 16))\r\n".utf8)) }
        output.append(piece)
        if isChunked { output.append(Array("\r\n".utf8)) }
        return await withCheckedContinuation { continuation in
            sender = continuation
            write()
            act()
        }
    }

    private func endStream(isChunked: Bool) {
        guard state.isStreaming else { return }
        task = nil
        state.pieceBegins(now: Host.steadyClockMilliseconds())
        if isChunked { output.append(Array("0\r\n\r\n".utf8)) }
        write()
        act()
    }

    private func updateInterest() {
        guard !state.isClosed else { return }
        var wanted: Readiness = []
        if state.wantsBytes { wanted.insert(.readable) }
        if state.wantsEnd { wanted.insert(.peerFinished) }
        if !output.isEmpty { wanted.insert(.writable) }
        guard wanted != interest else { return }
        interest = wanted
        do {
            try reactor.change(descriptor.number, to: wanted)
        } catch {
            close()
        }
    }

    /// Closes the connection and cancels its handler.
    func close() {
        guard !state.isClosed else { return }
        state.close()
        task?.cancel()
        task = nil
        sender?.resume(returning: false)
        sender = nil
        output.removeAll()
        reactor.forget(descriptor.number)
        // The descriptor is closed when the last reference to the connection is released; `shutdown` tells the client
        // now.
        shutdown(descriptor.number, Int32(SHUT_RDWR))
        server.closed(self)
        act()
    }
}
