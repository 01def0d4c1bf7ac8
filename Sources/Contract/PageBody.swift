public import JSON

/// A page of a list.
public enum PageBody {
    /// Writes `{<name>: […], "pagination": {limit, next_cursor?}}`.
    public static func encode<Element>(
        _ name: String, _ elements: [Element], limit: Int, nextCursor: String?,
        _ body: (Element, inout JSONWriter) -> Void
    ) -> [UInt8] {
        var writer = JSONWriter(reservingBytes: 16_384)
        func list(_ object: inout JSONWriter.Members) {
            object.member(name) { $0.array(elements, body) }
        }
        writer.object { object in
            if name < "pagination" { list(&object) }
            object.member("pagination") { pagination(limit: limit, nextCursor: nextCursor, &$0) }
            if name > "pagination" { list(&object) }
        }
        return writer.bytes
    }

    /// Writes `{limit, next_cursor?}`.
    public static func pagination(limit: Int, nextCursor: String?, _ writer: inout JSONWriter) {
        writer.object { object in
            object.member("limit", Int64(limit))
            object.member("next_cursor", nextCursor)
        }
    }
}

extension JSONWriter {
    /// Writes a number of hundredths as the number it is.
    public mutating func hundredths(_ value: Int64) {
        raw(Array(JSONNumber(Double(value) / 100)?.literal.utf8 ?? "0".utf8))
    }
}
