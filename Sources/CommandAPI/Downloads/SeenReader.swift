import Events

/// A reader of a version on a day, as log entries name readers: by a day token.
struct SeenReader: Hashable, Sendable {
    let agent: AgentKey
    let version: String
    let day: Day
    let domain: ReaderDomain
    let token: DayToken
}
