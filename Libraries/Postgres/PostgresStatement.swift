/// A statement that each connection prepares at its first use.
///
/// Its SQL lies in a file of its own and is embedded in the program. Two statements must not have the same name, since
/// a connection finds prepared statements by name.
public struct PostgresStatement: Sendable {
    /// The name under which a connection prepares it.
    public let name: String
    /// The SQL, with `$1`, `$2`, … for the parameters.
    public let sql: String

    /// Creates a statement from SQL that is embedded in the program.
    public init(_ name: String, _ bytes: [UInt8]) {
        self.name = name
        sql = String(decoding: bytes, as: UTF8.self)
    }
}
