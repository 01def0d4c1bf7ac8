import CICU
import Normalization

/// Names that look alike although their characters differ, such as `README` with a Cyrillic `А` (UTS #39), by ICU.
public enum Lookalikes {
    /// ICU promises that calls on one checker may come from several threads at once.
    @safe private struct Checker: @unchecked Sendable {
        let handle: UnsafeRawPointer

        init() {
            guard let handle = unsafe lookalikes_open() else { preconditionFailure("ICU has no table of lookalikes") }
            unsafe self.handle = handle
        }
    }

    private static let checker = Checker()

    /// What a name looks like: names with one skeleton may be taken for each other (UTS #39, 4).
    ///
    /// It is meant for comparing alone: `m` becomes `rn` and `1` becomes `l`. Case makes a difference. Skeletons may differ
    /// between releases of ICU, so they are not to be kept.
    public static func skeleton(_ name: String) -> String {
        // The table leaves out letters that differ in compatibility alone, such as those of full width.
        var name = Normalization.compatible(name)
        return name.withUTF8 { bytes in
            let length = Int32(bytes.count)
            let text = unsafe UnsafeRawPointer(bytes.baseAddress)?.assumingMemoryBound(to: CChar.self)
            var capacity = 2 * bytes.count + 64
            while true {
                var needed: Int32 = -1
                let skeleton = unsafe String(unsafeUninitializedCapacity: capacity) { buffer in
                    let target = unsafe UnsafeMutableRawPointer(buffer.baseAddress)?.assumingMemoryBound(to: CChar.self)
                    needed = unsafe lookalikes_skeleton(checker.handle, text, length, target, Int32(capacity))
                    return min(max(Int(needed), 0), capacity)
                }
                precondition(needed >= 0, "ICU has no memory")
                if Int(needed) <= capacity { return skeleton }
                capacity = Int(needed)
            }
        }
    }

    /// The first word of a name that has Latin letters and others that look like Latin ones; nil where there is none.
    ///
    /// A word is a run of letters, marks and digits, so `отчёт.md` passes. So do words with letters that look like none of
    /// Latin, such as `Δt`.
    public static func mixedWord(in name: String) -> String? {
        guard !name.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        return name.unicodeScalars.split { !belongsToWord($0) }.lazy.map { String($0) }.first { word in
            var hasLatin = false
            var hasOther = false
            for script in word.unicodeScalars.lazy.map({ lookalikes_script($0.value) }) where script >= 0 {
                if script == lookalikes_latin_script() { hasLatin = true } else { hasOther = true }
            }
            return hasLatin && hasOther
                && skeleton(word).unicodeScalars.allSatisfy {
                    [-1, lookalikes_latin_script()].contains(lookalikes_script($0.value))
                }
        }
    }

    private static func belongsToWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
            .spacingMark, .enclosingMark, .decimalNumber, .letterNumber, .otherNumber:
            true
        default: false
        }
    }
}
