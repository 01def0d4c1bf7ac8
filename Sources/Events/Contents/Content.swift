public import Crypto
public import JSON

/// What a person wrote or wants private, stored beside the log.
///
/// The entry holds only the content's commitment, so a content can be erased alone while the entry and all proofs stay.
public struct Content: Sendable, Equatable {
    /// The largest size of a document in bytes.
    public static let maximumBytes = 32_768

    /// The canonical JSON document, with its `kind`.
    public let document: [UInt8]
    /// 32 random bytes; without them nobody can guess the document from its commitment.
    public let nonce: [UInt8]

    /// Creates a content from a document; traps unless the nonce has 32 bytes.
    public init(document: [UInt8], nonce: [UInt8]) {
        precondition(nonce.count == 32, "a nonce has 32 bytes")
        self.document = document
        self.nonce = nonce
    }

    /// Creates a content from a value.
    public init(_ content: some ContentDocument, nonce: [UInt8]) {
        self.init(document: content.document, nonce: nonce)
    }

    /// SHA-256(nonce ‖ document), which the entry holds.
    public var commitment: SHA256Digest { SHA256Digest(of: nonce + document) }
}

/// A document of one kind, read and written by its fields.
public protocol ContentDocument: Sendable, Equatable {
    /// The kind of the document.
    static var kind: ContentKind { get }
    /// Its fields in canonical order, `kind` among them.
    static var declaration: ContentDeclaration<Self> { get }
}

/// The fields of a kind of document.
public struct ContentDeclaration<Document>: Sendable {
    let codec: Codec<Document>

    init(_ codec: Codec<Document>) { self.codec = codec }
}

/// The only value of the member `kind` of a document.
struct KindMark: Sendable, RawRepresentable {
    let rawValue: String
}

extension Field where Value == KindMark {
    /// The member `kind`.
    static func kind(_ kind: ContentKind) -> Field<Object, KindMark> {
        field("kind", { _ in KindMark(rawValue: kind.rawValue) }, .choice(of: [KindMark(rawValue: kind.rawValue)]))
    }
}

extension ContentDocument {
    /// The members in canonical order.
    public static var fields: [FieldShape] {
        guard case .object(let fields) = declaration.codec.shape else { return [] }
        return fields
    }

    /// The document as canonical JSON (RFC 8785).
    public var document: [UInt8] {
        var writer = JSONWriter()
        Self.declaration.codec.write(self, &writer)
        return writer.bytes
    }

    /// Parses a document.
    ///
    /// - Throws: `JSONError` where the bytes are not a canonical document of this kind.
    public init(document: [UInt8]) throws(JSONError) {
        var reader = try JSONReader(document)
        self = try Self.declaration.codec.read(&reader)
        try reader.end()
    }
}
