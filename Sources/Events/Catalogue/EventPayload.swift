public import JSON

/// The data of an event of one type and version.
///
/// A released type never changes: entries of it lie on strangers' disks. A new member, a new value of a closed list or a
/// new meaning is a new version of the type.
public protocol EventPayload: Sendable, Equatable {
    /// The row of the catalogue: name, stream, fields.
    static var declaration: EventDeclaration<Self> { get }
}

/// What is said once of a type of event: everything else about it follows from this.
///
/// ```
/// public static let declaration = EventDeclaration(
///     "star.added.v1", on: .star, Self.init)
/// ```
public struct EventDeclaration<Payload>: Sendable {
    /// The name with its version.
    let type: String
    /// The kinds of streams that it stands in; nil for any.
    let streams: [StreamKind]?
    /// How `data` is read and written.
    let codec: Codec<Payload>

    /// Declares a type whose data has these fields, in canonical order.
    ///
    /// - Parameters:
    ///   - stream: the kind of stream that it stands in; nil for any.
    ///   - make: puts the values of the fields together, or says why they do not fit together.
    init<each Member>(
        _ type: String, on stream: StreamKind?,
        _ make: @escaping @Sendable (repeat each Member) throws(FieldFault) -> Payload,
        _ fields: repeat Field<Payload, each Member>
    ) {
        self.type = type
        streams = stream.map { [$0] }
        codec = .object(make, repeat each fields)
    }
}

extension EventPayload {
    /// The name with its version, such as `agent.registered.v1`.
    public static var type: String { declaration.type }

    /// What `data` holds.
    public static var fields: [FieldShape] {
        guard case .object(let fields) = declaration.codec.shape else { return [] }
        return fields
    }

    /// The name with its version.
    public var typeName: String { Self.type }

    /// The kinds of streams that entries of this type stand in; nil for any.
    public static var streams: [StreamKind]? { declaration.streams }

    func belongs(in stream: StreamKind) -> Bool { Self.streams?.contains(stream) ?? true }

    /// `data` as canonical JSON.
    public var data: [UInt8] {
        var writer = JSONWriter()
        Self.declaration.codec.write(self, &writer)
        return writer.bytes
    }

    /// Reads `data` that stands alone.
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
