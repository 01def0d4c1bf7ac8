import Contract
import EventLog
import Events
import JSON

/// An entry as it is sent to readers that follow the log, with what filters ask about it.
struct FollowedEntry: Sendable {
    let position: Position
    let type: String
    let stream: String
    /// The agent that the entry is about; nil where it is about none.
    let agent: AgentKey?
    /// The entry as an event of a stream of server-sent events: its id is the position, its data the bytes unchanged.
    let frame: [UInt8]

    /// - Parameter entry: any entry, also one of a type that this program does not know: readers may know it.
    init(_ entry: RecordedEntry) {
        position = entry.position
        let document = try? JSONValue(entry.bytes)
        type = document?["type"]?.string ?? ""
        stream = document?["subject"]?.string ?? ""
        agent =
            switch StreamName(stream) {
            case .agent(let key), .review(let key, _), .vote(let key, _, _), .star(let key, _): key
            case .downloads: document?["data"]?["agent"]?.string.flatMap { AgentKey($0) }
            case .log, .user, .username, .token, .namespace, .artifact, .flag, nil: nil
            }
        frame = EventFrame.entry(entry)
    }
}

/// What a reader of the log wants of it.
struct EventFilter: Sendable {
    var agent: AgentKey?
    var type: String?
    var stream: String?

    func takes(_ entry: FollowedEntry) -> Bool {
        (agent == nil || entry.agent == agent) && (type == nil || entry.type == type)
            && (stream == nil || entry.stream == stream)
    }
}

/// What can stand in a stream of server-sent events besides entries (WHATWG HTML, 9.2).
enum EventFrame {
    /// An entry. Canonical JSON holds no line break, so it is one line of data.
    static func entry(_ entry: RecordedEntry) -> [UInt8] {
        Array("id: \(entry.position)\ndata: ".utf8) + entry.bytes + Array("\n\n".utf8)
    }

    /// The first bytes: when to come back after the stream has ended, and where it began.
    static func opening(from position: Position) -> [UInt8] {
        // Not all at the same moment, where all are sent away at one.
        Array("retry: \(Int.random(in: 1_000...3_000))\n".utf8) + (mark(position) ?? Array("\n".utf8))
    }

    /// Says that everything before a position was looked at; no event for the reader. Nil at the beginning of the log.
    static func mark(_ position: Position) -> [UInt8]? {
        position.value > 0 ? Array("id: \(position.value - 1)\n\n".utf8) : nil
    }

    /// A comment of server-sent events, so that proxies see that the connection is used.
    static let comment = Array(":\n\n".utf8)

    /// Says that the reader is dropped, and where it can go on.
    static func dropped(at position: Position) -> [UInt8] {
        let body = DroppedReader(
            next: position, reason: "you read more slowly than the log grows; come back with Last-Event-ID")
        return Array("event: dropped\ndata: ".utf8) + DroppedReader.form.bytes(body) + Array("\n\n".utf8)
    }
}
