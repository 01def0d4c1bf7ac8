import Contract
import Crypto
import EventLog
import Events
import HTTPFront
import HTTPServer

/// A command as it came over HTTP.
struct CommandCall<Input: Sendable, Sent: Sendable>: Sendable {
    /// What path and query say.
    let input: Input
    /// The body.
    let sent: Sent
    /// The key under which its answer is kept, and what tells it from others.
    var identity: CallIdentity
}

/// What tells a command from others, so that a repeat of it is known.
struct CallIdentity: Sendable {
    /// The id of the request: the correlation of what is appended.
    let correlation: UUIDv7
    /// The idempotency key, where the client gave one.
    let key: KeyID?
    /// Method, path and digests of the body: what the key stands for.
    let fingerprint: SHA256Digest
    /// False where the key is spent already, so that nothing is looked up or kept under it.
    var isKept = true

    /// - Parameters:
    ///   - actor: whose key it is; nil for what takes no credential.
    ///   - body: the digest of the body's bytes.
    init(_ request: FrontRequest, actor: PersonID?, body: SHA256Digest) throws(Problem) {
        let head = request.http.head
        let text = "\(head.method)\n/\(head.segments.joined(separator: "/"))\n\(body)"
        try self.init(request, actor: actor, fingerprint: SHA256Digest(of: Array(text.utf8)))
    }

    /// The same for a body that has a fingerprint of its own.
    init(_ request: FrontRequest, actor: PersonID?, fingerprint: SHA256Digest) throws(Problem) {
        correlation = request.id
        self.fingerprint = fingerprint
        key = try Self.idempotencyKey(request.http.head.fields).map { KeyID(actor: actor, key: $0) }
    }

    /// The field Idempotency-Key, checked.
    static func idempotencyKey(_ fields: HTTPFields) throws(Problem) -> String? {
        guard let key = fields["idempotency-key"] else { return nil }
        guard (1...128).contains(key.utf8.count), key.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            throw Problem(.invalidParameter, "Idempotency-Key is 1 to 128 characters of printable ASCII")
        }
        return key
    }

    /// Throws where the key was used for something else.
    func check(_ stored: StoredReply) throws(Problem) {
        guard stored.fingerprint == fingerprint else { throw Self.keyReused }
    }

    static var keyReused: Problem {
        Problem(
            .idempotencyKeyReused, "within 24 hours this Idempotency-Key was used with another body; choose a new one")
    }
}
