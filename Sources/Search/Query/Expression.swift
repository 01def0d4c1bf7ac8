/// Conditions on the words of a document, in the language of Postgres's `tsquery`.
///
/// All words are quoted, so that no query can change what a condition is.
public enum Expression {
    /// What one term asks for.
    ///
    /// - Parameters:
    ///   - fields: the fields that count; all where there is none.
    ///   - isExact: true where only the form itself counts, without stems, parts and other words for the same.
    public static func of(
        _ term: SearchQuery.Term, in fields: [Lexemes.Field] = [], isExact: Bool = false
    ) -> String {
        let suffix = fields.isEmpty ? "" : ":" + String(fields.map(\.rawValue))
        // Phrases are taken at their word.
        let isLiteral = isExact || term.words.count > 1
        return chain(term.words.map { alternatives($0, isLiteral ? [] : term.joined, suffix, isLiteral: isLiteral) })
    }

    /// What an agent has to have: all positive terms, and none of the negative ones; nil where nothing is asked for.
    ///
    /// - Parameter positive: the terms that have to stand there.
    public static func all(of positive: [SearchQuery.Term], without negative: [SearchQuery.Term]) -> String? {
        let parts = positive.map { of($0) } + negative.map { "!\(of($0, isExact: true))" }
        return parts.isEmpty ? nil : parts.joined(separator: " & ")
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
        _ word: Word, _ joined: [String], _ suffix: String, isLiteral: Bool
    ) -> String {
        func quoted(_ lexeme: String) -> String { Lexemes.quoted(lexeme) + suffix }
        guard word.kind == .spelled, !isLiteral else { return quoted(word.form) }
        var alternatives = lexemes(of: word).map(quoted)
        if word.parts.count > 1 {
            alternatives.append(chain(word.parts.map { "(\(quoted($0)) | \(quoted("\(Lexemes.partMark)\($0)")))" }))
        }
        for synonym in CommonWords.synonyms[word.form] ?? [] where synonym.contains(" ") {
            alternatives.append(chain(synonym.split(separator: " ").map { quoted(String($0)) }))
        }
        for form in joined {
            alternatives += [quoted(form)]
            if let stem = WordForm.stem(form) { alternatives += [quoted(stem), quoted("\(Lexemes.stemMark)\(stem)")] }
        }
        return "(\(alternatives.joined(separator: " | ")))"
    }

    private static func chain(_ parts: [String]) -> String {
        parts.count == 1 ? parts[0] : "(\(parts.joined(separator: " <-> ")))"
    }
}
