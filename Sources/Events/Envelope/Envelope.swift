public import JSON

/// An entry of the log: a CloudEvents 1.0 envelope around one event.
///
/// Its bytes are canonical JSON (RFC 8785). They hold neither the position nor the version in the stream, which are
/// known only under the log's lock.
public struct Envelope: Sendable {
    /// The largest size of an entry in bytes.
    public static let maximumBytes = 65_535

    /// The id of the entry, made once when the command was decided.
    public let id: UUIDv7
    /// The log that the entry belongs to.
    public let log: LogID
    /// The stream that the entry belongs to.
    public let stream: StreamName
    /// The time of the event.
    public let time: Timestamp
    /// The time at which the writer sent the entry to be appended.
    public let recordedTime: Timestamp
    /// The person, credential and request behind the event; empty in anonymous streams.
    public let origin: Origin
    /// The event.
    public let event: any EventPayload

    /// The person, credential, request and entry that led to an event; each nil where unknown.
    public struct Origin: Sendable, Equatable {
        /// The person who acted.
        public let actor: PersonID?
        /// The credential that they used.
        public let token: TokenID?
        /// The request that led to the event.
        public let correlation: UUIDv7?
        /// The entry that led to the event.
        public let causation: UUIDv7?

        /// Creates an origin.
        public init(
            actor: PersonID? = nil, token: TokenID? = nil, correlation: UUIDv7? = nil, causation: UUIDv7? = nil
        ) {
            self.actor = actor
            self.token = token
            self.correlation = correlation
            self.causation = causation
        }
    }

    /// Creates an entry; traps where the event does not fit the stream, or an anonymous stream gets an origin.
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

    /// The entry as canonical JSON (RFC 8785).
    public var bytes: [UInt8] { stampable.bytes }

    /// The entry as bytes in which the recorded time can still be set.
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

    /// The reason why bytes are not an entry that this program can fold.
    public enum Fault: Error, Sendable, Equatable {
        /// The bytes are not an entry.
        case malformed(JSONError)
        /// The entry has a type that this program does not know; callers stop with an error and do not skip it.
        case unknownType(String)
    }

    /// Parses an entry. The members of the envelope may come in any order, those of `data` only in canonical order.
    ///
    /// To check that the bytes are canonical, compare them with `bytes`.
    ///
    /// - Throws: `Fault`.
    public init(bytes: [UInt8]) throws(Fault) {
        do {
            // A canonical entry ends with `type`, so one pass is enough; reading confirms the guess.
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

    /// The value of `type` if the bytes end like a canonical entry; the bytes are not checked yet.
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

    /// Reads `type`, which tells how to read `data`, in a pass of its own.
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
    /// Two entries are equal where their bytes are.
    public static func == (left: Envelope, right: Envelope) -> Bool { left.bytes == right.bytes }
}

/// An entry as bytes in which the recorded time can still be set, since all times have one length.
public struct StampableEntry: Sendable {
    /// The bytes of the entry.
    public private(set) var bytes: [UInt8]
    private let stampIndex: Int

    fileprivate init(bytes: [UInt8], stampIndex: Int) {
        self.bytes = bytes
        self.stampIndex = stampIndex
    }

    /// Sets the recorded time.
    public mutating func stamp(_ recorded: Timestamp) {
        let index = stampIndex
        var text = bytes.mutableSpan
        recorded.write(&text, at: index)
    }
}
