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
    /// Words of which at least one stands in each document that meets the condition: those by which the fewest documents have
    /// to be looked at. Nil where a document may meet it without any word.
    ///
    /// - Parameter count: in how many documents a word stands.
    func telling(_ count: (String) -> Int64) -> (words: Set<String>, count: Int64)? {
        switch self {
        case .word(let lexeme, _): return ([lexeme], count(lexeme))
        case .chain(let parts), .all(let parts):
            return parts.compactMap { $0.telling(count) }.min { $0.count < $1.count }
        case .any(let parts):
            let each = parts.map { $0.telling(count) }
            guard !each.contains(where: { $0 == nil }) else { return nil }
            let words = each.reduce(into: Set<String>()) { $0.formUnion($1?.words ?? []) }
            return (words, words.map(count).reduce(0, +))
        case .not: return nil
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
