import Contract
import Events

/// How much an account or an address may send, and how fast.
package struct MeteringLimits: Sendable {
    /// A rate: so many at once, then so many an hour.
    package struct Rate: Sendable {
        /// The size of the bucket.
        package var burst: Int
        /// How many flow back into it within an hour.
        package var perHour: Int

        /// Creates a rate; by default an hour's worth may come at once.
        package init(perHour: Int, burst: Int? = nil) {
            self.perHour = perHour
            self.burst = burst ?? perHour
        }
    }

    /// First versions of new agents.
    package var newAgents = Rate(perHour: 60, burst: 10)
    /// Versions, those of new agents included.
    package var versions = Rate(perHour: 600, burst: 60)
    /// Reviews, votes and stars.
    package var judgments = Rate(perHour: 60)
    /// Tokens that are issued or renewed.
    package var tokens = Rate(perHour: 30)
    /// Offers of roles.
    package var invitations = Rate(perHour: 30)
    /// Flags.
    package var flags = Rate(perHour: 30)
    /// All other commands.
    package var changes = Rate(perHour: 600, burst: 60)
    /// Registrations of an address.
    package var registrations = Rate(perHour: 20)
    /// Commands that were refused.
    package var refused = Rate(perHour: 600, burst: 120)
    /// Lines of the log, for a version and minute each, that an address adds by downloads.
    package var downloadLines = Rate(perHour: 600)
    /// Versions and changed listings of one agent within a day.
    package var agentVersionsPerDay = 100
    /// Judgments of an account on one stream, such as the stars of an agent, within a day.
    package var streamJudgmentsPerDay = 10
    /// Agents and versions that a moderator holds within a day.
    package var holdsPerDay = 20
    /// How often owners may change or take back what they said of an agent, and of each version, within a day.
    package var reversalsPerDay = 10
    /// Bytes of an account's uploads that no entry names yet, in MiB.
    package var unnamedMebibytes = 256
    /// For so many days an account shares the buckets of its address.
    package var youngDays = 7

    /// The default limits.
    package init() {}

    /// True for an account that still counts as a part of its address.
    ///
    /// - Parameter registered: when it was registered; nil where that is not known.
    func isYoung(_ registered: Timestamp?, at now: Timestamp) -> Bool {
        guard let registered else { return true }
        return now.milliseconds < registered.milliseconds + Int64(youngDays) * Timestamp.dayMilliseconds
    }

    /// The rate of a kind of command.
    func rate(_ meter: Meter) -> Rate {
        switch meter {
        case .newAgents: newAgents
        case .versions: versions
        case .judgments: judgments
        case .tokens: tokens
        case .invitations: invitations
        case .flags: flags
        case .changes: changes
        case .registrations: registrations
        case .refused: refused
        }
    }
}
