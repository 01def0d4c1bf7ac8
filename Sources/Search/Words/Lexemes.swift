/// The words of a document as Postgres's `tsvector` holds them: each with its places, and the field of each place.
///
/// A word stands under its form. Beside it stand, each with a mark before it, its stem in prose (`~databas`) and the parts of
/// a word that is written as one (`+git` and `+hub` of `GitHub`), since both mean a little less. What stands in a name or title
/// stands once more with `^` before it: an index over words knows nothing of their fields.
public struct Lexemes: Sendable {
    /// Where a word stands in a document.
    public enum Field: Character, Sendable {
        /// The last part of the id, and the names of packages.
        case name = "A"
        case title = "B"
        /// Summary and tags.
        case summary = "C"
        /// Description and category.
        case description = "D"
    }

    static let stemMark: Character = "~"
    static let partMark: Character = "+"
    static let nameMark: Character = "^"
    /// The words between two texts, so that no phrase reaches from one to the next.
    private static let gap = 8
    /// What Postgres can hold of one document (12.9 of its manual); words beyond have its last place.
    private static let lastPlace = 16_383
    private static let placesOfWord = 255
    /// Postgres takes less than a megabyte; a word takes more than its bytes there.
    private static let maximumBytes = 256 << 10

    private var places: [String: [(place: Int, field: Field)]] = [:]
    private var bytes = 0
    private var next = 1

    /// Creates the words of an empty document.
    public init() {}

    /// Adds the words of a text; of prose also their stems. Returns how many words it has.
    @discardableResult
    public mutating func add(_ text: String, _ field: Field, isProse: Bool = true, atMost count: Int = .max) -> Int {
        let words = Word.all(in: text, atMost: count)
        for word in words {
            add(word.form, field, at: next)
            switch word.kind {
            case .pair: add(word.parts[0], field, at: next)
            case .tail, .single: break
            case .spelled:
                if isProse, let stem = WordForm.stem(word.form) { add("\(Self.stemMark)\(stem)", field, at: next) }
                for (offset, part) in word.parts.enumerated() {
                    add("\(Self.partMark)\(part)", field, at: next + offset)
                }
                // A phrase may go on behind the last part.
                next += max(0, word.parts.count - 1)
                if word.parts.count > 1 { add(word.form, field, at: next) }
            }
            next += 1
        }
        if !words.isEmpty { next += Self.gap }
        return words.count
    }

    private mutating func add(_ lexeme: String, _ field: Field, at place: Int) {
        addOnce(lexeme, field, at: place)
        if field == .name || field == .title { addOnce("\(Self.nameMark)\(lexeme)", field, at: place) }
    }

    private mutating func addOnce(_ lexeme: String, _ field: Field, at place: Int) {
        guard places[lexeme]?.count ?? 0 < Self.placesOfWord, bytes < Self.maximumBytes else { return }
        bytes += 8 + (places[lexeme] == nil ? lexeme.utf8.count : 0)
        places[lexeme, default: []].append((min(place, Self.lastPlace), field))
    }

    /// The words as the text of a `tsvector`.
    public var text: String {
        places.sorted { $0.key < $1.key }.map { lexeme, places in
            "\(Self.quoted(lexeme)):\(places.map { "\($0.place)\($0.field.rawValue)" }.joined(separator: ","))"
        }.joined(separator: " ")
    }

    /// A word as the texts of `tsvector` and `tsquery` quote it.
    static func quoted(_ lexeme: String) -> String {
        var quoted = "'".unicodeScalars
        for scalar in lexeme.unicodeScalars {
            if scalar == "'" || scalar == "\\" { quoted.append(scalar) }
            quoted.append(scalar)
        }
        quoted.append("'")
        return String(quoted)
    }
}
