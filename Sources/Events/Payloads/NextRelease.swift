#if MENTATLAB_NEXT
    extension EventCatalogue {
        static let next: [any EventPayload.Type] = [LogNoted.self]
    }

    /// `log.noted.v1`: a type that this release does not know. It exists in the program that tests build with
    /// `-D MENTATLAB_NEXT` to play the release after this one in an upgrade.
    public struct LogNoted: EventPayload {
        /// The position that the note is about.
        public let position: Int64

        /// Creates the event.
        public init(position: Int64) {
            self.position = position
        }

        public static let declaration = EventDeclaration(
            "log.noted.v1", on: .log, edition: 2, Self.init(position:), .field("position", \.position, .count))
    }
#endif
