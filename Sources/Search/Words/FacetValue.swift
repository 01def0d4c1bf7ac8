/// Values of fields that have few, as filters and counts name them.
public enum FacetValue {
    /// A runtime without its version: `python3.12` is `python`.
    public static func runtime(_ text: String) -> String {
        WordForm.of(Array(text.unicodeScalars.prefix { $0.properties.isAlphabetic }))
    }

    /// The licences that an SPDX expression names, each once, without exceptions from them.
    public static func licenses(_ expression: String) -> [String] {
        let words = expression.split { " ()".contains($0) }.map(String.init)
        let licenses = words.indices.filter { index in
            !["OR", "AND", "WITH"].contains(words[index]) && (index == 0 || words[index - 1] != "WITH")
        }
        return Set(licenses.map { words[$0] }).sorted()
    }
}
