import Events

/// The next position that each slice of a build will apply. Mostly all are equally far; after a worker has taken slices over
/// from another one, they are not for a moment.
struct SliceCursors: Sendable, Equatable {
    /// The number of slices of the log.
    static let count = 64

    /// By slice; nil for one that somebody else holds.
    private var next: [Position?]

    /// All slices at one position.
    init(at position: Position) { next = [Position?](repeating: position, count: Self.count) }

    /// Some slices, each with its position.
    init(_ slices: [Int64], _ positions: [Int64]) {
        next = [Position?](repeating: nil, count: Self.count)
        for (slice, position) in zip(slices, positions) where next.indices.contains(Int(slice)) {
            next[Int(slice)] = Position(position)
        }
    }

    /// The slices, in order.
    var slices: [Int] { next.indices.filter { next[$0] != nil } }

    /// The positions of the slices, in the same order.
    var positions: [Position] { next.compactMap { $0 } }

    /// The position before which all slices have everything; nil where there are none.
    var lowest: Position? { positions.min() }

    /// True where all slices are at one position.
    var isLevel: Bool { positions.min() == positions.max() }

    /// True where an entry is still to be applied.
    func takes(_ position: Position, of slice: Int) -> Bool { next[slice].map { position >= $0 } ?? false }

    /// Moves each slice that is before a position there.
    mutating func advance(to position: Position) {
        for slice in next.indices { next[slice] = next[slice].map { max($0, position) } }
    }

    /// The position of one slice; nil where somebody else holds it.
    subscript(_ slice: Int) -> Position? { next[slice] }
}
