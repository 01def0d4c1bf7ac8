import AgentIndex
import Events

/// How far the index folder is.
struct Copied: Sendable, Equatable {
    /// The next position.
    var next = Position(0)
    /// Names the builds that the folder was copied from; empty where it was copied from none as a whole.
    var builds = ""

    init() {}

    /// Looks at the folder; blocks the calling thread.
    init(_ index: IndexFolder) throws {
        guard let mark = try index.mark() else { return }
        (next, builds) = (mark.next, mark.builds)
    }
}
