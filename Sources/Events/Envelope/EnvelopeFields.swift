import JSON

// Reading and writing the members of an envelope as bytes, without creating a `String`.

extension JSONReader {
    mutating func id<Kind>() throws(JSONError) -> Identifier<Kind> { try text("an id") { Identifier(utf8: $0) } }
    mutating func uuid() throws(JSONError) -> UUIDv7 { try text("a UUIDv7") { UUIDv7(utf8: $0) } }
    mutating func time() throws(JSONError) -> Timestamp { try text("a time") { Timestamp(utf8: $0) } }

    @inline(__always) mutating func constant(_ constant: String) throws(JSONError) {
        try text(constant) { constant ~= $0 ? () : nil }
    }
}

extension JSONWriter.Members {
    mutating func member<Kind>(_ name: String, _ id: Identifier<Kind>?) {
        guard let id else { return }
        member(name) { writer in writer.ascii(32) { id.write(&$0, at: $1) } }
    }

    mutating func member(_ name: String, _ id: UUIDv7?) {
        guard let id else { return }
        member(name) { writer in writer.ascii(36) { id.write(&$0, at: $1) } }
    }

    mutating func member(_ name: String, _ time: Timestamp) {
        member(name) { writer in writer.ascii(24) { time.write(&$0, at: $1) } }
    }
}

extension JSONWriter {
    /// Writes a string of a short prefix and the digits of an id.
    @inline(__always) mutating func string<Kind>(_ prefix: String, _ id: Identifier<Kind>) {
        let length = prefix.utf8.count
        ascii(length + 32) { text, start in
            var index = start
            for byte in prefix.utf8 {
                text[index] = byte
                index += 1
            }
            id.write(&text, at: index)
        }
    }
}

/// Creates a text of `length` bytes, which `fill` writes from the given index on.
func text(_ length: Int, _ fill: (inout MutableSpan<UInt8>, Int) -> Void) -> String {
    var bytes = [UInt8](repeating: 0, count: length)
    var span = bytes.mutableSpan
    fill(&span, 0)
    return String(decoding: bytes, as: UTF8.self)
}

extension String {
    /// Creates a text from bytes that are known to be ASCII.
    init(ascii bytes: Span<UInt8>) {
        guard let text = try? UTF8Span(validating: bytes) else { preconditionFailure("the text is not ASCII") }
        self.init(copying: text)
    }
}
