extension Action {
    static let audit = [readDeeds, readDeedsOnAgent]

    /// To see what was done by a person, or with a credential of theirs.
    public static let readDeeds = Action(
        "read-deeds", "see what was done by a person", Right(.account, [.oneself], moderator: true, administrator: true)
    )
    /// To see who did what to an agent, and with which credential.
    public static let readDeedsOnAgent = Action(
        "read-deeds-on-agent", "see who did what to an agent",
        Right(.account, [.owner, .maintainer], moderator: true, administrator: true))
}
