import HTTPServer
import Reactor
import Synchronization
import TestSupport
import Testing

/// The server on a real socket.
@Suite struct HTTPServerTests {
    private final class Seen: Sendable {
        private let events = Mutex<[String]>([])
        private let isOpen = Mutex(false)

        /// Lets the requests for `/slow` go on.
        func open() { isOpen.withLock { $0 = true } }

        func waitUntilOpen() async throws {
            while !isOpen.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(10)) }
        }

        func note(_ event: String) { events.withLock { $0.append(event) } }
        var all: [String] { events.withLock { $0 } }

        func wait(for event: String) async throws {
            try await eventually(event) { all.contains(event) }
        }
    }

    /// Answers with what it was asked for: `/echo` the body, `/slow` once the test lets it, anything else its path.
    private func withServer(
        _ change: (inout HTTPLimits) -> Void = { _ in }, _ body: (HTTPServer, Seen) async throws -> Void
    ) async throws {
        var limits = HTTPLimits()
        change(&limits)
        let seen = Seen()
        let reactor = try Reactor(name: "test")
        let server = try HTTPServer(
            on: reactor, port: 0, limits: limits,
            refusal: { HTTPResponse(status: $0.status, body: .bytes(Array("refused: \($0.reason)".utf8))) },
            handler: { request in
                switch request.head.segments[0] {
                case "echo":
                    do throws(HTTPRefusal) {
                        var whole: [UInt8] = []
                        while let piece = try await request.body.next() { whole += piece }
                        return HTTPResponse(status: 200, body: .bytes(whole))
                    } catch {
                        return HTTPResponse(status: error.status, body: .bytes(Array(error.reason.utf8)))
                    }
                case "slow":
                    seen.note("began")
                    do {
                        try await seen.waitUntilOpen()
                        seen.note("finished")
                    } catch {
                        seen.note("cancelled")
                    }
                    return HTTPResponse(status: 200, body: .bytes(Array("slow".utf8)))
                case "pieces":
                    let count = Int(request.head.segments[1]) ?? 0
                    let next = Mutex(0)
                    return HTTPResponse(
                        status: 200,
                        body: .stream(
                            HTTPStream {
                                let number = next.withLock { next in
                                    next += 1
                                    return next
                                }
                                if number <= count { return Array("piece \(number)\n".utf8) }
                                seen.note("asked")
                                do {
                                    try await seen.waitUntilOpen()
                                    return nil
                                } catch {
                                    seen.note("cancelled")
                                    return nil
                                }
                            }))
                case "flood":
                    return HTTPResponse(
                        status: 200, body: .stream(HTTPStream { [UInt8](repeating: 0x61, count: 65_536) }))
                default: return HTTPResponse(status: 200, body: .bytes(Array("\(request.head.segments)".utf8)))
                }
            })
        try await server.start()
        try await body(server, seen)
        await server.shutDown()
        reactor.stop()
    }

    private func bodies(_ answer: String) -> [String] {
        answer.components(separatedByMark: "HTTP/1.1 ").map { $0.components(separatedByMark: "\r\n\r\n").last ?? "" }
    }

    @Test func manyRequestsGoOverOneConnectionInOrder() async throws {
        try await withServer { server, _ in
            let requests = (0..<50).map { "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n\(100 + $0)" }
                .joined()
            let answer = try await RawHTTP.exchange(
                port: server.port,
                [.send(requests), .send("GET /end HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")])
            #expect(bodies(answer) == (0..<50).map { "\(100 + $0)" } + [#"["end"]"#])
        }
    }

    @Test func aBodyIsPulledInChunksOrByLength() async throws {
        try await withServer { server, _ in
            let answer = try await RawHTTP.exchange(
                port: server.port,
                [
                    .send(
                        "POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"
                    ),
                    .sleep(milliseconds: 50), .send("lo\r\n1\r\n!\r\n0\r\n\r\n"),
                ])
            #expect(bodies(answer) == ["hello!"])
            let large = try await RawHTTP.exchange(
                port: server.port,
                [
                    .send("POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 900000\r\n\r\n"),
                    .fill(900_000), .finish,
                ])
            #expect(bodies(large).first?.utf8.count == 900_000)
        }
    }

    @Test func aBodyBeyondTheBoundIsRefusedAndTheConnectionClosed() async throws {
        try await withServer { server, _ in
            let stated = try await RawHTTP.exchange(
                port: server.port, [.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n\r\n")])
            #expect(stated.hasPrefix("HTTP/1.1 413 "))
            let chunked = try await RawHTTP.exchange(
                port: server.port,
                [
                    .send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n200000\r\n"),
                    .fill(0x200000),
                ])
            #expect(chunked.hasPrefix("HTTP/1.1 413 "))
        }
    }

    @Test func aBodyCutOffIsSaid() async throws {
        try await withServer { server, _ in
            let answer = try await RawHTTP.exchange(
                port: server.port, [.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc"), .finish])
            #expect(answer.hasPrefix("HTTP/1.1 400 "))
        }
    }

    @Test func slowHeadsAndBodiesEnd() async throws {
        try await withServer {
            $0.headMilliseconds = 300
            $0.stallMilliseconds = 300
        } _: { server, _ in
            let head = try await RawHTTP.exchange(port: server.port, [.send("GET / HTTP/1.1\r\nHo")])
            #expect(head.hasPrefix("HTTP/1.1 408 "))
            let drip = try await RawHTTP.exchange(
                port: server.port, (0..<20).flatMap { _ in [.send("G"), .sleep(milliseconds: 100)] })
            #expect(drip.hasPrefix("HTTP/1.1 408 "))
            let body = try await RawHTTP.exchange(
                port: server.port, [.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc")])
            #expect(body.hasPrefix("HTTP/1.1 408 "))
        }
    }

    @Test func aConnectionAtRestIsClosed() async throws {
        try await withServer {
            $0.idleMilliseconds = 200
        } _: { server, _ in
            let answer = try await RawHTTP.exchange(port: server.port, [.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n")])
            #expect(bodies(answer) == [#"["a"]"#])
        }
    }

    @Test func oneConnectionTooManyIsRefused() async throws {
        try await withServer {
            $0.connections = 1
        } _: { server, seen in
            let first = Task {
                try await RawHTTP.exchange(
                    port: server.port, [.send("GET /slow HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")])
            }
            try await seen.wait(for: "began")
            let second = try await RawHTTP.exchange(port: server.port, [.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n")])
            #expect(second.hasPrefix("HTTP/1.1 503 "))
            #expect(second.contains("retry-after: 1"))
            seen.open()
            #expect(try await bodies(first.value) == ["slow"])
        }
    }

    @Test func piecesAreSentAsTheyCome() async throws {
        try await withServer { server, seen in
            let answer = Task {
                try await RawHTTP.exchange(
                    port: server.port, [.send("GET /pieces/2 HTTP/1.1\r\nHost: a\r\n\r\n")])
            }
            try await seen.wait(for: "asked")
            seen.open()
            let text = try await answer.value
            #expect(text.contains("transfer-encoding: chunked\r\n") && text.contains("connection: close\r\n"))
            #expect(!text.contains("content-length"))
            #expect(text.hasSuffix("\r\n\r\n8\r\npiece 1\n\r\n8\r\npiece 2\n\r\n0\r\n\r\n"))
            let old = try await RawHTTP.exchange(port: server.port, [.send("GET /pieces/2 HTTP/1.0\r\n\r\n")])
            #expect(!old.contains("transfer-encoding") && old.hasSuffix("\r\n\r\npiece 1\npiece 2\n"))
            let head = try await RawHTTP.exchange(
                port: server.port, [.send("HEAD /pieces/2 HTTP/1.1\r\nHost: a\r\n\r\n")])
            #expect(head.hasSuffix("\r\n\r\n"))
        }
    }

    @Test func whoLeavesAStreamEndsIt() async throws {
        try await withServer { server, seen in
            _ = try await RawHTTP.exchange(
                port: server.port,
                [.send("GET /pieces/0 HTTP/1.1\r\nHost: a\r\n\r\n"), .sleep(milliseconds: 200), .leave])
            try await seen.wait(for: "cancelled")
        }
    }

    @Test func aStreamEndsWhenTheServerStops() async throws {
        try await withServer { server, seen in
            let answer = Task {
                try await RawHTTP.exchange(
                    port: server.port, [.send("GET /pieces/1 HTTP/1.1\r\nHost: a\r\n\r\n")])
            }
            try await seen.wait(for: "asked")
            await server.shutDown()
            #expect(try await answer.value.hasSuffix("8\r\npiece 1\n\r\n0\r\n\r\n"))
            #expect(seen.all == ["asked", "cancelled"])
        }
    }

    /// A client that reads nothing of a stream is closed, although it always has more to get.
    @Test func whoReadsNothingOfAStreamIsClosed() async throws {
        try await withServer {
            $0.stallMilliseconds = 300
        } _: { server, _ in
            let answer = try await RawHTTP.exchange(
                port: server.port,
                [.send("GET /flood HTTP/1.1\r\nHost: a\r\n\r\n"), .sleep(milliseconds: 1_500)])
            #expect(answer.hasPrefix("HTTP/1.1 200 ") && !answer.hasSuffix("0\r\n\r\n"))
        }
    }

    @Test func whoLeavesCancelsTheHandler() async throws {
        try await withServer { server, seen in
            _ = try await RawHTTP.exchange(
                port: server.port, [.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n"), .sleep(milliseconds: 200), .leave])
            try await seen.wait(for: "cancelled")
        }
    }

    @Test func aCommandGoesOnWhenItsClientStopsSending() async throws {
        try await withServer { server, seen in
            let answer = Task {
                try await RawHTTP.exchange(
                    port: server.port,
                    [.send("POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"), .finish])
            }
            try await seen.wait(for: "began")
            try await Task.sleep(for: .milliseconds(300))
            seen.open()
            #expect(try await bodies(answer.value) == ["slow"])
            #expect(seen.all == ["began", "finished"])
        }
    }

    @Test func aReadGoesOnWhenItsClientStopsSending() async throws {
        try await withServer { server, seen in
            let answer = Task {
                try await RawHTTP.exchange(
                    port: server.port, [.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n"), .finish])
            }
            try await seen.wait(for: "began")
            try await Task.sleep(for: .milliseconds(300))
            seen.open()
            #expect(try await bodies(answer.value) == ["slow"])
            #expect(seen.all == ["began", "finished"])
        }
    }

    /// What does not finish in time is closed: its client sees the end, and its handler is cancelled.
    @Test func shutdownClosesWhatIsLeft() async throws {
        try await withServer {
            $0.drainMilliseconds = 100
        } _: { server, seen in
            let answer = Task {
                try await RawHTTP.exchange(port: server.port, [.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")])
            }
            try await seen.wait(for: "began")
            await server.shutDown()
            #expect(try await answer.value == "")
            try await seen.wait(for: "cancelled")
        }
    }

    @Test func shutdownLetsRequestsFinish() async throws {
        try await withServer { server, seen in
            let answer = Task {
                try await RawHTTP.exchange(port: server.port, [.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")])
            }
            try await seen.wait(for: "began")
            let shutDown = Task { await server.shutDown() }
            try await Task.sleep(for: .milliseconds(300))
            seen.open()
            await shutDown.value
            let text = try await answer.value
            #expect(bodies(text) == ["slow"])
            #expect(text.contains("connection: close"))
        }
    }

    @Test func aRefusalAnswersAndCloses() async throws {
        try await withServer { server, _ in
            let answer = try await RawHTTP.exchange(
                port: server.port,
                [.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b\nGET /c HTTP/1.1\r\nHost: a\r\n\r\n")])
            #expect(bodies(answer).count == 2)
            #expect(answer.contains("HTTP/1.1 400 "))
            #expect(!answer.contains("\"c\""))
        }
    }
}

extension String {
    /// The parts between marks, without empty ones.
    fileprivate func components(separatedByMark mark: String) -> [String] {
        split(separator: mark).map(String.init)
    }
}
