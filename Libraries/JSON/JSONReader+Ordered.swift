extension JSONReader {
    /// The progress within an object whose members have an order that the caller knows.
    public struct OrderedMembers: Sendable {
        fileprivate var isFirst = true
    }

    /// Begins an object whose members the caller asks for one by one, in their order.
    ///
    /// Canonical JSON (RFC 8785) has only one order, so a reader of canonical documents need not look up names:
    ///
    ///     var members = try reader.beginOrdered()
    ///     if try reader.next("id", &members) { id = try reader.string() }
    ///     try reader.endOrdered(members)
    public mutating func beginOrdered() throws(JSONError) -> OrderedMembers {
        try open(UInt8(ascii: "{"), "an object")
        return OrderedMembers()
    }

    /// True where the next member has this name; the caller has to read its value next. Otherwise consumes nothing but
    /// white space.
    public mutating func next(_ name: String, _ members: inout OrderedMembers) throws(JSONError) -> Bool {
        skipSpace()
        var start = position
        if !members.isFirst {
            guard byte == UInt8(ascii: ",") else { return false }
            start = afterSpace(from: position + 1)
        }
        guard start < bytes.count, bytes[start] == UInt8(ascii: "\"") else { return false }
        start += 1
        let end = start + name.utf8.count
        guard end < bytes.count, bytes[end] == UInt8(ascii: "\""), name ~= bytes.span.extracting(start..<end)
        else { return false }
        position = end + 1
        skipSpace()
        enter(start..<end)
        guard byte == UInt8(ascii: ":") else { throw fault("a colon is expected after the name") }
        position += 1
        members.isFirst = false
        return true
    }

    /// Ends the object.
    ///
    /// - Throws: `JSONError` where a member is left: it is unknown, occurs twice or is out of order.
    public mutating func endOrdered(_ members: OrderedMembers) throws(JSONError) {
        leave()
        guard try close(UInt8(ascii: "}"), first: members.isFirst) else {
            throw fault("no such member is known here, or it is out of the canonical order")
        }
    }
}
