import Crypto
import Events
import Postgres

extension StoredReply {
    static func find(_ connection: PostgresConnection, _ key: KeyID) throws -> StoredReply? {
        guard let row = try connection.execute(Statements.findKey, [.uuid(key.bytes)]).first else { return nil }
        guard let fingerprint = SHA256Digest(bytes: try row.bytes(0)) else {
            throw EventLogError.corrupt("a fingerprint is no digest")
        }
        return StoredReply(
            fingerprint: fingerprint, reply: try row.bytes(1), position: Position(try row.integer(2)))
    }
}
