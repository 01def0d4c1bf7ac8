import EventLog
public import Events
public import Postgres

/// The statements of the relay, each in a file of its own under `SQL/`.
private enum Statements {
    static let noteTopic = PostgresStatement("note_topic", PackageResources.note_topic_sql)
    static let takeTopic = PostgresStatement("take_topic", PackageResources.take_topic_sql)
    static let keepTopic = PostgresStatement("keep_topic", PackageResources.keep_topic_sql)
    static let advanceTopic = PostgresStatement("advance_topic", PackageResources.advance_topic_sql)
    static let leaveTopic = PostgresStatement("leave_topic", PackageResources.leave_topic_sql)
    static let relayedTopics = PostgresStatement("relayed_topics", PackageResources.relayed_topics_sql)
}

/// The schema of what is known of topics.
public enum RelaySchema {
    /// The steps that a database needs beside those of the log; changes after the first release are added at the end.
    public static let steps = [PostgresMigration("schema/relay", PackageResources.schema_relay_sql)]
}

/// How far the log is in a topic.
public struct RelayedTopic: Sendable {
    /// The topic's name.
    public let topic: String
    /// Rises with each relay that takes the topic.
    public let epoch: Int64
    /// The program that relays; nil where none does.
    public let holder: String?
    /// The first position that was not delivered.
    public let next: Position
    /// By slice, the position of the last entry that was delivered; nil for none.
    public let last: [Position?]
    /// When something was last delivered.
    public let moved: Timestamp
    /// The number of entries that the log has.
    public let head: Position

    /// Reads the topics, in the order of their names.
    ///
    /// - Throws: `PostgresError`.
    public static func all(_ connection: PostgresConnection) throws -> [RelayedTopic] {
        try connection.execute(Statements.relayedTopics).map { row in
            let isHeld = try row.integer("unseen") <= RelayStore.leaseMilliseconds
            let holder = try row.text("holder")
            return RelayedTopic(
                topic: try row.text("topic"), epoch: try row.integer("epoch"),
                holder: isHeld && !holder.isEmpty ? holder : nil, next: Position(try row.integer("next")),
                last: RelayProgress.positions(try row.integers(4)),
                moved: Timestamp(milliseconds: try row.milliseconds("moved")), head: Position(try row.integer("head")))
        }
    }
}

/// Up to where a relay has sent, or delivered.
struct RelayProgress: Sendable {
    /// The next position.
    var next: Position
    /// By slice, the last position; nil for none.
    var last: [Position?]
    /// By slice, the offset that the partition has reached.
    var ends: [Int64]

    static let none = RelayProgress(
        next: Position(0), last: [Position?](repeating: nil, count: LogTopic.partitions),
        ends: [Int64](repeating: 0, count: LogTopic.partitions))

    static func positions(_ numbers: [Int64]) -> [Position?] { numbers.map { $0 < 0 ? nil : Position($0) } }
}

/// The row of a topic, as one relay uses it.
///
/// Of several relays one holds the topic, under an epoch. It says every second that it is there; another one takes the topic
/// once it was not seen for three. What an earlier holder still stores is refused.
struct RelayStore: Sendable {
    /// What a relay holds a topic under.
    struct Term: Sendable {
        let epoch: Int64
        let progress: RelayProgress
    }

    static let leaseMilliseconds: Int64 = 3_000
    static let signMilliseconds: Int64 = 1_000

    let session: PostgresSession
    let topic: String
    /// Names this relay among all.
    let holder: String

    /// Takes the topic; nil where another relay holds it.
    func take() async throws -> Term? {
        try await session.run { [topic, holder] connection in
            _ = try connection.execute(Statements.noteTopic, [.text(topic)])
            let taken = try connection.execute(
                Statements.takeTopic, [.text(topic), .text(holder), .int8(Self.leaseMilliseconds)])
            return try taken.first.map { row in
                Term(
                    epoch: try row.integer(0),
                    progress: RelayProgress(
                        next: Position(try row.integer(1)), last: RelayProgress.positions(try row.integers(2)),
                        ends: try row.integers(3)))
            }
        }
    }

    /// What is known of the topic; nil where nothing is.
    func present() async throws -> RelayedTopic? {
        try await session.run { try RelayedTopic.all($0) }.first { $0.topic == topic }
    }

    /// Says that the holder is there; false where it no longer is the holder.
    func keep(_ term: Term) async throws -> Bool {
        try await session.run { [topic, holder] connection in
            try connection.execute(Statements.keepTopic, [.text(topic), .int8(term.epoch), .text(holder)]).affected > 0
        }
    }

    /// Stores what was delivered; false where another relay has taken the topic.
    func advance(_ term: Term, to progress: RelayProgress) async throws -> Bool {
        try await session.run { [topic, holder] connection in
            try connection.execute(
                Statements.advanceTopic,
                [
                    .text(topic), .int8(term.epoch), .text(holder), .int8(progress.next.value),
                    .int8s(progress.last.map { $0?.value ?? -1 }), .int8s(progress.ends),
                ]
            ).affected > 0
        }
    }

    /// Lets another relay take the topic at once.
    func leave(_ term: Term) async throws {
        try await session.run { [topic, holder] connection in
            _ = try connection.execute(Statements.leaveTopic, [.text(topic), .int8(term.epoch), .text(holder)])
        }
    }
}
