import Contract
import EventLog
import Events
import Manifest
import Marketplace

/// The limit of a day that an event counts towards. It is kept in the vault, so that it holds for all processes.
struct DailyShare {
    /// What is counted, in a few words.
    private let words: String
    private let name: String
    private let subject: String
    private let most: Int

    /// Reads an event; nil for one without such a limit.
    ///
    /// - Parameter past: what it was decided on.
    init?(
        _ event: any EventPayload, in stream: StreamName, by actor: PersonID?, _ past: Past, _ limits: MeteringLimits
    ) {
        switch event {
        case is VersionPublished, is ListingChanged:
            self.init(
                "versions and listings of one agent", "agent-versions-day", "\(stream)", limits.agentVersionsPerDay)
        case is ReviewSubmitted, is ReviewEdited, is ReviewVoted, is StarAdded:
            self.init("judgments of the same", "stream-judgments-day", "\(stream)", limits.streamJudgmentsPerDay)
        case is AgentQuarantined:
            guard let actor else { return nil }
            self.init("holds of one moderator", "holds-day", "holds/\(actor)", limits.holdsPerDay)
        default:
            guard case .agent(let key) = stream, let taken = Self.takenBack(by: event, past[.agent(key)]) else {
                return nil
            }
            self.init(
                "changes of what owners said of the same", "reversals-day", "\(stream)/said/\(taken)",
                limits.reversalsPerDay)
        }
    }

    /// What owners said before and an event changes or takes back: of a version, or of the agent (empty). Nil for what is
    /// said for the first time, which may warn people and is never one too many.
    private static func takenBack(by event: any EventPayload, _ agent: AgentState) -> String? {
        let (authority, version): (Authority, String)
        switch event {
        case let yanked as VersionYanked: (authority, version) = (yanked.authority, yanked.version)
        case let back as VersionUnyanked: (authority, version) = (back.authority, back.version)
        case let deprecated as AgentDeprecated: (authority, version) = (deprecated.authority, "")
        case let back as AgentUndeprecated: (authority, version) = (back.authority, "")
        default: return nil
        }
        guard authority == .owner else { return nil }
        let isSaid =
            version.isEmpty
            ? agent.deprecations[.owner] != nil
            : SemVer(version).flatMap { agent.versions[$0.precedenceKey]?.yanks[.owner] } != nil
        return isSaid ? version : nil
    }

    private init(_ words: String, _ name: String, _ subject: String, _ most: Int) {
        self.words = words
        self.name = name
        self.subject = subject
        self.most = most
    }

    /// The count as an effect of the append.
    func effect(at now: Timestamp) -> any AppendEffect { DailyShareEffect(of: subject, on: now.day, most: most) }

    /// The problem that the limit is reached, until the day ends.
    func problem(at now: Timestamp) -> Problem {
        let waitMilliseconds = now.day.adding(days: 1).start.milliseconds - now.milliseconds
        return Problem(
            .rateLimited, "a day has at most \(most) \(words), and this one ends at midnight UTC",
            limit: RateLimit(
                name: name, quota: most, windowSeconds: Int(Timestamp.dayMilliseconds / 1_000), remaining: 0,
                resetSeconds: Int((waitMilliseconds + 999) / 1_000)))
    }
}
