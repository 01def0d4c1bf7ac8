public import Crypto
public import Events
import JSON

/// The files that are not served, beside the index: fronts read it from the disk, so that what is held stays held while
/// the database is down.
public struct WithheldFiles: Sendable, Equatable {
    /// Why a file is not served.
    public struct Reason: Sendable, Equatable {
        /// True where its bytes are gone for good; false where moderators hold it.
        public let isRemoved: Bool
        /// The reason code.
        public let reason: String
        /// Since when.
        public let since: Timestamp

        /// States a reason.
        public init(isRemoved: Bool, reason: String, since: Timestamp) {
            self.isRemoved = isRemoved
            self.reason = reason
            self.since = since
        }
    }

    /// Why, by digest.
    public let reasons: [SHA256Digest: Reason]

    /// States which.
    public init(_ reasons: [SHA256Digest: Reason]) {
        self.reasons = reasons
    }

    /// The document: canonical JSON (RFC 8785).
    public var bytes: [UInt8] {
        var writer = JSONWriter(reservingBytes: 160 * reasons.count + 64)
        writer.object { object in
            object.member("files") { writer in
                writer.array(reasons.sorted { $0.key.hex < $1.key.hex }) { entry, writer in
                    writer.object { object in
                        object.member("reason", entry.value.reason)
                        object.member("removed", entry.value.isRemoved)
                        object.member("sha256", entry.key.hex)
                        object.member("since", entry.value.since.description)
                    }
                }
            }
        }
        return writer.bytes
    }

    /// Reads a document.
    ///
    /// - Throws: `IndexFault` where it is damaged.
    public init(_ bytes: [UInt8]) throws(IndexFault) {
        guard let value = try? JSONValue(bytes, limits: JSONLimits(bytes: bytes.count, values: bytes.count)),
            let files = value["files"]?.array
        else { throw IndexFault("the list of files that are not served is damaged") }
        var reasons: [SHA256Digest: Reason] = [:]
        for file in files {
            let digest = try file.parsed("sha256") { SHA256Digest(hex: $0) }
            reasons[digest] = Reason(
                isRemoved: file["removed"]?.bool ?? false, reason: try file.parsed("reason") { $0 },
                since: try file.parsed("since") { Timestamp($0) })
        }
        self.reasons = reasons
    }
}
