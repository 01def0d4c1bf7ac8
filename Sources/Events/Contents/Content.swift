public import Crypto
public import JSON

/// What somebody wrote, kept beside the log under a commitment and erasable one by one.
public struct Content: Sendable, Equatable {
    /// The most bytes of a document.
    public static let maximumBytes = 32_768

    /// The canonical JSON document, with its `kind`.
    public let document: [UInt8]
    /// 32 random bytes, without which the document can't be guessed from its commitment.
    public let nonce: [UInt8]

    /// Wraps a document.
    public init(document: [UInt8], nonce: [UInt8]) {
        precondition(nonce.count == 32, "a nonce has 32 bytes")
        self.document = document
        self.nonce = nonce
    }

    /// Wraps what somebody wrote.
    public init(_ content: some ContentDocument, nonce: [UInt8]) {
        self.init(document: content.document, nonce: nonce)
    }

    /// SHA-256(nonce ‖ document): what stands in the entry.
    public var commitment: SHA256Digest { SHA256Digest(of: nonce + document) }
}

/// A document of one kind, read and written by its fields.
public protocol ContentDocument: Sendable, Equatable {
    /// Which kind.
    static var kind: ContentKind { get }
    /// How it is read, written and described; `kind` is one of its fields.
    static var declaration: ContentDeclaration<Self> { get }
}

/// The fields of a kind of document.
public struct ContentDeclaration<Document>: Sendable {
    let codec: Codec<Document>

    init(_ codec: Codec<Document>) { self.codec = codec }
}

/// The one value that the member `kind` of a document has.
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
    /// The members.
    public static var fields: [FieldShape] {
        guard case .object(let fields) = declaration.codec.shape else { return [] }
        return fields
    }

    /// Canonical JSON.
    public var document: [UInt8] {
        var writer = JSONWriter()
        Self.declaration.codec.write(self, &writer)
        return writer.bytes
    }

    /// Reads a document.
    public init(document: [UInt8]) throws(JSONError) {
        var reader = try JSONReader(document)
        self = try Self.declaration.codec.read(&reader)
        try reader.end()
    }
}
