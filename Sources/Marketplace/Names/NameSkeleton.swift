/// What a name looks like at a glance: names with one skeleton can be mistaken for each other.
///
/// Case and the separators `.`, `-` and `_` make no difference; `i`, `l` and `1` are one letter, as are `o` and `0`, `rn` and
/// `m`, `vv` and `w`. It is made of a whole name or id, and the wider form of two stands in it: of `vvv` nobody can tell
/// which two were meant.
public struct NameSkeleton: Sendable, Hashable, CustomStringConvertible {
    public let description: String

    /// The skeleton of a user name, a namespace or an agent's id.
    public init(_ name: some CustomStringConvertible) {
        let letters = name.description.lowercased().filter { !".-_".contains($0) }.map { letter -> Character in
            switch letter {
            case "1", "l": "i"
            case "0": "o"
            default: letter
            }
        }
        description = String(letters).replacing("m", with: "rn").replacing("w", with: "vv")
    }
}
