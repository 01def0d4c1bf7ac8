import Crypto
import Events
import JSON
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
///
/// A frequent kind has typed arrays of its own among the parameters of the append, of which there can be 100. All others
/// share one JSON document.
public struct EffectKind: Sendable {
    /// One value of each effect.
    struct Column: Sendable {
        let name: String
        let type: String
        /// Makes the column from effects of the kind.
        let values: @Sendable ([any AppendEffect]) -> PostgresValue
        /// Makes the value of one effect of the kind, as Postgres reads it from JSON.
        let value: @Sendable (any AppendEffect) -> JSONValue
    }

    /// The prefix of its parameters, or its member of the document.
    let name: String
    /// True for a kind that many appends carry.
    let isFrequent: Bool
    let columns: [Column]
    /// A query that returns the commands to refuse, with reasons; nil where the kind has no check.
    let check: String?
    /// The statements, in the order in which they run.
    let statements: [String]

    /// Declares a kind.
    ///
    /// - Parameter file: SQL in sections, each begun by a line `-- check` or `-- do`. It reads the effects as if they
    ///   were a table `effects` with the columns and `command`.
    init(_ name: String, _ columns: [Column], isFrequent: Bool = false, file: [UInt8]) {
        self.name = name
        self.isFrequent = isFrequent
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
            sql.count { $0.isCheck } <= 1 && !sql.isEmpty, "an effect has a statement or a check, and at most one check"
        )
        check = sql.first { $0.isCheck }?.sql
        statements = sql.filter { !$0.isCheck }.map(\.sql)
    }

    /// The parameters for some effects of the kind: one array for the commands, and one for each column.
    func parameters(_ effects: [(command: Int32, effect: any AppendEffect)]) -> [PostgresValue] {
        let values = effects.map(\.effect)
        return [.int4s(effects.map(\.command))] + columns.map { $0.values(values) }
    }

    /// The member of the document for some effects of the kind: an object for each.
    func member(_ effects: [(command: Int32, effect: any AppendEffect)]) -> JSONValue.Member {
        let rows = effects.map { command, effect in
            JSONValue.object(
                [JSONValue.Member("command", .number(JSONNumber(Int64(command))))]
                    + columns.map { JSONValue.Member($0.name, $0.value(effect)) })
        }
        return JSONValue.Member(name, .array(rows))
    }
}

extension EffectKind.Column {
    private init<Effect: AppendEffect, Value>(
        _ name: String, _ type: String, _ value: @escaping @Sendable (Effect) -> Value,
        column: @escaping @Sendable ([Value]) -> PostgresValue, json: @escaping @Sendable (Value) -> JSONValue
    ) {
        self.init(name: name, type: type) { effects in
            column(effects.compactMap { $0 as? Effect }.map(value))
        } value: { effect in
            (effect as? Effect).map { json(value($0)) } ?? .null
        }
    }

    /// A `text`.
    static func text<Effect: AppendEffect>(
        _ name: String, _ value: @escaping @Sendable (Effect) -> String
    ) -> EffectKind.Column {
        EffectKind.Column(name, "text", value, column: { .texts($0) }, json: { .string($0) })
    }

    /// A `bigint`.
    static func int8<Effect: AppendEffect>(
        _ name: String, _ value: @escaping @Sendable (Effect) -> Int64
    ) -> EffectKind.Column {
        EffectKind.Column(name, "bigint", value, column: { .int8s($0) }, json: { .number(JSONNumber($0)) })
    }

    /// A `bytea`.
    static func bytea<Effect: AppendEffect>(
        _ name: String, _ value: @escaping @Sendable (Effect) -> [UInt8]
    ) -> EffectKind.Column {
        EffectKind.Column(
            name, "bytea", value, column: { .byteas($0) }, json: { .string("\\x\(Hex.encode($0))") })
    }

    /// A `boolean`.
    static func bool<Effect: AppendEffect>(
        _ name: String, _ value: @escaping @Sendable (Effect) -> Bool
    ) -> EffectKind.Column {
        EffectKind.Column(name, "boolean", value, column: { .bools($0) }, json: { .bool($0) })
    }

    /// A `uuid`, given as 16 bytes; nil is NULL.
    static func uuid<Effect: AppendEffect>(
        _ name: String, _ value: @escaping @Sendable (Effect) -> [UInt8]?
    ) -> EffectKind.Column {
        EffectKind.Column(
            name, "uuid", value, column: { .uuids($0) }, json: { $0.map { .string(Hex.encode($0)) } ?? .null })
    }
}

extension String {
    fileprivate var trimmedEnd: String {
        var text = self[...]
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
