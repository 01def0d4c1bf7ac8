import Events

/// A reader of a version on a day, as entries name them.
struct SeenReader: Hashable, Sendable {
    let agent: AgentKey
    let version: String
    let day: Day
    let domain: ReaderDomain
    let token: DayToken
}
