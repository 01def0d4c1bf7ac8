/// Words that queries have in common.
enum CommonWords {
    /// Words that hold a sentence together and say nothing of what it is about.
    static let functional: Set<String> = [
        "a", "about", "all", "also", "am", "an", "and", "any", "are", "as", "at", "be", "but", "by", "can", "could",
        "do",
        "does", "for", "from", "give", "has", "have", "how", "i", "if", "in", "into", "is", "it", "its", "let", "lets",
        "like",
        "me", "my", "need", "of", "on", "or", "our", "please", "should", "so", "some", "something", "that", "the",
        "their",
        "them", "then", "there", "these", "they", "this", "those", "to", "us", "use", "using", "want", "was", "we",
        "what",
        "when", "where", "which", "who", "will", "with", "would", "you", "your",
    ]

    /// Other words for one, as people write both of the same thing.
    static let synonyms: [String: [String]] = {
        let groups: [[String]] = [
            ["kubernetes", "k8s"], ["postgres", "postgresql", "pg"], ["github", "gh"], ["javascript", "js"],
            ["typescript", "ts"], ["python", "py"], ["database", "db"], ["youtube", "yt"], ["mongodb", "mongo"],
            ["email", "mail"], ["documentation", "docs"], ["repository", "repo"], ["authentication", "auth"],
            ["elasticsearch", "elastic"], ["google calendar", "gcal"], ["google drive", "gdrive"],
            ["google cloud", "gcp"], ["home assistant", "hass"], ["knowledge graph", "kg"],
            ["large language model", "llm"],
            ["text to speech", "tts"], ["speech to text", "stt"], ["optical character recognition", "ocr"],
            ["retrieval augmented generation", "rag"], ["user interface", "ui"], ["virtual machine", "vm"],
            ["amazon web services", "aws"], ["natural language processing", "nlp"], ["continuous integration", "ci"],
            ["twitter", "x"], ["golang", "go"], ["crypto", "cryptocurrency"], ["filesystem", "fs"],
            ["visual studio code", "vscode"], ["infrastructure as code", "iac"],
        ]
        var synonyms: [String: [String]] = [:]
        for group in groups {
            for word in group where !word.contains(" ") { synonyms[word, default: []] += group.filter { $0 != word } }
        }
        return synonyms
    }()
}
