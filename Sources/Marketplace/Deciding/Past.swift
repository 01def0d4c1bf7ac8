public import Events

/// The streams that a decision reads: the state of each, and the version that it was read at.
public struct Past: Sendable {
    private var streams: [StreamName: (version: StreamVersion, state: any StreamState)] = [:]

    /// Creates a past without streams.
    public init() {}

    /// Adds a stream as it was read.
    public mutating func add(_ stream: StreamName, _ version: StreamVersion, _ state: any StreamState) {
        streams[stream] = (version, state)
    }

    /// Adds those streams that another past has, and takes them from the list.
    public mutating func add(from other: Past, _ missing: inout [AnyStream]) {
        missing.removeAll { stream in
            guard let read = other.streams[stream.name] else { return false }
            streams[stream.name] = read
            return true
        }
    }

    /// The versions that the decision depends on.
    public var versions: [StreamName: StreamVersion] { streams.mapValues(\.version) }

    /// True for a stream that was read, whether or not it has an entry.
    public func contains(_ stream: StreamName) -> Bool { streams[stream] != nil }

    /// The state of a stream; the initial one where it has no entry or was not read.
    public subscript<State>(_ stream: TypedStream<State>) -> State {
        streams[stream.name]?.state as? State ?? State()
    }
}
