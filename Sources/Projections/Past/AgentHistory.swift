import EventLog
public import Events
import Postgres

extension PastReader {
    /// Something that happened to an agent.
    public struct Happening: Sendable {
        /// The position of its entry.
        public let position: Position
        /// When it happened.
        public let time: Timestamp
        /// The event.
        public let event: any EventPayload
        /// Who did it; nil where the entry names nobody.
        public let actor: AgentReader.Person?
        /// The credential that it was done with.
        public let token: TokenID?
        /// The reason in words; nil where none was given, it was erased, or it can't be read.
        public let note: String?
    }

    /// What happened to an agent, in order, from a position on; at most so much, and less where it is large.
    ///
    /// - Returns: nil where there is no such agent, else the happenings and the position to continue from, which is nil
    ///   at the end.
    public func history(
        of key: AgentKey, from position: Position, limit: Int
    ) async throws -> Reflecting<(happenings: [Happening], next: Position?)?> {
        try await pages.long(AgentReader.shownModels) { connection in
            let entries = try LogOnConnection.entries(
                connection, of: .agent(key), from: position, limit: limit, maximumBytes: EventReader.maximumBytes)
            guard let last = entries.last else {
                let isThere = try !LogOnConnection.entries(
                    connection, of: .agent(key), from: Position(0), limit: 1, maximumBytes: 1
                ).isEmpty
                return isThere ? ([], nil) : nil
            }
            let happenings = try Self.happenings(entries, connection)
            let isMore = try !LogOnConnection.entries(
                connection, of: .agent(key), from: last.position.next, limit: 1, maximumBytes: 1
            ).isEmpty
            return (happenings, isMore ? last.position.next : nil)
        }
    }

    /// What happened to an agent last, the last first; nothing where there is no such agent. What this program can't decode is
    /// left out, as it is out of models that park the agent.
    ///
    /// - Parameter limit: the most happenings.
    public func lastHappenings(of key: AgentKey, limit: Int) async throws -> Reflecting<[Happening]> {
        try await pages.about(key).long(AgentReader.shownModels) { connection in
            let entries = try LogOnConnection.lastEntries(connection, of: .agent(key), limit: limit)
            return try Self.happenings(entries.filter { (try? $0.envelope()) != nil }, connection)
        }
    }

    private static func happenings(
        _ entries: [RecordedEntry], _ connection: PostgresConnection
    ) throws -> [Happening] {
        let envelopes = try entries.map { ($0.position, try $0.envelope()) }
        // What pages say of versions is not shown, and is most of what there is.
        let noted = envelopes.filter { !($0.1.event is VersionPublished || $0.1.event is ListingChanged) }
        let contents = try LogOnConnection.publicContents(connection, at: noted.map(\.0))
        let names = try names(envelopes.map(\.1.origin.actor?.hex), connection)
        return envelopes.map { position, envelope in
            let actor = envelope.origin.actor?.hex
            let note = contents[position]?[ContentKind.note.field].flatMap {
                try? NoteContent(document: $0.document).text
            }
            return Happening(
                position: position, time: envelope.time, event: envelope.event,
                actor: actor.map { AgentReader.Person(id: $0, name: names[$0] ?? "") },
                token: envelope.origin.token, note: note)
        }
    }
}
