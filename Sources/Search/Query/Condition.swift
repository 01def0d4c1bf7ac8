/// What the words of a document have to be like.
public indirect enum Condition: Sendable, Equatable {
    /// A word stands in one of some fields; in any where there is none.
    case word(String, in: [Lexemes.Field])
    /// Conditions on words that stand one behind the other.
    case chain([Condition])
    /// One of some holds.
    case any([Condition])
    /// All of some hold.
    case all([Condition])
    /// One does not hold.
    case not(Condition)

    /// What one term asks for.
    ///
    /// - Parameters:
    ///   - fields: the fields that count; all where there is none.
    ///   - isExact: true where only the form itself counts, without stems, parts and other words for the same.
    public static func of(
        _ term: SearchQuery.Term, in fields: [Lexemes.Field] = [], isExact: Bool = false
    ) -> Condition {
        // Phrases are taken at their word.
        let isLiteral = isExact || term.words.count > 1
        return chained(term.words.map { alternatives($0, isLiteral ? [] : term.joined, fields, isLiteral: isLiteral) })
    }

    /// The same of the words in names and titles alone.
    public var inNames: Condition {
        switch self {
        case .word(let lexeme, _): .word("\(Lexemes.nameMark)\(lexeme)", in: [])
        case .chain(let parts): .chain(parts.map(\.inNames))
        case .any(let parts): .any(parts.map(\.inNames))
        case .all(let parts): .all(parts.map(\.inNames))
        case .not(let part): .not(part.inNames)
        }
    }

    /// What an agent has to have: all of some conditions, and none of the negative terms; nil where nothing is asked for.
    public static func all(
        _ positive: [Condition], without negative: [SearchQuery.Term]
    ) -> Condition? {
        let parts = positive + negative.map { .not(of($0, isExact: true)) }
        return parts.isEmpty ? nil : .all(parts)
    }

    /// The words of documents that mean a word by themselves.
    public static func lexemes(of word: Word) -> [String] {
        guard word.kind == .spelled else { return [word.form] }
        let stem = WordForm.stem(word.form)
        let synonyms = (CommonWords.synonyms[word.form] ?? []).filter { !$0.contains(" ") }
        return [word.form, "\(Lexemes.partMark)\(word.form)", "\(Lexemes.stemMark)\(stem ?? word.form)"]
            + (stem.map { [$0] } ?? []) + synonyms
    }

    private static func alternatives(
        _ word: Word, _ joined: [String], _ fields: [Lexemes.Field], isLiteral: Bool
    ) -> Condition {
        guard word.kind == .spelled, !isLiteral else { return .word(word.form, in: fields) }
        var alternatives = lexemes(of: word).map { Condition.word($0, in: fields) }
        if word.parts.count > 1 {
            alternatives.append(
                chained(
                    word.parts.map { .any([.word($0, in: fields), .word("\(Lexemes.partMark)\($0)", in: fields)]) }))
        }
        for synonym in CommonWords.synonyms[word.form] ?? [] where synonym.contains(" ") {
            alternatives.append(chained(synonym.split(separator: " ").map { .word(String($0), in: fields) }))
        }
        for form in joined {
            alternatives.append(.word(form, in: fields))
            if let stem = WordForm.stem(form) {
                alternatives += [.word(stem, in: fields), .word("\(Lexemes.stemMark)\(stem)", in: fields)]
            }
        }
        return .any(alternatives)
    }

    private static func chained(_ parts: [Condition]) -> Condition { parts.count == 1 ? parts[0] : .chain(parts) }
}

extension Condition {
    /// Sets of words; each document that meets the condition has a word of each. The first is the one by which the fewest
    /// documents have to be looked at. None where a document may meet it without any word.
    ///
    /// - Parameter count: in how many documents a word stands.
    func clauses(_ count: (String) -> Int64) -> [(words: Set<String>, count: Int64)] {
        switch self {
        case .word(let lexeme, _): return [([lexeme], count(lexeme))]
        case .chain(let parts), .all(let parts):
            let all = parts.flatMap { $0.clauses(count) }
            guard let first = all.indices.min(by: { all[$0].count < all[$1].count }) else { return [] }
            return [all[first]] + all[..<first] + all[(first + 1)...]
        case .any(let parts):
            let each = parts.map { $0.clauses(count).first }
            guard !each.contains(where: { $0 == nil }) else { return [] }
            let words = each.reduce(into: Set<String>()) { $0.formUnion($1?.words ?? []) }
            return [(words, words.map(count).reduce(0, +))]
        case .not: return []
        }
    }

    /// The condition in the language of Postgres's `tsquery`. All words are quoted, so that no query can change what it is.
    public var tsquery: String {
        switch self {
        case .word(let lexeme, let fields):
            Lexemes.quoted(lexeme) + (fields.isEmpty ? "" : ":" + String(fields.map(\.rawValue)))
        case .chain(let parts): Self.joined(parts, by: " <-> ")
        case .any(let parts): Self.joined(parts, by: " | ")
        case .all(let parts): Self.joined(parts, by: " & ")
        case .not(let part): "!\(part.tsquery)"
        }
    }

    private static func joined(_ parts: [Condition], by sign: String) -> String {
        "(\(parts.map(\.tsquery).joined(separator: sign)))"
    }
}
