import Events
import Manifest
import Postgres

extension RecordFold {
    /// Begins with what entries of agents speak of, as it is before them: the agents, the versions that are named, and all
    /// versions where something is erased.
    init(of events: [(key: AgentKey, event: ProjectedEvent)], _ connection: PostgresConnection) throws {
        self.init()
        var named: Set<VersionKey> = []
        var whole: Set<AgentKey> = []
        for (key, event) in events {
            named.formUnion(Self.named(event, of: key))
            if event.event is ContentErased { whole.insert(key) }
        }
        let texts = Set(events.map(\.key.description)).sorted()
        for row in try connection.execute(Statements.findAgentRecords, [.texts(texts)]) {
            guard let key = AgentKey(try row.text("key")) else { continue }
            agents[key] = AgentRow(
                id: try row.text("agent_id"), created: try row.milliseconds("created"),
                updated: try row.milliseconds("updated"), position: try row.integer("updated_position"),
                record: try AgentRecord(try row.bytes("record")))
        }
        let list = Array(named)
        let rows = try connection.execute(
            Statements.findVersionRecords,
            [
                .texts(list.map(\.key.description)), .byteas(list.map(\.precedence)),
                .texts(whole.map(\.description).sorted()),
            ])
        for row in rows {
            let data = try row.bytes("data")
            guard let key = AgentKey(try row.text("key")),
                let version = SemVer(try VersionPublished(data: data).version)
            else { continue }
            versions[VersionKey(key: key, precedence: try row.bytes("precedence"))] = VersionRow(
                version: version, data: data, listing: try row.optionalBytes("listing"),
                author: try row.optionalBytes("author"), record: try VersionRecord(try row.bytes("record")),
                published: try row.milliseconds("published"), position: try row.integer("position"),
                publisher: try row.optionalText("publisher"))
        }
    }
}
