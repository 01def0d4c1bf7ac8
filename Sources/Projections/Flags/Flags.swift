import Events
public import Postgres

/// The read model of flags: how often people flagged each target, and why.
///
/// Entries name neither the person nor the target; private contents hold the target.
public enum Flags: Projection {
    public static let name = "flags"
    public static let handled: Set<String> = [FlagRaised.type]

    public static func apply(_ events: [ProjectedEvent], _ connection: PostgresConnection) throws {
        let flags = try events.compactMap { event in
            try event.content(TargetContent.self).map { (about: $0, milliseconds: event.envelope.time.milliseconds) }
        }
        guard !flags.isEmpty else { return }
        try connection.execute(
            Statements.countFlags,
            [
                .texts(flags.map(\.about.target.kind.rawValue)), .texts(flags.map(\.about.target.description)),
                .texts(flags.map(\.about.reason.rawValue)), .int8s(flags.map(\.milliseconds)),
            ])
    }
}
