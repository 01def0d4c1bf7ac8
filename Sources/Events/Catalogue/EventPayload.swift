public import JSON

/// The data of an event of one type and version.
///
/// A released type never changes, since entries of it lie on the disks of others. A new member, a new value of a closed
/// list or a new meaning needs a new version of the type.
public protocol EventPayload: Sendable, Equatable {
    /// The declaration of the type: name, stream and fields.
    static var declaration: EventDeclaration<Self> { get }
}

/// The declaration of a type of event; everything else about the type is derived from it.
///
/// ```
/// public static let declaration = EventDeclaration(
///     "review.voted.v1", on: .vote, Self.init, .field("helpful", \.helpful, .bool))
/// ```
public struct EventDeclaration<Payload>: Sendable {
    /// The name with its version.
    let type: String
    /// The kinds of streams that it may be appended to; nil for all.
    let streams: [StreamKind]?
    /// The edition of the vocabulary that the type came with.
    let edition: Int32
    /// The codec of `data`.
    let codec: Codec<Payload>

    /// Declares a type whose data has these fields, in canonical order.
    ///
    /// - Parameters:
    ///   - stream: the kind of stream that it may be appended to; nil for all.
    ///   - edition: the edition of the vocabulary that the type came with.
    ///   - make: creates the payload from the fields, or throws why they do not fit together.
    init<each Member>(
        _ type: String, on stream: StreamKind?, edition: Int32 = 1,
        _ make: @escaping @Sendable (repeat each Member) throws(FieldFault) -> Payload,
        _ fields: repeat Field<Payload, each Member>
    ) {
        self.type = type
        streams = stream.map { [$0] }
        self.edition = edition
        codec = .object(make, repeat each fields)
    }
}

extension EventPayload {
    /// The name with its version, such as `agent.registered.v1`.
    public static var type: String { declaration.type }

    /// The fields of `data` in canonical order.
    public static var fields: [FieldShape] {
        guard case .object(let fields) = declaration.codec.shape else { return [] }
        return fields
    }

    /// The name with its version.
    public var typeName: String { Self.type }

    /// The kinds of streams that entries of this type may be appended to; nil for all.
    public static var streams: [StreamKind]? { declaration.streams }

    /// The edition of the vocabulary that the type came with. A program writes the type once no program of an earlier
    /// edition works on the log.
    public static var edition: Int32 { declaration.edition }

    func belongs(in stream: StreamKind) -> Bool { Self.streams?.contains(stream) ?? true }

    /// The data as canonical JSON (RFC 8785).
    public var data: [UInt8] {
        var writer = JSONWriter()
        Self.declaration.codec.write(self, &writer)
        return writer.bytes
    }

    /// Parses data that stands alone.
    ///
    /// - Throws: `JSONError` where the bytes are not canonical data of this type.
    public init(data: [UInt8]) throws(JSONError) {
        var reader = try JSONReader(data)
        self = try Self.declaration.codec.read(&reader)
        try reader.end()
    }

    /// True for a payload of the same type with the same values.
    public func equals(_ other: any EventPayload) -> Bool { (other as? Self) == self }

    func write(_ writer: inout JSONWriter) { Self.declaration.codec.write(self, &writer) }

    static func read(_ reader: inout JSONReader) throws(JSONError) -> any EventPayload {
        try declaration.codec.read(&reader)
    }
}
