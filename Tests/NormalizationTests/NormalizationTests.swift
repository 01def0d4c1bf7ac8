import Normalization
import TestSupport
import Testing

@Suite struct NormalizationTests {
    /// Every character that Unicode 14 knows, alone and behind a letter, as Python has it.
    @Test func formsAreThoseOfPython() async throws {
        let scalars = (UInt32(0x21)...0x3ffff).compactMap(Unicode.Scalar.init).filter {
            $0.properties.generalCategory != .unassigned && $0.properties.generalCategory != .privateUse
                && ($0.properties.age.map { $0.major < 15 } ?? false) && !$0.properties.isNoncharacterCodePoint
                && ![0x85, 0x2028, 0x2029].contains($0.value)
        }
        #expect(scalars.count > 100_000)
        let lines = scalars.map { "\($0)" } + scalars.map { "o\($0)e" }
        let judged = try await Oracle.run("normalization", input: lines.map { $0 + "\n" }.joined())
        #expect(judged.count == lines.count)
        let differing = zip(lines, judged).filter { line, forms in
            let ours = [Normalization.folded(line), Normalization.decomposed(line), Normalization.composed(line)]
            return Array(ours.joined(separator: "\t").unicodeScalars) != Array(forms.unicodeScalars)
        }
        #expect(differing.isEmpty, "\(differing.prefix(20).map { "\($0.0.unicodeScalars.map(\.value))" })")
    }

    @Test func anEmptyTextStaysEmpty() {
        #expect(Normalization.folded("") == "")
        #expect(Normalization.folded("\u{ad}") == "")
    }
}
