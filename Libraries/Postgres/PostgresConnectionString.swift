import CPostgres
import Glibc

/// The parts of a connection string, which says where a database is and who logs in.
///
///     var database = try PostgresConnectionString("postgresql://db.example/market")
///     database["user"] = "reader"
///     database.text // "dbname='market' host='db.example' user='reader'"
public struct PostgresConnectionString: Sendable, Equatable {
    private var parts: [String: String]

    /// Parses a URL or a keyword/value string in libpq's format. What only libpq's variables or files say is not in it.
    ///
    /// - Throws: `PostgresError` where libpq can't read it. The error does not quote it, since it may hold a password.
    public init(_ text: String) throws(PostgresError) {
        var message: UnsafeMutablePointer<CChar>?
        guard let options = unsafe PQconninfoParse(text, &message) else {
            unsafe PQfreemem(message)
            throw PostgresError(.unreachable, "the connection string is neither a URL nor keyword=value pairs of libpq")
        }
        defer { unsafe PQconninfoFree(options) }
        var parts: [String: String] = [:]
        var option = unsafe options
        while let keyword = unsafe option.pointee.keyword {
            if let value = unsafe option.pointee.val {
                unsafe parts[String(cString: keyword)] = unsafe String(cString: value)
            }
            unsafe option += 1
        }
        self.parts = parts
    }

    /// The value of a keyword (PostgreSQL 34.1.2); nil where the string does not have it.
    public subscript(keyword: String) -> String? {
        get { parts[keyword] }
        set { parts[keyword] = newValue }
    }

    /// The string in the keyword/value form.
    public var text: String {
        parts.sorted { $0.key < $1.key }.map { keyword, value in
            "\(keyword)='\(value.replacing("\\", with: "\\\\").replacing("'", with: "\\'"))'"
        }.joined(separator: " ")
    }
}
