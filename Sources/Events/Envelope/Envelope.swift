public import JSON

/// An entry of the log before it is bytes: a CloudEvents 1.0 envelope around one event.
///
/// The bytes hold nothing that the log's lock decides: no position and no stream version.
public struct Envelope: Sendable {
    /// The most bytes an entry may have.
    public static let maximumBytes = 65_535

    /// Minted once when the command was decided.
    public let id: UUIDv7
    /// The log it belongs to.
    public let log: LogID
    /// The stream it belongs to.
    public let stream: StreamName
    /// When it happened.
    public let time: Timestamp
    /// When it was sent to be appended.
    public let recordedTime: Timestamp
    /// Who did it; nil where nobody or everybody did.
    public let origin: Origin
    /// What happened.
    public let event: any EventPayload

    /// Who and what led to an event.
    public struct Origin: Sendable, Equatable {
        /// Who did it.
        public let actor: PersonID?
        /// By which credential.
        public let token: TokenID?
        /// The request that led here.
        public let correlation: UUIDv7?
        /// The entry that led here.
        public let causation: UUIDv7?

        /// Leaves out what is unknown.
        public init(
            actor: PersonID? = nil, token: TokenID? = nil, correlation: UUIDv7? = nil, causation: UUIDv7? = nil
        ) {
            self.actor = actor
            self.token = token
            self.correlation = correlation
            self.causation = causation
        }
    }

    /// Puts an entry together: the event stands in a stream of its kind, and no origin in an anonymous one.
    public init(
        id: UUIDv7, log: LogID, stream: StreamName, time: Timestamp, recordedTime: Timestamp, origin: Origin,
        event: any EventPayload
    ) {
        precondition(event.belongs(in: stream.kind), "\(event.typeName) does not stand in \(stream)")
        precondition(!stream.kind.isAnonymous || origin == Origin(), "an entry of \(stream) says nothing of who did it")
        self.id = id
        self.log = log
        self.stream = stream
        self.time = time
        self.recordedTime = recordedTime
        self.origin = origin
        self.event = event
    }

    /// The entry: canonical JSON (RFC 8785).
    public var bytes: [UInt8] { stampable.bytes }

    /// The entry, put into bytes before it is known when it is recorded.
    public var stampable: StampableEntry {
        var writer = JSONWriter(reservingBytes: 1024)
        var stampIndex = 0
        writer.object { object in
            object.member("actor", origin.actor)
            object.member("causation", origin.causation)
            object.member("correlation", origin.correlation)
            object.member("data") { event.write(&$0) }
            object.member("datacontenttype", "application/json")
            object.member("id", id)
            object.member("recordedtime", recordedTime)
            stampIndex = object.bytesWritten - Timestamp.length - 1
            object.member("source") { writer in writer.string(Self.sourcePrefix, log) }
            object.member("specversion", "1.0")
            object.member("subject") { writer in stream.write(&writer) }
            object.member("time", time)
            object.member("token", origin.token)
            object.member("type", event.typeName)
        }
        return StampableEntry(bytes: writer.bytes, stampIndex: stampIndex)
    }

    /// Why bytes are no entry that this program can fold.
    public enum Fault: Error, Sendable, Equatable {
        /// They are no entry at all.
        case malformed(JSONError)
        /// A type that this program does not know; a program that meets one stops loudly.
        case unknownType(String)
    }

    /// Reads an entry.
    public init(bytes: [UInt8]) throws(Fault) {
        do {
            // One pass where the entry is canonical: its last member is `type`. The reading itself proves the guess.
            if let type = Self.lastMember(of: bytes),
                let envelope = try? Self.decode(bytes, type)
            {
                self = envelope
                return
            }
            let type = try Self.type(of: bytes)
            guard let envelope = try Self.decode(bytes, type) else { throw Fault.unknownType(type) }
            self = envelope
        } catch let fault as Fault {
            throw fault
        } catch let error as JSONError {
            throw .malformed(error)
        } catch {
            preconditionFailure("reading JSON throws JSONError alone")
        }
    }

    private static let sourcePrefix = "urn:mentatlab:log:"
    private static let limits = JSONLimits(bytes: maximumBytes)

