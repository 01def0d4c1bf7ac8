import Testing

@testable import HTTPServer

/// A connection as values: what happens to it, and what it asks for.
@Suite struct HTTPConnectionStateTests {
    /// A connection with its clock.
    private struct Connection {
        var state: HTTPConnectionState
        var now: Int64 = 0

        init(_ change: (inout HTTPLimits) -> Void = { _ in }) {
            var limits = HTTPLimits()
            change(&limits)
            state = HTTPConnectionState(limits: limits, now: 0)
        }

        mutating func receive(_ text: String) { state.receive(Array(text.utf8), now: now) }

        mutating func pass(_ milliseconds: Int64) {
            now += milliseconds
            state.tick(now: now)
        }

        /// All actions at hand, in words.
        mutating func actions() -> [String] {
            var all: [String] = []
            while let action = state.next(now: now) {
                switch action {
                case .handle(let head): all.append("handle \(head.method) \(head.target)")
                case .refuse(let refusal): all.append("refuse \(refusal.status)")
                case .resumeReader(.success(let piece)):
                    all.append("resume \(piece.map { String(decoding: $0, as: UTF8.self) } ?? "end")")
                case .resumeReader(.failure(let refusal)): all.append("resume \(refusal.status)")
                case .finishSending: all.append("finish")
                case .endStream: all.append("end")
                case .close:
                    all.append("close")
                    state.close()
                }
            }
            return all
        }

        /// Answers the request at hand to the end; whether the connection closes after it.
        mutating func answer() -> Bool? {
            let closes = state.answer(now: now, .memory)?.closes
            state.answered(now: now)
            return closes
        }

        mutating func pull() -> String {
            switch state.pull().0 {
            case .later: "later"
            case .now(.success(let piece)): piece.map { String(decoding: $0, as: UTF8.self) } ?? "end"
            case .now(.failure(let refusal)): "\(refusal.status)"
            }
        }
    }

    private static let get = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"

