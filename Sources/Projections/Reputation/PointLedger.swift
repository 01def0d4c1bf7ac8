import Events

/// Points that a batch gives and ends.
struct PointLedger {
    /// Somebody has points by a rule for something.
    struct Item: Hashable {
        let person: PersonID
        let rule: ReputationRule
        let key: AgentKey
        var detail = ""
    }

    /// Points from an entry until another one.
    struct Row {
        let item: Item
        let since: Position
        let until: Position?
        let points: Int32
    }

    private var open: [Item: (since: Position, points: Int32)] = [:]
    private var closed: [Row] = []
    /// What was given before the batch and ends with an entry of it.
    private(set) var ended: [Item: Position] = [:]

    /// Notes that somebody has other points for something from an entry on; an entry changes an item at most once.
    mutating func change(_ item: Item, from before: Int32, to after: Int32, at position: Position) {
        guard before != after else { return }
        if let was = open.removeValue(forKey: item) {
            closed.append(Row(item: item, since: was.since, until: position, points: was.points))
        } else if before != 0 {
            ended[item] = position
        }
        if after != 0 { open[item] = (position, after) }
    }

    /// The rows that are new.
    var rows: [Row] {
        closed + open.map { Row(item: $0.key, since: $0.value.since, until: nil, points: $0.value.points) }
    }
}
