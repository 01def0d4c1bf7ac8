import HTTPServer
import Testing

@Suite struct HTTPRangeTests {
    @Test(arguments: [
        ("bytes=0-0", 0..<1), ("bytes=0-", 0..<10), ("bytes=3-5", 3..<6), ("bytes=3-99", 3..<10), ("bytes=-3", 7..<10),
        ("bytes=-99", 0..<10), ("BYTES=9-9", 9..<10), ("bytes=9-999999999999999999", 9..<10),
    ])
    func asksForAPart(_ field: String, _ expected: Range<Int64>) {
        #expect(HTTPRange(field, size: 10) == .part(expected))
    }

    @Test(arguments: ["bytes=10-", "bytes=10-12", "bytes=-0", "bytes=999999999999999999-"])
    func asksForNothing(_ field: String) {
        #expect(HTTPRange(field, size: 10) == .unsatisfiable)
    }

    @Test(arguments: [
        nil, "", "bytes", "bytes=", "bytes=-", "bytes=5-3", "bytes=0-1,3-4", "bytes=a-b", "bytes=1-2-3", "lines=0-1",
        "bytes= 0-1", "bytes=+1-2", "bytes=0-9999999999999999999", "bytes=0-1 ",
    ])
    func isIgnored(_ field: String?) {
        #expect(HTTPRange(field, size: 10) == .whole)
    }

    @Test func anEmptyBodyHasNoParts() {
        #expect(HTTPRange("bytes=0-", size: 0) == .unsatisfiable)
        #expect(HTTPRange("bytes=-1", size: 0) == .unsatisfiable)
    }
}
