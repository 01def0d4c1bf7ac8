public import Events
public import Manifest

/// The command to say anew what a page shows of a version: title, description, pins and the like, and the author.
///
/// The files of the version and the facts of its publication stay. Refused to people who may not publish a version, and while
/// moderators hold the agent. Appends `ListingChanged`, or nothing where the page says the same already.
public struct ChangeListing: AuthenticatedCommand {
    /// What a version says now, from the log.
    public struct Known: Sendable {
        /// The position of the entry that says it.
        public let position: Position
        /// What its page shows; nil where it was erased.
        public let listing: Content?
        /// The author; nil where there is none.
        public let author: Content?

        /// Creates it.
        public init(position: Position, listing: Content?, author: Content?) {
            self.position = position
            self.listing = listing
            self.author = author
        }
    }

    public let principal: Principal
    public let now: Timestamp
    /// The agent.
    public let key: AgentKey
    /// The version, of any build where none is named.
    public let version: SemVer
    /// What is to be said.
    public let contents: [ContentKind: Content]
    /// What is said now; nil where it could not be read.
    public let known: Known?

    /// Creates the command.
    public init(
        principal: Principal, now: Timestamp, key: AgentKey, version: SemVer, contents: [ContentKind: Content],
        known: Known?
    ) {
        self.principal = principal
        self.now = now
        self.key = key
        self.version = version
        self.contents = contents
        self.known = known
    }

    public func streams(_ past: Past) -> [AnyStream] { [TypedStream.agent(key).any] }

    /// The version that is meant, where the principal may change what its page shows.
    public func published(_ past: Past) throws(Rejection) -> AgentState.Published {
        let agent = past[.agent(key)]
        guard agent.id != nil else { throw .noAgent(key) }
        try authorize(.publishVersion, on: .agent(key), past)
        guard let published = agent.version(named: version) else { throw .noVersion(key, version.description) }
        if let hold = agent.hold(on: published) { throw .held(key, hold) }
        return published
    }

    public func decide(_ past: Past) throws(Rejection) -> Decision {
        let published = try published(past)
        guard let listing = contents[.listing] else { preconditionFailure("a listing that is none") }
        // Another change may have come between; then what is known is old.
        if let known, known.position == published.listed, known.listing?.document == listing.document,
            known.author?.document == contents[.author]?.document
        {
            return .unchanged(since: published.listed)
        }
        let event = ListingChanged(
            authorCommitment: contents[.author]?.commitment, listingCommitment: listing.commitment,
            version: published.version)
        return .append([DecidedEvent(.agent(key), event, contents: contents)])
    }
}