    /// The value of `type` if the bytes end as a canonical entry does. Nobody has checked them yet.
    private static func lastMember(of bytes: [UInt8]) -> String? {
        guard bytes.count > 12, bytes[bytes.count - 1] == UInt8(ascii: "}"),
            bytes[bytes.count - 2] == UInt8(ascii: "\"")
        else { return nil }
        let end = bytes.count - 2
        guard let quote = bytes[..<end].lastIndex(of: UInt8(ascii: "\"")), quote >= 8,
            ",\"type\":" ~= bytes.span.extracting((quote - 8)..<quote)
        else { return nil }
        return String(validating: bytes[(quote + 1)..<end], as: UTF8.self)
    }

    /// `type` stands last in the canonical order and says how to read `data`, so it is looked up first.
    private static func type(of bytes: [UInt8]) throws(JSONError) -> String {
        var reader = try JSONReader(bytes, limits: limits)
        var type: String?
        try reader.object { name, reader throws(JSONError) in
            switch name {
            case "type": type = try reader.string()
            default: try reader.skip()
            }
        }
        try reader.end()
        return try reader.require(type, "type")
    }

    private static func decode(_ bytes: [UInt8], _ type: String) throws(JSONError) -> Envelope? {
        let payload = EventCatalogue.payload(of: type)
        var reader = try JSONReader(bytes, limits: limits)
        var id: UUIDv7?
        var log: LogID?
        var stream: StreamName?
        var time: Timestamp?
        var recorded: Timestamp?
        var actor: PersonID?
        var token: TokenID?
        var correlation: UUIDv7?
        var causation: UUIDv7?
        var event: (any EventPayload)?
        var hasData = false
        var constants = 0
        try reader.object { name, reader throws(JSONError) in
            switch name {
            case "actor": actor = try reader.id()
            case "causation": causation = try reader.uuid()
            case "correlation": correlation = try reader.uuid()
            case "data":
                hasData = true
                event = try payload?.read(&reader)
                if event == nil { try reader.skip() }
            case "datacontenttype":
                try reader.constant("application/json")
                constants += 1
            case "id": id = try reader.uuid()
            case "recordedtime": recorded = try reader.time()
            case "source":
                log = try reader.text("the urn of a log") { source in
                    guard sourcePrefix ~= source.extracting(first: 18) else { return nil }
                    return LogID(utf8: source.extracting(droppingFirst: 18))
                }
            case "specversion":
                try reader.constant("1.0")
                constants += 1
            case "subject": stream = try reader.text("a stream") { StreamName(utf8: $0) }
            case "time": time = try reader.time()
            case "token": token = try reader.id()
            case "type":
                try reader.text("the type") { type ~= $0 ? () : nil }
            default: throw reader.unknownMember()
            }
        }
        try reader.end()
        guard hasData else { throw reader.fault("the member 'data' is missing") }
        guard constants == 2 else { throw reader.fault("specversion and datacontenttype are missing") }
        guard let event else { return nil }
        let subject = try reader.require(stream, "subject")
        guard event.belongs(in: subject.kind) else {
            throw reader.fault("an event of this type does not stand in a stream '\(subject.kind)'")
        }
        let origin = Origin(actor: actor, token: token, correlation: correlation, causation: causation)
        guard !subject.kind.isAnonymous || origin == Origin() else {
            throw reader.fault("an entry of this stream says nothing of who did it")
        }
        return Envelope(
            id: try reader.require(id, "id"), log: try reader.require(log, "source"), stream: subject,
            time: try reader.require(time, "time"),
            recordedTime: try reader.require(recorded, "recordedtime"),
            origin: origin, event: event)
    }
}

extension Envelope: Equatable {
    /// Entries are their bytes.
    public static func == (left: Envelope, right: Envelope) -> Bool { left.bytes == right.bytes }
}

/// An entry as bytes in which the recorded time can still be set; all times are of one length.
public struct StampableEntry: Sendable {
    /// The entry.
    public private(set) var bytes: [UInt8]
    private let stampIndex: Int

    fileprivate init(bytes: [UInt8], stampIndex: Int) {
        self.bytes = bytes
        self.stampIndex = stampIndex
    }

    /// Says when the entry is recorded.
    public mutating func stamp(_ recorded: Timestamp) {
        let index = stampIndex
        var text = bytes.mutableSpan
        recorded.write(&text, at: index)
    }
}
