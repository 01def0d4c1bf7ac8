import HTTPClient
import HTTPServer
import Reactor
import Testing

/// Requests to a real server.
@Suite struct HTTPClientTests {
    private func withServer(_ body: (String) async throws -> Void) async throws {
        let reactor = try Reactor(name: "test")
        let server = try HTTPServer(
            on: reactor, port: 0, refusal: { HTTPResponse(status: $0.status) },
            handler: { request in
                var received: [UInt8] = []
                while let piece = try? await request.body.next() { received += piece }
                switch request.head.segments[0] {
                case "large": return HTTPResponse(status: 200, body: .bytes([UInt8](repeating: 0x61, count: 200_000)))
                case "authorization":
                    return HTTPResponse(
                        status: 200, body: .bytes(Array((request.head.fields["authorization"] ?? "").utf8)))
                case "never":
                    // Longer than the clients of these tests wait.
                    for _ in 0..<250 where !Task.isCancelled { try? await Task.sleep(for: .milliseconds(20)) }
                    return HTTPResponse(status: 204)
                case "elsewhere": return HTTPResponse(status: 302, fields: ["location": "/echo"])
                default:
                    let words = "\(request.head.method) \(request.head.target) \(request.head.fields["x-test"] ?? "-") "
                    return HTTPResponse(
                        status: 201, fields: ["x-answer": "yes"], body: .bytes(Array(words.utf8) + received))
                }
            })
        try await server.start()
        try await body("http://127.0.0.1:\(server.port)")
        await server.shutDown()
        reactor.stop()
    }

    @Test(arguments: [
        ("GET", "/a", "X-Test", "a\r\nX-Other: b"), ("GET", "/a", "X-Test", "a\nb"), ("GET", "/a", "X-Test", "a\u{0}b"),
        ("GET", "/a", "X-Test: a\r\nX-Other", "b"), ("GET\r\n", "/a", "X-Test", "a"),
        ("GET", "/a\r\nX: b", "X-Test", "a"),
    ])
    func whatWouldBeginAnotherFieldIsRefused(_ method: String, _ path: String, _ name: String, _ value: String)
        async throws
    {
        try await withServer { url in
            let client = HTTPClient(connections: 1)
            let request = HTTPClientRequest(method, url + path, fields: [(name: name, value: value)])
            let error = await #expect(throws: HTTPClientError.self) { _ = try await client.send(request) }
            #expect(error?.kind == .impossible)
        }
    }

    @Test func aRequestGoesAsItIsAndItsAnswerComesWhole() async throws {
        try await withServer { url in
            let client = HTTPClient(connections: 1)
            let answer = try await client.send(
                HTTPClientRequest("PUT", "\(url)/echo?a=1", fields: [("X-Test", "t")], body: Array("body".utf8)))
            #expect(answer.status == 201 && answer.fields["x-answer"] == "yes")
            #expect(String(decoding: answer.body, as: UTF8.self) == "PUT /echo?a=1 t body")
        }
    }

    /// What a server does not answer ends with the task that asked, or with the request's own bound.
    @Test func aRequestEndsWithItsTaskOrItsOwnBound() async throws {
        try await withServer { url in
            let client = HTTPClient(connections: 1, timeoutMilliseconds: 600_000)
            var request = HTTPClientRequest("GET", "\(url)/never")
            request.endsWithTask = true
            let asked = request
            let asking = Task { try await client.send(asked) }
            try await Task.sleep(for: .milliseconds(100))
            asking.cancel()
            await #expect(throws: HTTPClientError.self) { try await asking.value }
            request.timeoutMilliseconds = 100
            let bounded = request
            let error = await #expect(throws: HTTPClientError.self) { try await client.send(bounded) }
            #expect(error?.kind == .interrupted)
        }
    }

    @Test func credentialsAreSentAtOnce() async throws {
        try await withServer { url in
            var request = HTTPClientRequest("GET", "\(url)/authorization")
            request.credentials = "ada:love:lace"
            let answer = try await HTTPClient(connections: 1).send(request)
            // RFC 7617, 2: the name ends at the first colon.
            #expect(String(decoding: answer.body, as: UTF8.self) == "Basic YWRhOmxvdmU6bGFjZQ==")
        }
    }

    /// A credential must not follow a redirect to somebody else's address.
    @Test func aRedirectIsNotFollowed() async throws {
        try await withServer { url in
            let answer = try await HTTPClient(connections: 1).send(HTTPClientRequest("GET", "\(url)/elsewhere"))
            #expect(answer.status == 302 && answer.fields["location"] == "/echo")
        }
    }

    @Test func anAnswerBeyondTheBoundIsAnError() async throws {
        try await withServer { url in
            let client = HTTPClient(connections: 1, maximumBodyBytes: 100_000)
            let error = await #expect(throws: HTTPClientError.self) {
                try await client.send(HTTPClientRequest("GET", "\(url)/large"))
            }
            #expect(error?.kind == .tooLarge)
            // The handle is as good as new.
            let again = try await client.send(HTTPClientRequest("GET", "\(url)/echo"))
            #expect(again.status == 201)
        }
    }

    @Test func moreRequestsThanConnectionsWaitForTheirTurn() async throws {
        try await withServer { url in
            let client = HTTPClient(connections: 2)
            let bodies = try await withThrowingTaskGroup(of: String.self) { group in
                for index in 0..<20 {
                    group.addTask {
                        let answer = try await client.send(HTTPClientRequest("GET", "\(url)/\(index)"))
                        return String(decoding: answer.body, as: UTF8.self)
                    }
                }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(bodies == Set((0..<20).map { "GET /\($0) - " }))
        }
    }

    @Test func nobodyThereIsSaidAsSuch() async throws {
        let error = await #expect(throws: HTTPClientError.self) {
            try await HTTPClient(connections: 1).send(HTTPClientRequest("GET", "http://127.0.0.1:1/"))
        }
        #expect(error?.kind == .unreachable)
    }
}
