/// The part of a body that a Range field asks for (RFC 9110 14).
public enum HTTPRange: Sendable, Equatable {
    /// The whole body: the field is missing, its unit is not `bytes`, it is malformed, or it asks for several ranges,
    /// which a server may ignore.
    case whole
    /// The bytes in this half-open range.
    case part(Range<Int64>)
    /// No byte of the range exists; the answer is 416.
    case unsatisfiable

    /// Parses a Range field for a body of `size` bytes.
    public init(_ field: String?, size: Int64) {
        self = .whole
        guard let field, field.lowercased().hasPrefix("bytes=") else { return }
        let ends = field.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let first = Self.number(ends[0]), let last = Self.number(ends[1]) else { return }
        switch (first, last) {
        case (nil, nil): return
        case (nil, let suffix?):
            self = suffix == 0 || size == 0 ? .unsatisfiable : .part(max(0, size - suffix)..<size)
        case (let first?, let last):
            if let last, last < first { return }
            self = first >= size ? .unsatisfiable : .part(first..<(min(last ?? size, size - 1) + 1))
        }
    }

    /// Parses a number of at most 18 digits: `.some(nil)` for an empty text, nil for anything else.
    private static func number(_ text: Substring) -> Int64?? {
        if text.isEmpty { return .some(nil) }
        guard text.utf8.count <= 18, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int64(text)
    }
}
