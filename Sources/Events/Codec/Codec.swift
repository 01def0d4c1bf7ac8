import Crypto
import JSON

/// The encoding of a value in documents: how it is read, written and described, in one place.
///
/// Documents are canonical JSON (RFC 8785), so members are read in canonical order, and any other member is refused.
public struct Codec<Value>: Sendable {
    /// The shape of the documents, as far as a JSON Schema can describe it.
    let shape: Shape
    let read: @Sendable (inout JSONReader) throws(JSONError) -> Value
    let write: @Sendable (Value, inout JSONWriter) -> Void

    init(
        _ shape: Shape, read: @escaping @Sendable (inout JSONReader) throws(JSONError) -> Value,
        write: @escaping @Sendable (Value, inout JSONWriter) -> Void
    ) {
        self.shape = shape
        self.read = read
        self.write = write
    }
}

/// The reason why values that are each valid do not fit together.
struct FieldFault: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}

/// One member of an object: its name, and how its value is read and written.
struct Field<Object, Value>: Sendable {
    let shape: FieldShape
    let read: @Sendable (inout JSONReader, inout JSONReader.OrderedMembers) throws(JSONError) -> Value
    let write: @Sendable (Object, inout JSONWriter.Members) -> Void

    /// A required member.
    static func field(
        _ name: String, _ get: @escaping @Sendable (Object) -> Value, _ codec: Codec<Value>
    ) -> Field<Object, Value> {
        required(FieldShape(name: name, shape: codec.shape, isRequired: true, content: nil), get, codec)
    }

    /// An optional member.
    static func optional<Wrapped>(
        _ name: String, _ get: @escaping @Sendable (Object) -> Wrapped?, _ codec: Codec<Wrapped>
    ) -> Field<Object, Value> where Value == Wrapped? {
        absent(FieldShape(name: name, shape: codec.shape, isRequired: false, content: nil), get, codec)
    }

    fileprivate static func required(
        _ shape: FieldShape, _ get: @escaping @Sendable (Object) -> Value, _ codec: Codec<Value>
    ) -> Field<Object, Value> {
        let name = shape.name
        return Field(shape: shape) { (reader, members) throws(JSONError) in
            guard try reader.next(name, &members) else { throw reader.fault("the member '\(name)' is missing") }
            return try codec.read(&reader)
        } write: { object, members in
            members.member(name) { codec.write(get(object), &$0) }
        }
    }

    fileprivate static func absent<Wrapped>(
        _ shape: FieldShape, _ get: @escaping @Sendable (Object) -> Wrapped?, _ codec: Codec<Wrapped>
    ) -> Field<Object, Value> where Value == Wrapped? {
        let name = shape.name
        return Field(shape: shape) { (reader, members) throws(JSONError) in
            guard try reader.next(name, &members) else { return nil }
            return try codec.read(&reader)
        } write: { object, members in
            guard let value = get(object) else { return }
            members.member(name) { codec.write(value, &$0) }
        }
    }
}

extension Field where Value == SHA256Digest {
    /// The required member `<content>_commitment`: it commits to the content of a kind.
    static func commitment(
        to content: ContentKind, _ get: @escaping @Sendable (Object) -> SHA256Digest
    ) -> Field<Object, SHA256Digest> {
        required(FieldShape(committingTo: content, isRequired: true), get, .digest)
    }
}

extension Field where Value == SHA256Digest? {
    /// The optional member `<content>_commitment`: it commits to the content of a kind where there is one.
    static func optionalCommitment(
        to content: ContentKind, _ get: @escaping @Sendable (Object) -> SHA256Digest?
    ) -> Field<Object, SHA256Digest?> {
        absent(FieldShape(committingTo: content, isRequired: false), get, .digest)
    }
}

extension Codec {
    /// An object with these members in canonical order, and no others.
    ///
    /// - Parameter make: creates the value, or throws why the members do not fit together.
    static func object<each Member>(
        _ make: @escaping @Sendable (repeat each Member) throws(FieldFault) -> Value,
        _ fields: repeat Field<Value, each Member>
    ) -> Codec<Value> {
        var shapes: [FieldShape] = []
        for field in repeat each fields { shapes.append(field.shape) }
        let write = members(repeat each fields)
        return Codec(.object(shapes)) { (reader) throws(JSONError) in
            var members = try reader.beginOrdered()
            // Arguments are evaluated from left to right, so the members are read in their order.
            let value: Result<Value, FieldFault> = combine(
                make, repeat try (each fields).read(&reader, &members))
            try reader.endOrdered(members)
            switch value {
            case .success(let value): return value
            case .failure(let fault): throw reader.fault(fault.reason)
            }
        } write: { value, writer in
            writer.object { write(value, &$0) }
        }
    }

    private static func combine<each Member>(
        _ make: (repeat each Member) throws(FieldFault) -> Value, _ members: repeat each Member
    ) -> Result<Value, FieldFault> {
        do throws(FieldFault) {
            return .success(try make(repeat each members))
        } catch {
            return .failure(error)
        }
    }

    private static func members<each Member>(
        _ fields: repeat Field<Value, each Member>
    ) -> @Sendable (Value, inout JSONWriter.Members) -> Void {
        { value, members in
            for field in repeat each fields { field.write(value, &members) }
        }
    }
}
