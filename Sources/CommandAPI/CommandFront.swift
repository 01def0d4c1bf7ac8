package import AgentIndex
package import Artifacts
import Contract
package import EventLog
package import Events
package import HTTPFront
package import Logging

/// The front for writes: each command is read, decided over the past, appended, and answered with the
/// position of its last event.
package struct CommandFront: Sendable {
    /// The settings of the front.
    package struct Configuration: Sendable {
        /// The URL at which readers reach the marketplace; empty where it is this front's own origin.
        package var publicURL = ""
        /// What accounts and addresses may add.
        package var limits = MeteringLimits()
        /// The folder in which downloads wait for the log.
        package var spoolFolder: String
        /// The most bytes of downloads that wait there, at about 200 bytes each. The same bound holds for readers.
        package var spoolBytes: Int64 = 256 << 20
        /// The interval at which downloads go to the log.
        package var downloadFlushMilliseconds: Int64 = Timestamp.minuteMilliseconds
        /// The longest time that a flag waits for the log; it waits for at least half of that.
        package var flagDelayMilliseconds: Int64 = 10 * Timestamp.minuteMilliseconds
        /// The interval at which readers go to the log.
        package var readersFlushMilliseconds: Int64 = Timestamp.hourMilliseconds
        /// The folder in which readers wait for the log.
        package var readersFolder: String
        /// The folder of the day keys, which turn readers into tokens.
        package var dayKeyFolder: String

        /// Gets downloads as they are noted, for metrics.
        package var downloaded: @Sendable (DownloadSource, Int64) -> Void = { _, _ in }

        /// Creates the default settings, with three folders that only fronts of this kind use.
        package init(spoolFolder: String, readersFolder: String, dayKeyFolder: String) {
            self.readersFolder = readersFolder
            self.spoolFolder = spoolFolder
            self.dayKeyFolder = dayKeyFolder
        }
    }

    private let publishing: PublishEndpoint
    private let users: UserEndpoints
    private let leaving: LeavingEndpoint
    private let tokens: TokenEndpoints
    private let releases: ReleaseEndpoints
    private let listings: ListingEndpoint
    private let roles: RoleEndpoints
    private let invitations: InvitationEndpoints
    private let reviews: ReviewEndpoints
    private let stars: StarEndpoints
    private let flagging: FlagEndpoints
    private let activity: ActivityEndpoint
    private let moderation: ModerationEndpoints
    private let removals: RemovalFollower
    private let flagDrain: FlagDrain
    private let downloads: DownloadEndpoint
    private let reports: DownloadReportEndpoint
    private let drain: DownloadDrain
    private let authenticator: Authenticator
    private let admission: Admission

    /// Creates a front over a log and a store of files.
    ///
    /// - Parameters:
    ///   - index: what downloads are resolved from.
    ///   - lines: the diagnostic log of the program.
    ///   - files: finds the versions that name a file, and the removals that are not noted yet.
    ///   - published: finds the files of the versions that a person published.
    ///   - flags: lists flagged targets for moderators, the most often flagged first, after skipping some.
    ///   - activity: finds who did what, for the people whom it concerns.
    /// - Throws: where the folders of the configuration can't be made.
    package init(
        log: EventLog, artifacts: ArtifactStore, index: IndexFolder, configuration: Configuration,
        now: @escaping @Sendable () -> Timestamp, lines: Log, flags: @escaping FlagReading,
        activity: ActivityReading,
        files: FileReading, published: @escaping PublishedFiles
    ) throws {
        let past = PastReader(log)
        let uses = TokenUses(log)
        authenticator = Authenticator(log: log, past: past, uses: uses, now: now)
        let limits = configuration.limits
        admission = Admission(metering: Metering(limits), limits: limits, log: log, now: now)
        let handler = CommandHandler(log: log, past: past, limits: limits, now: now)
        publishing = PublishEndpoint(
            handler: handler, artifacts: artifacts, unnamed: UnnamedBytes(most: limits.unnamedMebibytes << 20),
            index: index, publicURL: configuration.publicURL)
        users = UserEndpoints(handler: handler)
        leaving = LeavingEndpoint(handler: handler, published: published)
        tokens = TokenEndpoints(handler: handler)
        releases = ReleaseEndpoints(handler: handler)
        listings = ListingEndpoint(handler: handler)
        roles = RoleEndpoints(handler: handler)
        invitations = InvitationEndpoints(handler: handler)
        reviews = ReviewEndpoints(handler: handler)
        stars = StarEndpoints(handler: handler)
        flagging = FlagEndpoints(handler: handler, flags: flags)
        self.activity = ActivityEndpoint(handler: handler, reading: activity)
        moderation = ModerationEndpoints(handler: handler, files: files)
        removals = RemovalFollower(
            handler: handler, artifacts: artifacts, files: files, log: lines.component("removals"))
        flagDrain = FlagDrain(
            handler: handler, delayMilliseconds: configuration.flagDelayMilliseconds,
            lines: lines.component("flags"))
        let keys = try DayKeys(configuration.dayKeyFolder)
        let spool = try LineSpool(
            configuration.spoolFolder, log: log.id, maximumBytes: configuration.spoolBytes)
        let readers = ReaderLedger(
            try LineSpool(
                configuration.readersFolder, log: log.id, maximumBytes: configuration.spoolBytes), log: log)
        downloads = DownloadEndpoint(
            log: log, index: index, spool: spool, keys: keys, limits: limits,
            shares: LineShares(limits.downloadLines),
            publicURL: configuration.publicURL, now: now, past: past,
            uses: uses, downloaded: configuration.downloaded)
        reports = DownloadReportEndpoint(
            handler: handler, index: index, keys: keys, readers: readers, downloaded: configuration.downloaded)
        drain = DownloadDrain(
            spool: spool, readers: readers, log: log, keys: keys,
            intervals: DownloadDrain.Intervals(
                downloadsMilliseconds: configuration.downloadFlushMilliseconds,
                readersMilliseconds: configuration.readersFlushMilliseconds), now: now,
            lines: lines.component("downloads"))
    }

    /// What waits for the log in the data folder: bytes, since when, and how many downloads were lost since the start.
    package var spoolStatus: (waitingBytes: Int64, oldest: Timestamp?, lost: Int64) {
        let status = drain.spool.status
        return (status.waitingBytes, status.oldest, status.lost)
    }

    /// Adds the routes of the commands.
    package func addRoutes(to router: inout FrontRouter) {
        var routes = CommandRoutes(router, authenticator, admission)
        publishing.add(to: &routes)
        users.add(to: &routes)
        leaving.add(to: &routes)
        tokens.add(to: &routes)
        releases.add(to: &routes)
        listings.add(to: &routes)
        roles.add(to: &routes)
        invitations.add(to: &routes)
        reviews.add(to: &routes)
        stars.add(to: &routes)
        flagging.add(to: &routes)
        activity.add(to: &routes)
        moderation.add(to: &routes)
        downloads.add(to: &routes)
        reports.add(to: &routes)
        router = routes.router
    }

    /// Runs the background tasks until the task is cancelled: appends downloads and flags to the log, and carries out
    /// removals. At the end it tries to append the downloads that still wait.
    package func work() async {
        await withTaskGroup { group in
            group.addTask { await drain.run() }
            group.addTask { await removals.run() }
            group.addTask { await flagDrain.run() }
        }
    }
}
