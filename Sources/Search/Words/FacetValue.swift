/// Values of fields that have few, as filters and counts name them.
public enum FacetValue {
    /// A runtime without its version: `python3.12` is `python`.
    public static func runtime(_ text: String) -> String {
        WordForm.of(Array(text.unicodeScalars.prefix { $0.properties.isAlphabetic }))
    }

    /// The licences that an SPDX expression names, each once.
    public static func licenses(_ expression: String) -> [String] {
        let words = expression.split { " ()".contains($0) }.map(String.init)
        return Set(words.filter { !["OR", "AND", "WITH"].contains($0) }).sorted()
    }
}
