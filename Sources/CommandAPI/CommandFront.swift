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
    private let users: UserEndpoints
    private let tokens: TokenEndpoints
    private let releases: ReleaseEndpoints
    private let roles: RoleEndpoints
    private let reviews: ReviewEndpoints
    private let stars: StarEndpoint
    private let flagging: FlagEndpoints

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
            handler: handler, authenticator: authenticator, artifacts: artifacts, publicURL: configuration.publicURL)
        users = UserEndpoints(
            handler: handler, authenticator: authenticator,
            registrations: AddressLimit(perHour: configuration.registrationsPerHour))
        tokens = TokenEndpoints(handler: handler, authenticator: authenticator)
        releases = ReleaseEndpoints(handler: handler, authenticator: authenticator)
        roles = RoleEndpoints(handler: handler, authenticator: authenticator)
        reviews = ReviewEndpoints(handler: handler, authenticator: authenticator)
        stars = StarEndpoint(handler: handler, authenticator: authenticator)
        flagging = FlagEndpoints(handler: handler, authenticator: authenticator, flags: flags)
    }

    /// Adds the routes of the commands.
    public func addRoutes(to door: inout FrontDoor) {
        publishing.addRoutes(to: &door)
        users.addRoutes(to: &door)
        tokens.addRoutes(to: &door)
        releases.addRoutes(to: &door)
        roles.addRoutes(to: &door)
        reviews.addRoutes(to: &door)
        stars.addRoutes(to: &door)
        flagging.addRoutes(to: &door)
    }
}
