import Crypto
import Events
public import Logging
public import Postgres
import Synchronization

/// A lease of a running program on the log: it says that the program works on the log, and is renewed while it does.
///
/// An upgrade can be finished once no program of an older release holds a lease. A program whose vocabulary is older
/// than the written one gets no lease, since it could not read what others append.
public final class ProgramLease: Sendable {
    /// The program knows an earlier edition of the vocabulary than what is written.
    public struct Outdated: Error, CustomStringConvertible {
        /// The edition that is written.
        public let written: Int32

        /// States the fault.
        public init(written: Int32) { self.written = written }

        public var description: String {
            "this program knows edition \(EventCatalogue.edition) of the log's vocabulary, and edition \(written) is written here: an upgrade was finished, so run the newer program"
        }
    }

    /// A lease counts as over after so long without a renewal.
    public static let milliseconds: Int64 = 30_000
    /// A program renews its lease after so long.
    public static let renewalMilliseconds: Int64 = 5_000

    private let id = SecureRandom.bytes(16)
    private let pool: PostgresPool
    private let program: String
    private let part: String
    private let models: [String]
    private let outdated = Mutex<Outdated?>(nil)

    /// Creates a lease; it begins with `keep`.
    ///
    /// - Parameters:
    ///   - pool: sessions of the owner, of commands, of projectors or of queries; relays and readers get no lease.
    ///   - program: names the program and its version.
    ///   - part: what it runs, such as `query`.
    ///   - models: each projection with the version that the program reads or fills.
    public init(_ pool: PostgresPool, program: String, part: String, models: [String]) {
        self.pool = pool
        self.program = program
        self.part = part
        self.models = models
    }

    /// Begins or renews the lease.
    ///
    /// - Throws: `Outdated`, or `PostgresError` where the database can't be reached.
    public func keep() async throws {
        let written = try await pool.runRepeatable { [id, program, part, models] connection in
            let row = try connection.execute(
                Statements.keepLease,
                [.uuid(id), .text(program), .text(part), .int4(EventCatalogue.edition), .texts(models)]
            ).first
            return Int32(clamping: try row?.integer(0) ?? 0)
        }
        guard written <= EventCatalogue.edition else {
            let fault = Outdated(written: written)
            outdated.withLock { $0 = fault }
            throw fault
        }
    }

    /// Renews the lease for as long as the task lives, then ends it.
    public func run(log: Log) async {
        while !Task.isCancelled {
            do {
                try await keep()
            } catch let fault as Outdated {
                log.error("this program can't go on", ["reason": "\(fault)"])
            } catch {
                if !Task.isCancelled { log.warning("the lease is not renewed", ["error": "\(error)"]) }
            }
            try? await Task.sleep(for: .milliseconds(Self.renewalMilliseconds))
        }
        // The end is no part of the task that was cancelled.
        await Task { await end() }.value
    }

    /// Ends the lease of a program that stops; where that fails, it is over after a while.
    public func end() async {
        _ = try? await pool.run { [id] in _ = try $0.execute(Statements.endLease, [.uuid(id)]).count }
    }

    /// Throws `Outdated` once an upgrade was finished without this program.
    public func check() throws(Outdated) {
        if let fault = outdated.withLock({ $0 }) { throw fault }
    }

    /// Permits all types of this program in a log without entries, unless a program of an earlier edition holds a
    /// lease. The connection acts as the owner of the schema.
    public static func begin(_ connection: PostgresConnection) throws {
        try connection.transaction {
            _ = try lock(connection)
            try connection.execute(Statements.beginVocabulary, [.int4(EventCatalogue.edition)])
        }
    }

    /// Keeps leases from being begun and renewed until the transaction ends, as their owner; returns the edition that is
    /// written.
    public static func lock(_ connection: PostgresConnection) throws -> Int32 {
        Int32(clamping: try connection.execute(Statements.lockVocabulary).first?.integer(0) ?? 0)
    }
}
