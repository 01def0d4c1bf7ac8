import Crypto
public import Events
import JSON

/// What a side says of an agent or a version: why it is yanked, held or deprecated.
public struct Remark: Sendable, Equatable {
    /// From a closed list; empty for a deprecation, which has none.
    public private(set) var reason = ""
    /// A few words; nil where there are none or they were erased.
    public private(set) var note: String?
    /// What to use in its place, for a deprecation.
    public private(set) var replacement: String?
    /// When it was said.
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

    /// Loses its words where they belong to an entry whose content was erased.
    mutating func erase(_ entry: String) {
        if self.entry == entry { note = nil }
    }
}

/// What each side says; moderators first.
typealias Remarks = [Side: Remark]

extension Remarks {
    /// The remark that is shown.
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

/// What is said of an agent as a whole: the column `record` of `models.agents`.
struct AgentRecord: Equatable {
    /// Which sides do not recommend it.
    var deprecations: Remarks = [:]
    /// Why all its versions are held; nil where they are not.
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

    /// Loses the words of an entry.
    mutating func erase(_ entry: String) {
        deprecations.erase(entry)
        hold?.erase(entry)
    }
}

/// What is said of a version: the column `record` of `models.agent_versions`.
struct VersionRecord: Equatable {
    /// Which sides yank it.
    var yanks: Remarks = [:]
    /// Why it is held; nil where it is not.
    var hold: Remark?
    /// Digests of files that were removed, ascending.
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
