import Crypto
public import Events
import JSON

/// A yank, hold or deprecation by one side, with its reason and note.
public struct Remark: Sendable, Equatable {
    /// The reason from a closed list; empty for a deprecation, which has none.
    public private(set) var reason = ""
    /// The note; nil where there is none, or it was erased.
    public private(set) var note: String?
    /// For a deprecation, the agent to use instead; nil where none is named.
    public private(set) var replacement: String?
    /// The time of its entry.
    public let since: Timestamp
    /// The id of the entry.
    let entry: String

    init(reason: String = "", _ event: ProjectedEvent, replacement: String? = nil) throws {
        self.reason = reason
        note = storable(try event.content(NoteContent.self)?.text)
        self.replacement = replacement
        since = event.envelope.time
        entry = event.envelope.id.description
    }

    fileprivate init?(_ value: JSONValue?) {
        guard let value, let entry = value["entry"]?.string, let since = value["since"]?.string.flatMap(Timestamp.init)
        else { return nil }
        reason = value["reason"]?.string ?? ""
        note = value["note"]?.string
        replacement = value["replacement"]?.string
        self.since = since
        self.entry = entry
    }

    fileprivate func encode(_ writer: inout JSONWriter) {
        writer.object { object in
            object.member("entry", entry)
            object.member("note", note)
            object.member("reason", reason)
            object.member("replacement", replacement)
            object.member("since", since.description)
        }
    }

    /// Removes the note where it belongs to an entry whose content was erased.
    mutating func erase(_ entry: String) {
        if self.entry == entry { note = nil }
    }
}

/// The remarks of each side.
typealias Remarks = [Side: Remark]

extension Remarks {
    /// The remark to show: that of moderation before that of the owner.
    var shown: Remark? { self[.moderation] ?? self[.owner] }

    fileprivate init(_ value: JSONValue?) {
        self.init()
        for side in Side.allCases { self[side] = Remark(value?[side.rawValue]) }
    }

    fileprivate func encode(_ writer: inout JSONWriter) {
        writer.object { object in
            for (side, remark) in sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                object.member(side.rawValue) { remark.encode(&$0) }
            }
        }
    }

    mutating func erase(_ entry: String) {
        for side in keys { self[side]?.erase(entry) }
    }
}

/// The remarks on an agent as a whole: the column `record` of `models.agents`.
struct AgentRecord: Equatable {
    /// The deprecations, by side.
    var deprecations: Remarks = [:]
    /// The hold on all its versions; nil where there is none.
    var hold: Remark?

    init() {}

    init(_ bytes: [UInt8]) throws {
        let value = try JSONValue(bytes)
        deprecations = Remarks(value["deprecations"])
        hold = Remark(value["hold"])
    }

    var bytes: [UInt8] {
        var writer = JSONWriter()
        writer.object { object in
            object.member("deprecations") { deprecations.encode(&$0) }
            if let hold { object.member("hold") { hold.encode(&$0) } }
        }
        return writer.bytes
    }

    /// Removes the notes of an entry whose content was erased.
    mutating func erase(_ entry: String) {
        deprecations.erase(entry)
        hold?.erase(entry)
    }
}

/// The remarks on a version: the column `record` of `models.agent_versions`.
struct VersionRecord: Equatable {
    /// The yanks, by side.
    var yanks: Remarks = [:]
    /// The hold on it; nil where there is none.
    var hold: Remark?
    /// The digests of its removed files, in ascending order.
    var removed: [String] = []
    /// The entry that commits to listing and author.
    var listingEntry: String

    init(listingEntry: String) { self.listingEntry = listingEntry }

    init(_ bytes: [UInt8]) throws {
        let value = try JSONValue(bytes)
        yanks = Remarks(value["yanks"])
        hold = Remark(value["hold"])
        removed = value["removed"]?.array?.compactMap(\.string) ?? []
        listingEntry = value["listing_entry"]?.string ?? ""
    }

    var bytes: [UInt8] {
        var writer = JSONWriter()
        writer.object { object in
            if let hold { object.member("hold") { hold.encode(&$0) } }
            object.member("listing_entry", listingEntry)
            object.member("removed", removed)
            object.member("yanks") { yanks.encode(&$0) }
        }
        return writer.bytes
    }
}
