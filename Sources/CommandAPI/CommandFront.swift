public import AgentIndex
public import Artifacts
import Contract
public import EventLog
public import Events
public import HTTPFront
public import Logging

/// The front for writes: each command is read, decided over the past, appended, and answered with the
/// position of its last event.
public struct CommandFront: Sendable {
    /// How it is run.
    public struct Configuration: Sendable {
        /// Where readers reach the marketplace; empty where it is this front's own origin.
        public var publicURL = ""
        /// How many people may register from one address within an hour.
        public var registrationsPerHour = 20
        /// The folder in which downloads wait for the log.
        public var spoolFolder: String
        /// How many bytes of downloads may wait there, and as many of readers; with about 200 each.
        public var spoolBytes: Int64 = 256 << 20
        /// How often downloads go to the log.
        public var downloadFlushMilliseconds: Int64 = Timestamp.minuteMilliseconds
        /// How often readers go to the log.
        public var readersFlushMilliseconds: Int64 = Timestamp.hourMilliseconds
        /// The folder in which readers wait for the log.
        public var readersFolder: String
        /// The folder of the keys that stand for readers.
        public var dayKeyFolder: String

        /// The defaults, with three folders of the front's own.
        public init(spoolFolder: String, readersFolder: String, dayKeyFolder: String) {
            self.readersFolder = readersFolder
            self.spoolFolder = spoolFolder
            self.dayKeyFolder = dayKeyFolder
        }
    }

    private let publishing: PublishEndpoint
    private let users: UserEndpoints
    private let tokens: TokenEndpoints
    private let releases: ReleaseEndpoints
    private let roles: RoleEndpoints
    private let reviews: ReviewEndpoints
    private let stars: StarEndpoint
    private let flagging: FlagEndpoints
    private let downloads: DownloadEndpoint
    private let reports: DownloadReportEndpoint
    private let drain: DownloadDrain

    /// A front over a log and a store of files.
    ///
    /// - Parameters:
    ///   - index: what downloads are resolved from.
    ///   - lines: where the program says what it does.
    ///   - flags: what was flagged, for moderators, the most often first, from behind so many.
    /// - Throws: where the folders of the configuration can't be made.
    public init(
        log: EventLog, artifacts: ArtifactStore, index: IndexFolder, configuration: Configuration,
        now: @escaping @Sendable () -> Timestamp, lines: Log, flags: @escaping FlagReading
    ) throws {
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
        let keys = try DayKeys(configuration.dayKeyFolder)
        let spool = try LineSpool(
            configuration.spoolFolder, log: log.id, maximumBytes: configuration.spoolBytes)
        let readers = ReaderLedger(
            try LineSpool(
                configuration.readersFolder, log: log.id, maximumBytes: configuration.spoolBytes), log: log)
        downloads = DownloadEndpoint(
            log: log, index: index, spool: spool, keys: keys, publicURL: configuration.publicURL, now: now, past: past)
        reports = DownloadReportEndpoint(
            handler: handler, authenticator: authenticator, index: index, keys: keys,
            readers: readers)
        drain = DownloadDrain(
            spool: spool, readers: readers, log: log, keys: keys,
            intervals: DownloadDrain.Intervals(
                downloadsMilliseconds: configuration.downloadFlushMilliseconds,
                readersMilliseconds: configuration.readersFlushMilliseconds), now: now,
            lines: lines.component("downloads"))
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
        downloads.addRoutes(to: &door)
        reports.addRoutes(to: &door)
    }

    /// Brings downloads to the log for as long as the task lives, and what waits then as well.
    public func drainDownloads() async {
        await drain.run()
    }
}
