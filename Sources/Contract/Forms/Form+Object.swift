import JSON

/// The members of an object without its braces, so that one object can include the members of another.
struct FormMembers<Value>: Sendable {
    let schemas: [MemberSchema]
    let read: @Sendable (JSONValue, inout FormReading) -> Value?
    let write: @Sendable (Value, inout JSONWriter.Members) -> Void
}

/// One member of an object: its name, its form, and how to get its value.
package struct Member<Object, Value>: Sendable {
    fileprivate let schemas: [MemberSchema]
    /// Reads the value from the object; nil where it is missing or wrong, after noting why.
    fileprivate let read: @Sendable (JSONValue, inout FormReading) -> Value?
    fileprivate let write: @Sendable (Object, inout JSONWriter.Members) -> Void

    /// A required member.
    package static func required(
        _ name: String, _ get: @escaping @Sendable (Object) -> Value, _ form: Form<Value>, _ description: String? = nil
    ) -> Member {
        Member(schemas: [MemberSchema(name: name, schema: form.schema.described(description), isRequired: true)]) {
            object, reading in
            reading.inside(name) { reading in
                guard let value = object[name], value != .null else {
                    reading.refuse("this is missing; it has to be \(form.words)")
                    return nil
                }
                guard !form.isBlank(value) else {
                    reading.refuse("this is empty; it has to be \(form.words)")
                    return nil
                }
                return form.read(value, &reading)
            }
        } write: { object, members in
            members.member(name) { form.write(get(object), &$0) }
        }
    }

    /// An optional member.
    package static func optional<Wrapped>(
        _ name: String, _ get: @escaping @Sendable (Object) -> Wrapped?, _ form: Form<Wrapped>,
        _ description: String? = nil
    ) -> Member where Value == Wrapped? {
        Member(schemas: [MemberSchema(name: name, schema: form.schema.described(description), isRequired: false)]) {
            object, reading in
            guard let value = object[name], !form.isBlank(value) else { return .some(nil) }
            return reading.inside(name) { form.read(value, &$0) }
        } write: { object, members in
            guard let value = get(object) else { return }
            members.member(name) { form.write(value, &$0) }
        }
    }

    /// An optional member with a default.
    package static func defaulting(
        _ name: String, _ get: @escaping @Sendable (Object) -> Value, _ form: Form<Value>, to standard: Value,
        _ description: String? = nil
    ) -> Member where Value: Sendable {
        var writer = JSONWriter()
        form.write(standard, &writer)
        let shown = (try? JSONValue(writer.bytes)) ?? .null
        let schema = form.schema.described(description).adding("default", shown)
        return Member(schemas: [MemberSchema(name: name, schema: schema, isRequired: false)]) { object, reading in
            guard let value = object[name], !form.isBlank(value) else { return standard }
            return reading.inside(name) { form.read(value, &$0) }
        } write: { object, members in
            members.member(name) { form.write(get(object), &$0) }
        }
    }

    /// Includes the members of another object beside its own.
    package static func including(
        _ get: @escaping @Sendable (Object) -> Value, _ form: Form<Value>
    ) -> Member {
        guard let members = form.members else { preconditionFailure("only an object has members") }
        return Member(schemas: members.schemas, read: members.read) { members.write(get($0), &$1) }
    }
}

extension Form {
    /// An object with these members.
    ///
    /// - Parameters:
    ///   - name: the name by which the description of the API refers to it; nil to describe it where it is used.
    ///   - make: creates the value from the members.
    ///   - members: the members in the order of writing; two with one name trap.
    package static func object<each Item>(
        _ name: String? = nil, _ make: @escaping @Sendable (repeat each Item) -> Value,
        _ members: repeat Member<Value, each Item>
    ) -> Form {
        var schemas: [MemberSchema] = []
        for member in repeat each members { schemas += member.schemas }
        let names = schemas.map(\.name)
        precondition(Set(names).count == names.count, "a member stands twice")
        let parts = FormMembers<Value>(schemas: schemas) { object, reading in
            let values = (repeat (each members).read(object, &reading))
            return combined(make, repeat each values)
        } write: { value, scope in
            for member in repeat each members { member.write(value, &scope) }
        }
        var form = Form(.object(name, schemas), "an object") { value, reading in
            guard case .object(let members) = value else {
                reading.refuse("this is a \(value.kind); it has to be an object")
                return nil
            }
            if reading.isStrict { refuseUnknown(members, names, &reading) }
            return parts.read(value, &reading)
        } write: { value, writer in
            writer.object { parts.write(value, &$0) }
        }
        form.members = parts
        return form
    }

    private static func refuseUnknown(
        _ members: [JSONValue.Member], _ names: [String], _ reading: inout FormReading
    ) {
        for member in members where !names.contains(where: { $0.utf8.elementsEqual(member.name.utf8) }) {
            let known = names.isEmpty ? "there may be none" : "there are \(names.joined(separator: ", "))"
            reading.inside(String(member.name.prefix(64))) { $0.refuse("no such member is known; \(known)") }
        }
    }

    private struct IsMissing: Error {}

    private static func combined<each Item>(
        _ make: (repeat each Item) -> Value, _ values: repeat (each Item)?
    ) -> Value? {
        func present<Wrapped>(_ value: Wrapped?) throws(IsMissing) -> Wrapped {
            guard let value else { throw IsMissing() }
            return value
        }
        do {
            return make(repeat try present(each values))
        } catch {
            return nil
        }
    }
}
