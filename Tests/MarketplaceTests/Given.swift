import Crypto
import Events
import Marketplace

typealias Event = any EventPayload

/// The people and things of the domain's specifications.
enum Given {
    static let alice = PersonID(random: [UInt8](repeating: 1, count: 16))
    static let bob = PersonID(random: [UInt8](repeating: 2, count: 16))
    static let token = TokenID(random: [UInt8](repeating: 3, count: 16))
    static let other = TokenID(random: [UInt8](repeating: 4, count: 16))
    static let name = UsernameID(random: [UInt8](repeating: 5, count: 16))
    static let flag = FlagID(random: [UInt8](repeating: 6, count: 16))
    static let now = Timestamp(milliseconds: 1_000_000)
    static let later = Timestamp(milliseconds: 2_000_000)
    static let principal = Principal(user: alice, token: token)

    /// A past of these events, each in the stream that it stands in, at positions from 0 on.
    ///
    /// - Parameter times: when some of them happened; the others happen now.
    static func past(
        _ events: [(StreamName, Event)], within: WithinContent? = nil, times: [Int: Timestamp] = [:]
    ) -> Past {
        var states: [StreamName: (Int64, any StreamState)] = [:]
        for (index, (stream, event)) in events.enumerated() {
            var (version, state) = states[stream] ?? (0, initial(stream))
            state.evolve(
                PastEvent(
                    event, entry: entry(index), at: Position(Int64(index)), time: times[index] ?? now, within: within))
            version += 1
            states[stream] = (version, state)
        }
        var past = Past()
        for (stream, (version, state)) in states { past.add(stream, StreamVersion(version), state) }
        return past
    }

    private static func initial(_ stream: StreamName) -> any StreamState {
        switch stream {
        case .token: TokenState()
        case .user: UserState()
        case .username: UsernameState()
        case .namespace: NamespaceState()
        case .review: ReviewState()
        case .vote: VoteState()
        case .star: StarState()
        case .flag: FlagState()
        case .artifact: ArtifactState()
        case .agent, .log, .downloads: AgentState()
        }
    }

    /// The id of the entry at a position of such a past.
    static func entry(_ position: Int) -> UUIDv7 {
        UUIDv7(milliseconds: Int64(position), random: [UInt8](repeating: 0, count: 10))
    }

    /// Alice with a token of these scopes: two entries.
    static func alice(with scopes: [Scope]) -> [(StreamName, Event)] {
        [
            (.token(token), TokenIssued(expires: later, scopes: scopes, user: alice)),
            (.user(alice), UserRegistered(kind: .person)),
        ]
    }

    static let nonce = [UInt8](repeating: 7, count: 32)

    static func review(_ text: String) -> Content {
        Content(ReviewContent(text: text, title: nil), nonce: nonce)
    }

    static func credential(_ words: [PermissionWord]) -> IssueToken.NewCredential {
        IssueToken.NewCredential(id: other, permissions: Permissions(words), expires: later, nonce: nonce)
    }
}

/// What a command decides: each event as `stream: type`, that nothing changed since a position, or why it is refused.
func then(_ command: some Command, _ past: Past) -> [String] {
    do {
        switch try command.decide(past) {
        case .append(let events): return events.map { "\($0.stream): \($0.event.typeName)" }
        case .unchanged(let since): return ["unchanged since \(since.map { "\($0)" } ?? "ever")"]
        }
    } catch {
        return ["\(error)"]
    }
}
