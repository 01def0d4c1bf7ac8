import Events
public import Postgres

/// How often what was flagged, and why; who flagged it stands nowhere.
public enum Flags: Projection {
    public static let name = "flags"
    public static let handled: Set<String> = [FlagRaised.type]

    public static func apply(_ events: [ProjectedEvent], _ connection: PostgresConnection) throws {
        let flags = events.compactMap { event -> (raised: FlagRaised, milliseconds: Int64)? in
            guard case .flagRaised(let raised) = event.envelope.event else { return nil }
            return (raised, event.envelope.time.milliseconds)
        }
        guard !flags.isEmpty else { return }
        try connection.execute(
            Statements.countFlags,
            [
                .texts(flags.map(\.raised.target.kind.rawValue)), .texts(flags.map(\.raised.target.description)),
                .texts(flags.map(\.raised.reason.rawValue)), .int8s(flags.map(\.milliseconds)),
            ])
    }
}
