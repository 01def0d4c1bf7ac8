import Foundation
import TestSupport
import Testing

@testable import HTTPServer

@Suite struct HTTPRequestDecoderTests {
    /// What came out of a decoder, in a form to compare.
    private func decode(_ bytes: [UInt8], pieces: [Int]? = nil) -> [String] {
        var decoder = HTTPRequestDecoder(limits: HTTPLimits())
        var log: [String] = []
        var body: [UInt8] = []
        var index = 0
        var cuts = (pieces ?? [bytes.count]).makeIterator()
        while index < bytes.count {
            let end = min(bytes.count, index + (cuts.next() ?? 1))
            decoder.append(Array(bytes[index..<end]))
            index = end
            do {
                while let event = try decoder.next() {
                    switch event {
                    case .head(let head):
                        log.append(
                            "\(head.method) \(head.segments) \(head.query.map { [$0.name, $0.value] }) \(head.framing) \(head.keepsAlive)"
                        )
                    case .body(let piece): body += piece
                    case .end:
                        log.append("body \(body)")
                        body = []
                    }
                }
            } catch {
                log.append("refused \(error.status)")
                return log
            }
        }
        return log
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\nHost: a\n\n", 400), ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: a\u{1}\r\n\r\n", 400),
        ("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400), ("GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400),
        ("GET /\r\nHost: a\r\n\r\n", 400), ("G(T / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n", 400), ("GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chun\u{212a}ed\r\n\r\n", 400),
        ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505), ("GET /a/../b HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET /%2e%2e HTTP/1.1\r\nHost: a\r\n\r\n", 400), ("GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400), ("GET /%ff HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\nx", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1,1\r\n\r\nx", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501),
        ("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\nx\r\n0\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n0\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffff\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 3\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nConnection: a b\r\n\r\n", 400),
    ])
    func refuses(_ request: String, _ status: Int) {
        #expect(decode(Array(request.utf8)).last == "refused \(status)", "\(request)")
    }

    /// A Host names a host, whatever the version (RFC 9112 3.2, RFC 3986 3.2.2).
    @Test(arguments: [
        "a b", "a/b", "u@a", "u:p@a", "a:8x", "a:-1", "[::1", "::1", "[::1]x", "[::1]:8x", "[]", "[1.2.3.4]", "[v1]",
        "[v.x]", "[::g]", "a\\b", "a?b", "a#b", "<a>", "a\"", "a^", "a|b", "%", "%4", "%4x", "%zz", "a:1:2", "a,b:1 ",
        "\u{e9}",
        "a:999999", "http://a",
    ])
    func refusesAHostThatIsNone(_ host: String) {
        for version in ["1.1", "1.0"] where host.trimmingCharacters(in: .whitespaces) == host {
            let request = "GET / HTTP/\(version)\r\nHost: \(host)\r\n\r\n"
            #expect(decode(Array(request.utf8)).last == "refused 400", "\(version)")
        }
        let absolute = "GET http://\(host)/ HTTP/1.1\r\nHost: a\r\n\r\n"
        // What follows `/`, `?` or `#` is no part of the authority.
        if !host.contains(where: { "/?#".contains($0) }) {
            #expect(decode(Array(absolute.utf8)).last == "refused 400")
        }
    }

    @Test(arguments: [
        "a", "a.b-c_d~e", "a:", "a:8080", "localhost", "127.0.0.1:80", "[::1]", "[::1]:80", "[::ffff:1.2.3.4]",
        "[v1.x:y]",
        "%41%2d", "a!$&'()*+,;=b", "xn--bcher-kva.example",
    ])
    func takesAHost(_ host: String) {
        for request in [
            "GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n", "GET / HTTP/1.0\r\nHost: \(host)\r\n\r\n",
            "GET http://\(host)/ HTTP/1.1\r\nHost: a\r\n\r\n", "GET HTTP://\(host) HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET https://\(host)?x=1 HTTP/1.1\r\nHost: a\r\n\r\n",
        ] { #expect(decode(Array(request.utf8)).first?.hasPrefix(#"GET [""] "#) == true, "\(request)") }
    }

    /// What the RFC says how to read, and what of it two readers could read in two ways.
    @Test(arguments: [
        ("GET http://h HTTP/1.1\r\nHost: a\r\n\r\n", #"GET [""] [] none true"#),
        ("GET http://h?q=/x HTTP/1.1\r\nHost: a\r\n\r\n", #"GET [""] [["q", "/x"]] none true"#),
        ("GET http://h#f HTTP/1.1\r\nHost: a\r\n\r\n", "refused 400"),
        ("GET http://h/a#f HTTP/1.1\r\nHost: a\r\n\r\n", "refused 400"),
        ("GET http:/h HTTP/1.1\r\nHost: a\r\n\r\n", "refused 400"),
        ("GET / HTTP/1.2\r\nHost: a\r\n\r\n", #"GET [""] [] none true"#),
        ("GET / HTTP/1.9\r\nHost: a\r\n\r\n", #"GET [""] [] none true"#),
        ("GET / HTTP/1.10\r\nHost: a\r\n\r\n", "refused 400"), ("GET / HTTP/1\r\nHost: a\r\n\r\n", "refused 400"),
        ("GET / http/1.1\r\nHost: a\r\n\r\n", "refused 400"), ("GET / HTTP/0.9\r\nHost: a\r\n\r\n", "refused 505"),
        ("GET / HTTP/1.1\r\nHost: a\r\nConnection: , close ,,\r\n\r\n", #"GET [""] [] none false"#),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: , chunked\r\n\r\n0\r\n\r\n", "refused 400"),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked,\r\n\r\n0\r\n\r\n", "refused 400"),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", "refused 400"),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", "refused 400"),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", "refused 400"),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n", "refused 400"),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "refused 501"
        ),
        ("\(String(repeating: "A", count: 33)) / HTTP/1.1\r\nHost: a\r\n\r\n", "refused 501"),
    ])
    func readsAsTheRFCSays(_ request: String, _ wanted: String) {
        #expect(decode(Array(request.utf8)).first == wanted, "\(request)")
    }

    @Test(arguments: [
        ("3 ;x\r\nabc\r\n0\r\n\r\n", "body [97, 98, 99]"), ("3\t ; x=y\r\nabc\r\n0\r\n\r\n", "body [97, 98, 99]"),
        ("3;x=\"a b\"\r\nabc\r\n0 ;y\r\n\r\n", "body [97, 98, 99]"), ("3 \r\nabc\r\n0\r\n\r\n", "refused 400"),
        (" 3\r\nabc\r\n0\r\n\r\n", "refused 400"), ("3 x\r\nabc\r\n0\r\n\r\n", "refused 400"),
        (" ;x\r\nabc\r\n0\r\n\r\n", "refused 400"), ("0x3\r\nabc\r\n0\r\n\r\n", "refused 400"),
    ])
    func readsChunks(_ body: String, _ wanted: String) {
        let log = decode(Array("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\(body)".utf8))
        #expect(log.last == wanted, "\(body)")
    }

    @Test func boundsTheHead() {
        let long = "GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "a", count: 40_000))\r\n\r\n"
        #expect(decode(Array(long.utf8)).last == "refused 431")
        let far = "GET /\(String(repeating: "a", count: 40_000)) HTTP/1.1\r\nHost: a\r\n\r\n"
        #expect(decode(Array(far.utf8)).last == "refused 414")
        let many = "GET / HTTP/1.1\r\nHost: a\r\n\(String(repeating: "X: a\r\n", count: 101))\r\n"
        #expect(decode(Array(many.utf8)).last == "refused 431")
    }

    @Test func splitsThePathBeforeItDecodes() {
        let log = decode(Array("GET /a%2Fb/c%20d/?q=x+y%2B&e HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
        #expect(log.first == #"GET ["a/b", "c d", ""] [["q", "x y+"], ["e", ""]] none true"#)
    }

    @Test func readsPipelinedRequestsOfEveryFraming() {
        let requests =
            "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"
            + "POST /b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nde\r\n1\r\nf\r\n0\r\nT: v\r\n\r\n"
            + "GET /c HTTP/1.0\r\n\r\n"
        #expect(
            decode(Array(requests.utf8)) == [
                #"POST ["a"] [] length(3) true"#, "body [97, 98, 99]", #"POST ["b"] [] chunked true"#,
                "body [100, 101, 102]", #"GET ["c"] [] none false"#, "body []",
            ])
    }

    @Test func takesAURLForItsPath() {
        let log = decode(Array("GET http://example.com:80/a?b=c HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
        #expect(log.first == #"GET ["a"] [["b", "c"]] none true"#)
    }

    /// Requests mutated at random come out the same however they are cut.
    @Test func doesNotCareHowBytesAreCut() {
        var random = SeededRandom(seed: 3)
        let seeds = [
            "POST /a/b?c=d HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\nhelloGET / HTTP/1.1\r\nHost: h\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-T: 1\r\n\r\nGET /%41 HTTP/1.0\r\n\r\n",
        ].map { Array($0.utf8) }
        for _ in 0..<3_000 {
            var bytes = random.pick(seeds)
            for _ in 0..<Int.random(in: 0..<3, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                if random.once(in: 2) {
                    bytes[index] = random.pick([0, 9, 10, 13, 32, 58, 48, 255])
                } else {
                    bytes.remove(at: index)
                }
            }
            let whole = decode(bytes)
            #expect(decode(bytes, pieces: []) == whole)
            let cuts = (0..<bytes.count).map { _ in Int.random(in: 1..<20, using: &random) }
            #expect(decode(bytes, pieces: cuts) == whole)
        }
    }
}
