import Contract
import Search

extension Highlighter {
    /// Where words stand in what a list shows; nil where they stand in none of it.
    func bodies(title: String, summary: String) -> [HighlightBody]? {
        let bodies = [("display_name", title), ("summary", summary)].compactMap { field, text -> HighlightBody? in
            let ranges = ranges(in: text).map { [Int64($0.lowerBound), Int64($0.upperBound)] }
            return ranges.isEmpty ? nil : HighlightBody(field: field, ranges: ranges)
        }
        return bodies.isEmpty ? nil : bodies
    }
}
