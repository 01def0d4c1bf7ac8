import TestSupport
import Testing

@testable import HTTPServer

/// Whatever the decoder takes, another implementation reads in the same way, so that nothing can be smuggled past a proxy.
@Suite struct HTTPJudgeTests {
    private static let starts = [
        "GET / HTTP/1.1", "POST /a?b=c HTTP/1.1", "GET http://h/x HTTP/1.1", "POST / HTTP/1.0", "PUT /%41 HTTP/1.1",
        "DELETE /a/b HTTP/1.2",
    ]
    private static let fields = [
        "Host: a", "Host: a:80", "host: [::1]", "Content-Length: 3", "Content-Length: 0", "Content-Length: 03",
        "Content-Length: 3, 3", "Transfer-Encoding: chunked", "Transfer-Encoding: Chunked",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: chunked, identity", "Transfer-Encoding: identity", "Connection: close",
        "Connection: ,keep-alive,",
        "X: a b", "X:", "X: \u{e9}", "Accept: */*", "Expect: 100-continue", "Trailer: X",
    ]
    private static let bodies = [
        "", "abc", "abcdef", "3\r\nabc\r\n0\r\n\r\n", "3;x=y\r\nabc\r\n0\r\n\r\n", "0\r\n\r\n", "0\r\nX: a\r\n\r\n",
        "1\r\na\r\n2\r\nbc\r\n0\r\n\r\n", "00003\r\nabc\r\n0\r\n\r\n", "3\r\nabcd\r\n0\r\n\r\n", "\r\n\r\n",
    ]
    /// What is put in, or in place of something: what readers have disagreed about.
    private static let splinters: [[UInt8]] = [
        [0x0d], [0x0a], [0x0d, 0x0a], [0x20], [0x09], [0x00], [0x0b], [0x3a], [0x3b], [0x2c], [0x2b], [0x2d], [0x30],
        [0x23],
        [0x80], [0xff], [0x25], [0x2f], [0x40], [0x5b],
    ]

    private func request(_ random: inout SeededRandom) -> [UInt8] {
        var text = "\(Self.starts.randomElement(using: &random) ?? "")\r\nHost: a\r\n"
        for _ in 0..<Int.random(in: 0..<4, using: &random) {
            text += "\(Self.fields.randomElement(using: &random) ?? "")\r\n"
        }
        var bytes = Array("\(text)\r\n\(Self.bodies.randomElement(using: &random) ?? "")".utf8)
        for _ in 0..<Int.random(in: 0..<3, using: &random) {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            let splinter = Self.splinters.randomElement(using: &random) ?? []
            switch Int.random(in: 0..<3, using: &random) {
            case 0: bytes.insert(contentsOf: splinter, at: place)
            case 1: bytes.replaceSubrange(place..<(place + 1), with: splinter)
            default: bytes.remove(at: place)
            }
        }
        return bytes
    }

    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    /// The first request as the oracle prints it.
    private func decoded(_ bytes: [UInt8]) -> String {
        var decoder = HTTPRequestDecoder(limits: HTTPLimits())
        decoder.append(bytes)
        var (head, body): (HTTPRequestHead?, [UInt8]) = (nil, [])
        do {
            while let event = try decoder.next() {
                switch event {
                case .head(let new): head = new
                case .body(let piece): body += piece
                case .end: return "\(head?.method ?? "") \(hex(Array((head?.target ?? "").utf8))) \(hex(body))"
                }
            }
            return "unfinished"
        } catch {
            return "refused"
        }
    }

    @Test func whatIsTakenIsReadInOneWay() async throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededRandom(seed: seed)
        let requests = (0..<20_000).map { _ in request(&random) }
        let ours = requests.map(decoded)
        // One empty line before a request means nothing (RFC 9112 2.2), which the judge does not know.
        let lines = requests.map { hex($0.starts(with: [0x0d, 0x0a]) ? Array($0.dropFirst(2)) : $0) + "\n" }
        let judged = try await Oracle.run("http_judge", input: lines.joined())
        try #require(judged.count == requests.count)
        print("HTTP: \(requests.count) mutated requests held to h11")
        var taken = 0
        for (index, verdict) in ours.enumerated() where verdict != "refused" && verdict != "unfinished" {
            taken += 1
            // White space before a chunk's extension is to be removed (RFC 9112 7.1.1); the judge refuses it.
            let text = String(decoding: requests[index], as: UTF8.self)
            let space = /\n[0-9A-Fa-f]+[ \t]+;/.matchingSemantics(.unicodeScalar)
            if judged[index] == "refused", text.contains(space) { continue }
            #expect(
                verdict == judged[index],
                "seed \(seed): \(text.debugDescription)")
        }
        // What is refused by both shows nothing, so enough has to be taken.
        #expect(taken > 4_000, "\(taken)")
    }
}
