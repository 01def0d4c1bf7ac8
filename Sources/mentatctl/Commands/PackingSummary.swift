import Packaging

/// How many files of which size go into a package, and what is left out by which rule.
struct PackingSummary {
    private static let shownPaths = 3

    let lines: [String]

    init(_ prepared: AgentFolder.Prepared) {
        let files = prepared.files
        let size = files.reduce(0) { $0 + $1.sizeBytes }
        let packed = prepared.parts.first { $0.name == "package" }?.bytes.count ?? 0
        var lines = [
            "packed \(files.count) \(files.count == 1 ? "file" : "files"), \(Console.bytes(size)) "
                + "(\(Console.bytes(Int64(packed))) compressed)"
        ]
        let byRule = Dictionary(grouping: prepared.leftOut, by: \.rule)
        for (rule, left) in byRule.sorted(by: { $0.key < $1.key }) {
            let paths = left.prefix(Self.shownPaths).map { $0.path.shown + ($0.isFolder ? "/" : "") }
            let more = left.count > paths.count ? " and \(left.count - paths.count) more" : ""
            lines.append("left out: \(paths.joined(separator: ", "))\(more) (\(rule.shown))")
        }
        self.lines = lines
    }
}
