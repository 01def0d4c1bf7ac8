import Events
import Manifest

/// An agent as it was at a moment of the past, less what was erased, removed or held since.
///
/// It comes from the entries of the agent's stream by the rules of the model of agents. Entries after the moment count as
/// far as they protect: a hold that holds now holds in the past as well, and a file that was removed is removed.
struct AgentPast {
    let key: AgentKey
    private let moment: Position
    private var past = RecordFold()
    private var present = RecordFold()
    private var roles = RoleFold()
    private(set) var ownersChanged: Timestamp?

    init(_ key: AgentKey, at moment: Position) {
        self.key = key
        self.moment = moment
    }

    /// Applies the next entry of the agent's stream.
    mutating func add(_ event: ProjectedEvent) throws {
        if Self.isProtective(event.event) { try present.evolve(key, event) }
        guard event.position <= moment else { return }
        // Contents that were erased are not there, so that they were says nothing more.
        if !(event.event is ContentErased) { try past.evolve(key, event) }
        if roles.evolve(event), !(event.event is AgentRegistered) { ownersChanged = event.envelope.time }
    }

    /// True for what the past takes from later entries, and for what that is about.
    private static func isProtective(_ event: any EventPayload) -> Bool {
        event is AgentRegistered || event is VersionPublished || event is AgentQuarantined || event is QuarantineLifted
            || event is AgentArtifactRemoved
    }

    /// True where the contents of an entry are needed.
    static func needsContents(_ position: Position, _ event: any EventPayload, at moment: Position) -> Bool {
        position <= moment || event is AgentQuarantined
    }

    /// The agent; nil where it was not registered yet.
    var agent: RecordFold.AgentRow? {
        guard var row = past.agents[key] else { return nil }
        row.record.hold = row.record.hold ?? present.agents[key]?.record.hold
        return row
    }

    /// Its versions, from high to low.
    var versions: [(precedence: [UInt8], row: RecordFold.VersionRow)] {
        past.versions.map { named, row in
            var row = row
            let now = present.versions[named]?.record
            row.record.hold = row.record.hold ?? now?.hold
            row.record.removed = now?.removed ?? row.record.removed
            return (named.precedence, row)
        }.sorted { $1.precedence.lexicographicallyPrecedes($0.precedence) }
    }

    /// Owners and maintainers, in the order in which their roles last changed.
    var owners: [(person: PersonID, role: Role)] { roles.owners }

    /// Who is shown as publisher.
    var shownOwner: PersonID? { roles.shownOwner }
}
