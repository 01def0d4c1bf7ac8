import Contract
import EventLog
import Events

/// The limit of a day that an event counts towards. It is kept in the vault, so that it holds for all processes.
struct DailyShare {
    /// What is counted, in a few words.
    private let words: String
    private let name: String
    private let subject: String
    private let most: Int

    /// Reads an event; nil for one without such a limit.
    init?(_ event: any EventPayload, in stream: StreamName, by actor: PersonID?, _ limits: MeteringLimits) {
        switch event {
        case is VersionPublished:
            self.init("versions of one agent", "agent-versions-day", "\(stream)", limits.agentVersionsPerDay)
        case is ReviewSubmitted, is ReviewEdited, is ReviewVoted, is StarAdded:
            self.init("judgments of the same", "stream-judgments-day", "\(stream)", limits.streamJudgmentsPerDay)
        case is AgentQuarantined:
            guard let actor else { return nil }
            self.init("holds of one moderator", "holds-day", "holds/\(actor)", limits.holdsPerDay)
        default: return nil
        }
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
