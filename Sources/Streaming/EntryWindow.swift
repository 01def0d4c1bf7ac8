import Events
import Following

/// Entries that have come from the partitions of a topic, put in order.
///
/// It holds a run of entries without a gap, and entries behind the first gap, which came too early. Both are bounded.
/// Where the gap does not close, the run begins anew behind all that has come; readers before that read the log.
struct EntryWindow {
    /// What the window has at a position.
    enum Found {
        case entries([SourcedEntry])
        /// The run begins later.
        case before(first: Position)
        /// The run does not reach the position yet.
        case soon
    }

    private let maximumEntries: Int
    private let maximumBytes: Int
    /// The position of the first entry of the run.
    private(set) var first: Position
    /// The run; the entries before `offset` are given up.
    private var run: [SourcedEntry] = []
    private var offset = 0
    private var runBytes = 0
    private var early: [Position: SourcedEntry] = [:]
    private var earlyBytes = 0

    init(from position: Position, maximumEntries: Int, maximumBytes: Int) {
        first = position
        self.maximumEntries = maximumEntries
        self.maximumBytes = maximumBytes
    }

    /// The first position that the run does not have.
    var next: Position { Position(first.value + Int64(run.count - offset)) }

    /// True where something came that the run can't be continued with.
    var hasGap: Bool { !early.isEmpty }

    /// True where the run may take no more before somebody has read it.
    var isFull: Bool { run.count - offset >= maximumEntries || runBytes >= maximumBytes }

    /// True where an entry at a position is of use: it is neither in the run, nor before it, nor held already.
    func wants(_ position: Position) -> Bool { position >= next && early[position] == nil }

    /// Takes an entry that it wants.
    mutating func add(_ entry: SourcedEntry) {
        early[entry.position] = entry
        earlyBytes += entry.bytes
        close()
        // As much again as the run may have.
        if early.count > maximumEntries || earlyBytes > maximumBytes { skipGap() }
    }

    /// Appends what continues the run.
    private mutating func close() {
        while let entry = early.removeValue(forKey: next) {
            earlyBytes -= entry.bytes
            runBytes += entry.bytes
            run.append(entry)
        }
    }

    /// Begins the run anew behind all that has come; does nothing where there is no gap. One gap is often followed by more, and
    /// who reads the log reads many entries at once.
    mutating func skipGap() {
        guard let last = early.keys.max() else { return }
        (early, earlyBytes) = ([:], 0)
        restart(from: last.next)
    }

    /// Gives the run up and begins at a position.
    mutating func restart(from position: Position) {
        (run, offset, runBytes) = ([], 0, 0)
        first = position
        for held in early.filter({ $0.key < position }) {
            early[held.key] = nil
            earlyBytes -= held.value.bytes
        }
        close()
    }

    /// Gives up the older half of the run.
    mutating func halve() {
        let dropped = (run.count - offset + 1) / 2
        for held in run[offset..<offset + dropped] { runBytes -= held.bytes }
        first = Position(first.value + Int64(dropped))
        offset += dropped
        if offset >= run.count - offset {
            run.removeFirst(offset)
            offset = 0
        }
    }

    /// What it has from a position on.
    func find(_ position: Position, limit: Int) -> Found {
        if position < first { return .before(first: first) }
        guard position < next else { return .soon }
        let begin = offset + Int(position.value - first.value)
        return .entries(Array(run[begin..<min(run.count, begin + limit)]))
    }
}
