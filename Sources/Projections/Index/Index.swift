import AgentIndex
import Crypto
import EventLog
import Events
import Postgres

extension Projection {
    /// The read model that installers use: for each agent a document and pages with older versions, which every
    /// front copies to its own disk.
    public static let index = Projection(
        "index", version: 1, .sliced,
        handled: [
            AgentRegistered.type, VersionPublished.type, VersionYanked.type, VersionUnyanked.type, AgentDeprecated.type,
            AgentUndeprecated.type, AgentQuarantined.type, QuarantineLifted.type, AgentArtifactRemoved.type,
        ],
        ignored: [
            AgentDownloaded.type, AgentOwnerAdded.type, AgentOwnerRemoved.type, AgentReadersSeen.type,
            ArtifactRemoved.type, ContentErased.type, FlagRaised.type, ListingChanged.type, LogCreated.type,
            NamespaceClaimed.type, NamespaceMemberAdded.type, NamespaceMemberRemoved.type, ProfileChanged.type,
            ProjectionSkipped.type, ReviewEdited.type, ReviewSubmitted.type, ReviewVoteWithdrawn.type, ReviewVoted.type,
            ReviewWithdrawn.type, StarAdded.type, StarRemoved.type, TokenIssued.type, TokenRevoked.type,
            UserRegistered.type, UsernameClaimed.type, UsernameReleased.type,
        ],
        tables: PackageResources.schema_index_sql, indexes: PackageResources.indexes_index_sql,
        apply: IndexModel.apply)
}

/// How the model of index takes a batch.
enum IndexModel {
    /// Documents are read some at a time, since each may have a megabyte.
    private static let documentsAtOnce = 8
    /// What is written before more pages are read.
    private static let maximumReadBytes = 16 << 20

    static func apply(_ events: [ProjectedEvent], _ connection: PostgresConnection) throws {
        var rest: [AgentKey: [ProjectedEvent]] = [:]
        for event in events {
            if case .agent(let key) = event.envelope.stream { rest[key, default: []].append(event) }
        }
        let keys = rest.keys.sorted { $0.description < $1.description }
        for start in stride(from: 0, to: keys.count, by: documentsAtOnce) {
            let some = keys[start..<min(start + documentsAtOnce, keys.count)]
            try apply(some.map { ($0, rest[$0] ?? []) }, connection)
        }
    }

    private static func apply(
        _ changes: [(key: AgentKey, events: [ProjectedEvent])], _ connection: PostgresConnection
    ) throws {
        var documents: [AgentKey: IndexDocument] = [:]
        for row in try connection.execute(Statements.findIndexDocuments, [.texts(changes.map(\.key.description))]) {
            let document = try IndexDocument(try row.bytes("document"))
            documents[document.key] = document
        }
        var results: [IndexEditor.Result] = []
        var readBytes = 0
        for (key, events) in changes {
            var events = events[...]
            var known = documents[key]
            if known == nil, let first = events.first, let registered = first.event as? AgentRegistered {
                known = IndexDocument(registered.id, at: first.position)
                events = events.dropFirst()
            }
            guard let known else { continue }
            func open(_ document: IndexDocument) -> IndexEditor {
                IndexEditor(document) { try page($0, of: key, connection) }
            }
            var editor = open(known)
            for event in events {
                try editor.evolve(event.event, at: event.position, time: event.envelope.time)
                guard readBytes + editor.readBytes > maximumReadBytes else { continue }
                let result = editor.result()
                try write(results + [result], connection)
                (results, readBytes) = ([], 0)
                editor = open(result.document)
            }
            results.append(editor.result())
            readBytes += editor.readBytes
        }
        try write(results, connection)
    }

    private static func page(
        _ digest: SHA256Digest, of key: AgentKey, _ connection: PostgresConnection
    ) throws -> IndexPage {
        let row = try connection.execute(Statements.findIndexPage, [.text(key.description), .bytea(digest.bytes)]).first
        guard let row else { throw EventLogError.corrupt("the page \(digest) of the index of '\(key)' is missing") }
        return try IndexPage(try row.bytes("document"))
    }

    private static func write(_ results: [IndexEditor.Result], _ connection: PostgresConnection) throws {
        let results = results.sorted { $0.document.position < $1.document.position }
        guard !results.isEmpty else { return }
        let pages = results.flatMap { result in result.pages.map { (result.document.key, $0.digest, $0.bytes) } }
        if !pages.isEmpty {
            try connection.execute(
                Statements.writeIndexPages,
                [.texts(pages.map(\.0.description)), .byteas(pages.map(\.1.bytes)), .byteas(pages.map(\.2))])
        }
        let dropped = results.flatMap { result in result.dropped.map { (result.document.key, $0) } }
        if !dropped.isEmpty {
            try connection.execute(
                Statements.dropIndexPages,
                [.texts(dropped.map(\.0.description)), .byteas(dropped.map(\.1.bytes))])
        }
        let documents = results.map(\.document)
        try connection.execute(
            Statements.writeIndexDocuments,
            [
                .texts(documents.map(\.key.description)), .byteas(documents.map(\.bytes)),
                .int8s(documents.map(\.position.value)),
            ])
    }
}
