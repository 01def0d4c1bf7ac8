import Crypto
public import Events
import Postgres

/// Which spool of downloads: 128 random bits, so that no two are ever taken for one.
public struct SpoolID: Sendable, Hashable, CustomStringConvertible {
    let bytes: [UInt8]

    /// A new one.
    public init() {
        bytes = SecureRandom.bytes(16)
    }

    /// Reads 32 lower-case hexadecimal digits; nil for anything else.
    public init?(_ hex: String) {
        guard let bytes = Hex.decode(hex), bytes.count == 16 else { return nil }
        self.bytes = bytes
    }

    public var description: String { Hex.encode(bytes) }
}

/// What a line of another server's log is remembered by: the first 16 bytes of SHA-256(who sends it ‖ its id).
public struct LineID: Sendable, Hashable, CustomStringConvertible {
    let bytes: [UInt8]

    public var description: String { Hex.encode(bytes) }

    /// The line that somebody sends under an id of theirs.
    public init(sender: PersonID, id: String) {
        bytes = Array(SHA256Digest(of: Array(sender.hex.utf8) + Array(id.utf8)).bytes.prefix(16))
    }

    fileprivate init?(uuid: String) {
        guard let bytes = Hex.decode(uuid.replacing("-", with: "")), bytes.count == 16 else { return nil }
        self.bytes = bytes
    }
}

/// What downloads need besides appending.
extension EventLog {
    /// How far a spool has been taken: the first byte that no entry holds.
    public func spoolMark(_ spool: SpoolID) async throws(EventLogError) -> Int64 {
        try await reading(Statements.spoolMark, [.uuid(spool.bytes)]) { rows in
            guard let row = rows.first else { throw EventLogError.corrupt("no mark came back") }
            return try row.integer(0)
        }
    }

    /// Says that a spool is no more; how far it was taken is remembered for a day.
    public func forgetSpool(_ spool: SpoolID) async throws(EventLogError) {
        try await EventReader.translating {
            _ = try await commands.run { try $0.execute(Statements.forgetSpool, [.uuid(spool.bytes)]).affected }
        }
    }

    /// Those of some lines that were taken already.
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
