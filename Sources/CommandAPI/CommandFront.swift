public import Artifacts
import Contract
public import EventLog
public import Events
public import HTTPFront

/// The front for writes: each command is read, decided over the past, appended, and answered with the
/// position of its last event.
public struct CommandFront: Sendable {
    /// How it is run.
    public struct Configuration: Sendable {
        /// Where readers reach the marketplace; empty where it is this front's own origin.
        public var publicURL = ""
        /// How many people may register from one address within an hour.
        public var registrationsPerHour = 20

        /// The defaults.
        public init() {}
    }

    private let publishing: PublishEndpoint
    private let accounts: AccountEndpoints
    private let releases: ReleaseEndpoints
    private let roles: RoleEndpoints
    private let judgments: JudgmentEndpoints

    /// A front over a log and a store of files.
    ///
    /// - Parameter flags: what was flagged, for moderators, the most often first, from behind so many.
    public init(
        log: EventLog, artifacts: ArtifactStore, configuration: Configuration = Configuration(),
        now: @escaping @Sendable () -> Timestamp, flags: @escaping FlagReading
    ) {
        let past = PastReader(log)
        let authenticator = Authenticator(log: log, past: past, now: now)
        let handler = CommandHandler(log: log, past: past, now: now)
        publishing = PublishEndpoint(
            handler: handler, authenticator: authenticator, artifacts: artifacts, now: now,
            publicURL: configuration.publicURL)
        accounts = AccountEndpoints(
            log: log, handler: handler, authenticator: authenticator,
            registrations: AddressLimit(perHour: configuration.registrationsPerHour), now: now)
        releases = ReleaseEndpoints(handler: handler, authenticator: authenticator, now: now)
        roles = RoleEndpoints(log: log, handler: handler, authenticator: authenticator, now: now)
        judgments = JudgmentEndpoints(
            log: log, handler: handler, authenticator: authenticator, now: now, flags: flags)
    }

    /// Adds the routes of the commands.
    public func addRoutes(to door: inout FrontDoor) {
        publishing.addRoutes(to: &door)
        accounts.addRoutes(to: &door)
        releases.addRoutes(to: &door)
        roles.addRoutes(to: &door)
        judgments.addRoutes(to: &door)
    }
}
