import Crypto
import Events
import Postgres

/// A change that an append makes besides its events: in the vault, in `contents`, or in the marks of spools.
///
/// Each kind of effect is a type in this folder with an SQL file of its own. Its check can refuse a command before
/// anything of the batch is done; its statements run for the commands that are not refused. Both run inside the
/// append's transaction.
public protocol AppendEffect: Sendable {
    /// How effects of this kind are sent to the database, checked and run.
    static var kind: EffectKind { get }

    /// The things that no other command of the batch, or of the batch before it, may change. The writer treats a claim
    /// like a stream.
    var claims: [EffectClaim] { get }
}

extension AppendEffect {
    /// By default an effect claims nothing: effects of the kind do not disturb each other.
    public var claims: [EffectClaim] { [] }
}

/// A thing that effects change and that only one command of a batch may change.
public struct EffectClaim: Sendable, Hashable {
    private let name: String

    /// Claims one thing of a kind, such as one spool.
    init(_ kind: String, _ id: String) {
        name = "\(kind)/\(id)"
    }

    /// Claims a file: it is published and held one after the other.
    static func file(_ sha256: SHA256Digest) -> EffectClaim { EffectClaim("file", sha256.hex) }

    /// Claims a flag.
    static func flag(_ id: FlagID) -> EffectClaim { EffectClaim("flag", id.hex) }

    /// Claims the vault's data about a person.
    static func person(_ person: PersonID) -> EffectClaim { EffectClaim("person", person.hex) }
}

/// How the effects of one kind reach the database: a column for each value, and the SQL that reads them.
public struct EffectKind: Sendable {
    /// One value of each effect.
    struct Column: Sendable {
        let name: String
        let type: String
        /// Makes the column from effects of the kind.
        let values: @Sendable ([any AppendEffect]) -> PostgresValue
    }

    /// The prefix of its parameters.
    let name: String
    let columns: [Column]
    /// A query that returns the commands to refuse, with reasons; nil where the kind has no check.
    let check: String?
    /// The statements, in the order in which they run.
    let statements: [String]

    /// Declares a kind.
    ///
    /// - Parameter file: SQL in sections, each begun by a line `-- check` or `-- do`. It reads the effects as if they
    ///   were a table `effects` with the columns and `command`.
    init(_ name: String, _ columns: [Column], file: [UInt8]) {
        self.name = name
        self.columns = columns
        var sections: [(isCheck: Bool, sql: String)] = []
        for line in String(decoding: file, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("-- check") || line.hasPrefix("-- do") {
                sections.append((line.hasPrefix("-- check"), ""))
            } else if !sections.isEmpty {
                sections[sections.count - 1].sql += "\(line)\n"
            }
        }
        let sql = sections.map { (isCheck: $0.isCheck, sql: $0.sql.trimmedEnd) }
        precondition(
            sql.count { $0.isCheck } <= 1 && sql.contains { !$0.isCheck },
            "an effect has at least one statement and at most one check")
        check = sql.first { $0.isCheck }?.sql
        statements = sql.filter { !$0.isCheck }.map(\.sql)
    }

    /// The parameters for some effects of the kind: one array for the commands, and one for each column.
    func parameters(_ effects: [(command: Int32, effect: any AppendEffect)]) -> [PostgresValue] {
        let values = effects.map(\.effect)
        return [.int4s(effects.map(\.command))] + columns.map { $0.values(values) }
    }
}

extension EffectKind.Column {
    /// A `text`.
    static func text<Effect: AppendEffect>(
        _ name: String, _ value: @escaping @Sendable (Effect) -> String
    ) -> EffectKind.Column {
        EffectKind.Column(name: name, type: "text") { effects in
            .texts(effects.compactMap { $0 as? Effect }.map(value))
        }
    }

    /// A `bigint`.
    static func int8<Effect: AppendEffect>(
        _ name: String, _ value: @escaping @Sendable (Effect) -> Int64
    ) -> EffectKind.Column {
        EffectKind.Column(name: name, type: "bigint") { effects in
            .int8s(effects.compactMap { $0 as? Effect }.map(value))
        }
    }

    /// A `bytea`.
    static func bytea<Effect: AppendEffect>(
        _ name: String, _ value: @escaping @Sendable (Effect) -> [UInt8]
    ) -> EffectKind.Column {
        EffectKind.Column(name: name, type: "bytea") { effects in
            .byteas(effects.compactMap { $0 as? Effect }.map(value))
        }
    }

    /// A `boolean`.
    static func bool<Effect: AppendEffect>(
        _ name: String, _ value: @escaping @Sendable (Effect) -> Bool
    ) -> EffectKind.Column {
        EffectKind.Column(name: name, type: "boolean") { effects in
            .bools(effects.compactMap { $0 as? Effect }.map(value))
        }
    }

    /// A `uuid`, given as 16 bytes; nil is NULL.
    static func uuid<Effect: AppendEffect>(
        _ name: String, _ value: @escaping @Sendable (Effect) -> [UInt8]?
    ) -> EffectKind.Column {
        EffectKind.Column(name: name, type: "uuid") { effects in
            .uuids(effects.compactMap { $0 as? Effect }.map(value))
        }
    }
}

extension String {
    fileprivate var trimmedEnd: String {
        var text = self[...]
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
