import Events
import Manifest
import Postgres

extension RecordFold {
    /// Begins with agents and versions as they are.
    ///
    /// - Parameters:
    ///   - keys: the agents.
    ///   - named: versions that are read.
    ///   - whole: agents of which all versions are read.
    init(
        of keys: Set<AgentKey>, versions named: Set<VersionKey> = [], ofAll whole: Set<AgentKey>,
        _ connection: PostgresConnection
    ) throws {
        self.init()
        let texts = keys.map(\.description).sorted()
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
