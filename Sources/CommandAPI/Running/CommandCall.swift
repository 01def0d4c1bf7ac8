import Contract
import Crypto
import EventLog
import Events
import HTTPFront
import HTTPServer

/// A command as the client sent it.
struct CommandCall<Input: Sendable, Sent: Sendable>: Sendable {
    /// The parameters in path and query.
    let input: Input
    /// The body.
    let sent: Sent
    /// The identity by which a repeat is recognised.
    var identity: CallIdentity
}

/// The identity of a command, by which a repeat is recognised.
struct CallIdentity: Sendable {
    /// The id of the request, which becomes the correlation of its events.
    let correlation: UUIDv7
    /// The idempotency key; nil where the client gave none.
    let key: KeyID?
    /// A digest of method, path and body. A key that was used for another fingerprint is refused.
    let fingerprint: SHA256Digest
    /// False where the key was used already: then no answer is looked up or stored under it.
    var isKept = true

    /// Creates the identity of a command from its request.
    ///
    /// - Parameters:
    ///   - actor: the person whose key it is; nil for a command that needs no credential.
    ///   - body: the digest of the body's bytes.
    init(_ request: FrontRequest, actor: PersonID?, body: SHA256Digest) throws(Problem) {
        let head = request.http.head
        let text = "\(head.method)\n/\(head.segments.joined(separator: "/"))\n\(body)"
        try self.init(request, actor: actor, fingerprint: SHA256Digest(of: Array(text.utf8)))
    }

    /// Creates the identity of a command from a fingerprint that the caller has computed.
    init(_ request: FrontRequest, actor: PersonID?, fingerprint: SHA256Digest) throws(Problem) {
        correlation = request.id
        self.fingerprint = fingerprint
        key = try Self.idempotencyKey(request.http.head.fields).map { KeyID(actor: actor, key: $0) }
    }

    /// The value of the field Idempotency-Key; nil where it is absent. Throws where it is invalid.
    static func idempotencyKey(_ fields: HTTPFields) throws(Problem) -> String? {
        guard let key = fields["idempotency-key"] else { return nil }
        guard (1...128).contains(key.utf8.count), key.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            throw Problem(.invalidParameter, "Idempotency-Key is 1 to 128 characters of printable ASCII")
        }
        return key
    }

    /// Throws where the key was used for another command.
    func check(_ stored: StoredReply) throws(Problem) {
        guard stored.fingerprint == fingerprint else { throw Self.keyReused }
    }

    static var keyReused: Problem {
        Problem(
            .idempotencyKeyReused, "within 24 hours this Idempotency-Key was used with another body; choose a new one")
    }
}
