/// What a Range field asks for of a body of a known size (RFC 9110 14).
public enum HTTPRange: Sendable, Equatable {
    /// All of it: there is no such field, its unit is not `bytes`, it is malformed, or it asks for several ranges,
    /// which a server may ignore.
    case whole
    /// The bytes from the first up to, without, the second.
    case part(Range<Int64>)
    /// Nothing of it exists: 416.
    case unsatisfiable

    /// Reads a field.
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

    /// A number of at most 18 digits; an empty one is nil, anything else is no number at all.
    private static func number(_ text: Substring) -> Int64?? {
        if text.isEmpty { return .some(nil) }
        guard text.utf8.count <= 18, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int64(text)
    }
}
