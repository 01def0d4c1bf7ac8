import CommandLine
import EventLog
import Events
import JSON
import Postgres
import Streaming
import System

/// `marketplace relay status`: how far the log is in topics of Kafka, and who relays it.
struct RelayStatusCommand {
    private let invocation: Invocation

    init(_ invocation: Invocation) { self.invocation = invocation }

    func run() async throws -> Int32 {
        let database = try invocation.databaseBeside(
            try DataFolder(invocation.values["data"] ?? ".mentatlab"), [.readers])
        let session = PostgresSession(database.configuration(.readers, "marketplace-status"))
        let topics = try await session.run { try RelayedTopic.all($0) }
        await session.close()
        guard !invocation.flags.contains("json") else {
            try printDocument { writer in
                writer.object { object in
                    object.member("topics") { array in
                        array.array(topics) { topic, writer in
                            writer.object { object in
                                object.member("epoch", topic.epoch)
                                object.member("head", topic.head.value)
                                object.member("holder", topic.holder)
                                object.member("lag", topic.head.value - topic.next.value)
                                object.member("moved", topic.moved.description)
                                object.member("next", topic.next.value)
                                object.member("topic", topic.topic)
                            }
                        }
                    }
                }
            }
            return 0
        }
        for topic in topics {
            let ago = max(0, Services.now().milliseconds - topic.moved.milliseconds) / 1_000
            let holder = topic.holder.map { "relayed by \($0)" } ?? "nobody relays"
            try printPart(
                "\(topic.topic): at \(topic.next), \(topic.head.value - topic.next.value) behind; \(holder); moved \(ago) s ago\n"
            )
        }
        if topics.isEmpty { Host.write("the log is relayed to no topic\n", to: 2) }
        return 0
    }
}