    @Test func requestsOfOneConnectionAreHandledOneAfterTheOther() {
        var connection = Connection()
        connection.receive(Self.get + "GET /b HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(connection.actions() == ["handle GET /a"])
        #expect(connection.answer() == false)
        #expect(connection.actions() == ["handle GET /b"])
        #expect(connection.answer() == false)
        #expect(connection.actions().isEmpty)
    }

    @Test func aBodyThatNobodyAsksForTakesNoMemory() {
        var connection = Connection()
        connection.receive("GET /a HTTP/1.1\r\nHost: a\r\nContent-Length: 90000\r\n\r\n" + text(60_000))
        #expect(connection.actions() == ["handle GET /a"])
        // No more is read while the handler is at work,
        #expect(!connection.state.wantsBytes && connection.state.heldBytes < 130_000)
        // and nothing is kept while its answer is on its way.
        #expect(connection.state.answer(now: 0, .file)?.closes == true)
        #expect(connection.state.heldBytes == 0)
        // A body that was asked for is read, and what the handler leaves of it is dropped.
        var other = Connection()
        other.receive("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 90000\r\n\r\n" + text(20_000))
        #expect(other.actions() == ["handle POST /a"] && !other.state.wantsBytes)
        #expect(other.pull() == text(20_000) && other.state.wantsBytes)
        other.receive(text(70_000))
        #expect(other.actions() == [] && other.state.heldBytes >= 70_000)
        #expect(other.state.answer(now: 0, .file)?.closes == false)
        #expect(other.state.heldBytes == 0)
    }

    @Test func aBodyThatNobodyAskedForIsPassedOver() {
        var connection = Connection()
        connection.receive("GET /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello" + Self.get)
        #expect(connection.actions() == ["handle GET /a"])
        #expect(connection.answer() == false)
        #expect(connection.actions() == ["handle GET /a"])
        // One that is malformed ends the connection.
        var other = Connection()
        other.receive("GET /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nhello\r\n" + Self.get)
        #expect(other.actions() == ["handle GET /a"])
        #expect(other.answer() == true)
    }

    private func text(_ count: Int) -> String { String(repeating: "x", count: count) }

    @Test func aConnectionThatWasAnsweringWhenTheDrainBeganClosesAfterwards() {
        var connection = Connection()
        connection.receive(Self.get)
        _ = connection.actions()
        #expect(connection.state.answer(now: 0, .memory)?.closes == false)
        connection.state.drain()
        #expect(connection.actions().isEmpty)
        connection.state.answered(now: 0)
        #expect(connection.actions() == ["close"])
    }

    @Test func aRequestUnderWayWhenTheDrainBeginsIsTheLast() {
        var connection = Connection()
        connection.receive(Self.get)
        _ = connection.actions()
        connection.state.drain()
        #expect(connection.answer() == true)
        #expect(connection.actions() == ["close"])
        var idle = Connection()
        idle.state.drain()
        #expect(idle.actions() == ["close"])
    }

    @Test func aClientThatStopsSendingGetsItsAnswers() {
        var connection = Connection()
        connection.receive(Self.get + "GET /b HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(connection.actions() == ["handle GET /a"])
        connection.state.peerIsFinishing()
        #expect(connection.actions().isEmpty)
        _ = connection.answer()
        #expect(connection.actions() == ["handle GET /b"])
        connection.state.peerFinished()
        #expect(connection.actions().isEmpty)
        _ = connection.answer()
        #expect(connection.actions() == ["close"])
    }

    @Test func aBodyThatIsCutOffIsRefused() {
        var connection = Connection()
        connection.receive("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab")
        #expect(connection.actions() == ["handle POST /a"])
        #expect(connection.pull() == "ab")
        #expect(connection.pull() == "later")
        connection.state.peerFinished()
        #expect(connection.actions() == ["resume 400"])
        #expect(connection.answer() == true)
        #expect(connection.actions() == ["close"])
    }

    @Test func aReaderWaitsForPiecesAndTheEnd() {
        var connection = Connection()
        connection.receive("POST /a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n")
        #expect(connection.actions() == ["handle POST /a"])
        #expect(connection.state.pull().mustSayContinue)
        connection.receive("ab")
        #expect(connection.actions() == ["resume ab"])
        connection.receive("cd")
        #expect(connection.actions().isEmpty)
        #expect(connection.pull() == "cd")
        #expect(connection.pull() == "end")
        #expect(connection.answer() == false)
        #expect(connection.actions().isEmpty)
    }

    @Test func aBodyBeyondItsBoundIsRefusedBeforeItIsSent() throws {
        var connection = Connection()
        connection.receive("POST /a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 400\r\n\r\n")
        _ = connection.actions()
        #expect(throws: HTTPRefusal.self) { try connection.state.allowBody(300) }
        #expect(!connection.state.pull().mustSayContinue)
        #expect(connection.answer() == true)
        #expect(connection.actions() == ["finish"])
        // What the client sends all the same is dropped, within bounds.
        connection.receive(String(repeating: "a", count: 1 << 20))
        #expect(connection.actions().isEmpty)
        connection.receive("a")
        #expect(connection.actions() == ["close"])
    }

    @Test func aBufferThatIsFullHoldsTheClientBack() {
        var connection = Connection { $0.bufferedBodyBytes = 4 }
        connection.receive("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\nabcd")
        #expect(connection.actions() == ["handle POST /a"])
        #expect(!connection.state.wantsBytes)
        // It is the handler that is slow.
        connection.pass(40_000)
        #expect(connection.actions().isEmpty)
        #expect(connection.pull() == "abcd")
        #expect(connection.state.wantsBytes)
    }

    /// A new connection has time to ask before another may take its place; one that has asked gives way at once.
    @Test func whoHasJustComeIsNotIdleYet() {
        var connection = Connection { $0.arrivalMilliseconds = 250 }
        #expect(connection.state.idleSince == 250)
        connection.pass(10)
        connection.receive(Self.get)
        #expect(connection.state.idleSince == nil)
        _ = connection.actions()
        connection.pass(10)
        _ = connection.answer()
        #expect(connection.state.idleSince == 20)
    }

    @Test func whatTakesTooLongEnds() {
        var idle = Connection()
        idle.pass(10_001)
        #expect(idle.actions() == ["close"])
        var head = Connection()
        head.receive("GET /a HT")
        #expect(head.actions().isEmpty)
        head.pass(10_001)
        #expect(head.actions() == ["refuse 408"])
        var body = Connection()
        body.receive("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\n")
        _ = body.actions()
        _ = body.pull()
        body.pass(30_001)
        #expect(body.actions() == ["resume 408"])
        var answer = Connection()
        answer.receive(Self.get)
        _ = answer.actions()
        _ = answer.state.answer(now: 0, .memory)
        answer.pass(30_001)
        #expect(answer.actions() == ["close"])
    }

    /// A client is not at fault while the handler is slow, and has the whole time for its next bytes afterwards.
    @Test func whoWaitedForASlowHandlerHasTimeAndIsBoundAgain() {
        var connection = Connection { $0.bufferedBodyBytes = 4 }
        connection.receive("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\nabcd")
        #expect(connection.actions() == ["handle POST /a"])
        connection.pass(30_001)
        connection.pass(30_001)
        #expect(connection.actions().isEmpty)
        #expect(connection.pull() == "abcd")
        #expect(connection.pull() == "later")
        connection.pass(29_999)
        #expect(connection.actions().isEmpty)
        connection.pass(2)
        #expect(connection.actions() == ["resume 408"])
    }

    /// A body that is made while it is sent has no end of time between its pieces, and each piece has one.
    @Test func aStreamWaitsAndItsClientMayNot() {
        func streaming(_ request: String = Self.get) -> Connection {
            var connection = Connection()
            connection.receive(request)
            _ = connection.actions()
            let answer = connection.state.answer(now: 0, .stream)
            #expect(answer?.closes == true && answer?.knowsChunks == request.contains("HTTP/1.1"))
            connection.state.pieceIsWritten()
            return connection
        }
        var resting = streaming()
        resting.pass(3_600_000)
        #expect(resting.actions().isEmpty && resting.state.isStreaming && resting.state.idleSince == nil)
        resting.state.pieceBegins(now: resting.now)
        resting.pass(29_000)
        resting.state.progressed(now: resting.now, bytes: 1)
        resting.pass(1_001)
        #expect(resting.actions() == ["close"])
        var stopped = streaming("GET /a HTTP/1.0\r\n\r\n")
        stopped.state.drain()
        #expect(stopped.actions() == ["end"])
        stopped.state.answered(now: 0)
        #expect(stopped.actions() == ["close"])
        var left = streaming()
        left.state.peerIsFinishing()
        #expect(left.actions() == ["close"])
        var head = Connection()
        head.receive("HEAD /a HTTP/1.1\r\nHost: a\r\n\r\n")
        _ = head.actions()
        #expect(head.state.answer(now: 0, .stream)?.hasBody == false && !head.state.isStreaming)
        // A server that stops, and a client that left, while the handler worked.
        var late = Connection()
        late.receive(Self.get)
        _ = late.actions()
        late.state.drain()
        _ = late.state.answer(now: 0, .stream)
        #expect(late.actions() == ["end"])
    }

    @Test func aHandlerMayTakeAsLongAsItLikes() {
        var connection = Connection()
        connection.receive(Self.get)
        _ = connection.actions()
        connection.pass(3_600_000)
        #expect(connection.actions().isEmpty)
        #expect(connection.answer() == false)
    }

    @Test func aReaderIsToldThatItsClientHasLeft() {
        var connection = Connection()
        connection.receive("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\n")
        _ = connection.actions()
        #expect(connection.pull() == "later")
        connection.state.close()
        #expect(connection.actions() == ["resume 400"])
        #expect(connection.pull() == "400")
        #expect(connection.state.answer(now: 0, .memory) == nil)
    }

    @Test func anAnswerBeforeTheBodyWasReadClosesTheConnection() {
        var connection = Connection()
        connection.receive("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\nab")
        _ = connection.actions()
        #expect(connection.answer() == true)
        #expect(connection.actions() == ["finish"])
        connection.state.peerFinished()
        #expect(connection.actions() == ["close"])
    }

    /// However bytes are cut, the same requests come out.
    @Test func theCutOfTheBytesMakesNoDifference() {
        let text = "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n" + Self.get
        for cut in 1..<text.utf8.count {
            var connection = Connection()
            var seen: [String] = []
            var isReading = false
            for half in [text.prefix(cut), text.dropFirst(cut)] {
                connection.receive(String(half))
                var events = connection.actions()
                while !events.isEmpty {
                    let event = events.removeFirst()
                    seen.append(event)
                    if event == "handle POST /a" { isReading = true }
                    var isOver = event == "resume end"
                    while isReading, !isOver {
                        let piece = connection.pull()
                        guard piece != "later" else { break }
                        seen.append("piece \(piece)")
                        isOver = piece == "end"
                    }
                    guard isOver || event == "handle GET /a" else { continue }
                    isReading = false
                    #expect(connection.answer() == false)
                    events += connection.actions()
                }
            }
            let body = seen.compactMap { event in
                ["piece ", "resume "].first { event.hasPrefix($0) }.map { event.dropFirst($0.count) }
            }
            #expect(body.joined() == "abend", "cut at \(cut): \(seen)")
            #expect(seen.filter { $0.hasPrefix("handle") } == ["handle POST /a", "handle GET /a"], "cut at \(cut)")
        }
    }
}
