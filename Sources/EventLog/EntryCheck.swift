import Crypto
public import Events
import JSON

/// Checks an entry against its own bytes, and its contents against the commitments in it. It needs no database.
public struct EntryCheck: Sendable {
    private let position: Position
    private let bytes: [UInt8]
    private let contents: [(field: String, content: Content)]

    /// An entry as it was read, with those of its contents that are there.
    public init(position: Position, bytes: [UInt8], contents: [(field: String, content: Content)]) {
        self.position = position
        self.bytes = bytes
        self.contents = contents
    }

    /// Reports each difference; returns the parsed entry, or nil where the bytes are no entry.
    ///
    /// - Parameter log: the id of the log, as hexadecimal digits.
    public func run(log: String, _ report: (LogDifference) -> Void) -> Envelope? {
        func differs(_ kind: LogDifference.Kind, _ detail: String) {
            report(LogDifference(kind, at: position, detail))
        }
        let envelope: Envelope
        let commitments: JSONValue?
        do {
            envelope = try Envelope(bytes: bytes)
            commitments = try JSONValue(bytes, limits: JSONLimits(bytes: Envelope.maximumBytes))["data"]
        } catch {
            differs(.malformed, "\(error)")
            return nil
        }
        if envelope.bytes != bytes {
            differs(.notCanonical, "the bytes are not the canonical form of what they say")
        }
        if envelope.log.hex != log {
            differs(.otherLog, "the entry belongs to the log \(envelope.log.hex), this is \(log)")
        }
        if position == Position(0), envelope.event.typeName != LogCreated.type {
            differs(.otherLog, "the first entry is a \(envelope.event.typeName) and founds no log")
        }
        for (field, content) in contents {
            guard let commitment = commitments?[field]?.string else {
                differs(.unclaimedContent, "the entry commits to no '\(field)'")
                continue
            }
            let digest = content.commitment.hex
            if digest != commitment {
                differs(.commitment, "the content '\(field)' has the digest \(digest), the entry says \(commitment)")
            }
        }
        return envelope
    }
}
