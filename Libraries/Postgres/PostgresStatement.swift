/// A statement in a file of its own; prepared on a connection when it is first used there.
public struct PostgresStatement: Sendable {
    /// The name it is prepared under.
    public let name: String
    /// The text, with `$1`, `$2`, … for the parameters.
    public let sql: String

    /// Names a statement that was compiled into the program.
    public init(_ name: String, _ bytes: [UInt8]) {
        self.name = name
        sql = String(decoding: bytes, as: UTF8.self)
    }
}
