import Crypto
import Events
import Postgres

extension StoredReply {
    /// The reply of the first row; nil where there is none.
    static func first(of rows: PostgresRows) throws -> StoredReply? {
        guard let row = rows.first else { return nil }
        guard let fingerprint = SHA256Digest(bytes: try row.bytes(0)) else {
            throw EventLogError.corrupt("a fingerprint is no digest")
        }
        return StoredReply(
            fingerprint: fingerprint, reply: try row.bytes(1),
            position: row.isNull(2) ? nil : Position(try row.integer(2)))
    }
}
