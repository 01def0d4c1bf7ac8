import Crypto
public import Events
import Postgres

/// The id of a spool of downloads: 128 random bits, so that two spools never have the same one.
public struct SpoolID: Sendable, Hashable, CustomStringConvertible {
    let bytes: [UInt8]

    /// Creates a random id.
    public init() {
        bytes = SecureRandom.bytes(16)
    }

    /// Parses 32 lower-case hexadecimal digits; nil for anything else.
    public init?(_ hex: String) {
        guard let bytes = Hex.decode(hex), bytes.count == 16 else { return nil }
        self.bytes = bytes
    }

    public var description: String { Hex.encode(bytes) }
}

/// The id of a line of another server's log: the first 16 bytes of SHA-256(sender ‖ id).
public struct LineID: Sendable, Hashable, CustomStringConvertible {
    let bytes: [UInt8]

    public var description: String { Hex.encode(bytes) }

    /// Creates the id of a line from the person who sends it and from the id that the sender gave it.
    public init(sender: PersonID, id: String) {
        bytes = Array(SHA256Digest(of: Array(sender.hex.utf8) + Array(id.utf8)).bytes.prefix(16))
    }

    fileprivate init?(uuid: String) {
        guard let bytes = Hex.decode(uuid.replacing("-", with: "")), bytes.count == 16 else { return nil }
        self.bytes = bytes
    }
}

/// Queries for recording downloads.
extension EventLog {
    /// The mark of a spool: the offset of its first byte that no entry holds; 0 for an unknown spool.
    public func spoolMark(_ spool: SpoolID) async throws(EventLogError) -> Int64 {
        try await reading(Statements.spoolMark, [.uuid(spool.bytes)]) { rows in
            guard let row = rows.first else { throw EventLogError.corrupt("no mark came back") }
            return try row.integer(0)
        }
    }

    /// Marks a spool as deleted; `maintain` removes its mark after 24 hours.
    public func forgetSpool(_ spool: SpoolID) async throws(EventLogError) {
        try await EventReader.translating {
            _ = try await commands.run { try $0.execute(Statements.forgetSpool, [.uuid(spool.bytes)]).affected }
        }
    }

    /// Returns those of the given lines that were appended before and are still remembered, which is for at least 72
    /// hours.
    public func knownLines(_ lines: [LineID]) async throws(EventLogError) -> Set<LineID> {
        try await EventReader.translating {
            try await commands.run { connection in
                Set(
                    try connection.execute(Statements.knownLines, [.uuids(lines.map(\.bytes))])
                        .compactMap { LineID(uuid: try $0.text(0)) })
            }
        }
    }
}
