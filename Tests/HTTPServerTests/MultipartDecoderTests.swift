import HTTPServer
import TestSupport
import Testing

@Suite struct MultipartDecoderTests {
    private static let type = "multipart/form-data; boundary=\"b-1\""

    private func decode(_ bytes: [UInt8], cut: Int) throws -> [String] {
        var decoder = try MultipartDecoder(contentType: Self.type)
        var log: [String] = []
        var data: [UInt8] = []
        var index = 0
        while index < bytes.count {
            decoder.append(Array(bytes[index..<min(bytes.count, index + cut)]))
            index += cut
            while let event = try decoder.next() {
                switch event {
                case .part(let name, let contentType): log.append("part \(name) \(contentType ?? "-")")
                case .data(let bytes): data += bytes
                case .partEnd:
                    log.append("data \(String(decoding: data, as: UTF8.self))")
                    data = []
                case .end: log.append("end")
                }
            }
        }
        if !decoder.isFinished { log.append("unfinished") }
        return log
    }

    private let body = Array(
        ("--b-1\r\nContent-Disposition: form-data; name=\"manifest\"; filename=\"../../m.yaml\"\r\nContent-Type: text/plain\r\n\r\n"
            + "id: a\r\n--b-\r\n--b-2\r\n"
            + "\r\n--b-1\r\ncontent-disposition: form-data; name=readme\r\n\r\n\r\n--b-1--\r\nepilogue").utf8)

    @Test(arguments: [1, 2, 3, 7, 16, 1000])
    func doesNotCareHowBytesAreCut(_ cut: Int) throws {
        #expect(
            try decode(body, cut: cut) == [
                "part manifest text/plain", "data id: a\r\n--b-\r\n--b-2\r\n", "part readme -", "data ", "end",
            ])
    }

    @Test func noticesThatTheEndIsMissing() throws {
        #expect(try decode(Array(body.prefix(120)), cut: 10).last == "unfinished")
    }

    @Test(arguments: [
        "preamble\r\n--b-1\r\n", "--b-1x\r\n", "--b-1\r\nContent-Disposition: form-data\r\n\r\n",
        "--b-1\r\nContent-Disposition: form-data; name=\"a\r\n\r\n",
        "--b-1\r\nContent-Disposition: attachment; name=a\r\n\r\n",
        "--b-1\r\nContent-Disposition: form-data; name=a\r\nContent-Disposition: form-data; name=b\r\n\r\n",
        "--b-1\r\nno colon\r\n\r\n", "--b-1\r\n: x\r\n\r\n",
        "--b-1\r\nContent-Disposition: form-data; name=a; name=b\r\n\r\n",
    ])
    func refuses(_ text: String) {
        #expect(throws: HTTPRefusal.self) {
            try decode(Array("\(text)\(String(repeating: "x", count: 100))".utf8), cut: 9)
        }
    }

    @Test(arguments: [
        nil, "text/plain", "multipart/form-data", "multipart/form-data; boundary=", "multipart/mixed; boundary=a",
        "multipart/form-data; boundary=\(String(repeating: "a", count: 71))", "multipart/form-data; boundary=\"a",
    ])
    func needsABoundary(_ contentType: String?) {
        let error = #expect(throws: HTTPRefusal.self) { try MultipartDecoder(contentType: contentType) }
        #expect(error?.status == 415)
    }

    @Test func boundsPartsAndHeads() {
        let many = String(repeating: "--b-1\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n", count: 10_000)
        #expect(throws: HTTPRefusal.self) { try decode(Array(many.utf8), cut: 4096) }
        let long = "--b-1\r\nX: \(String(repeating: "a", count: 1 << 20))\r\n\r\n"
        #expect(throws: HTTPRefusal.self) { try decode(Array(long.utf8), cut: 4096) }
    }
}
