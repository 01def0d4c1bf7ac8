/// A kind of command. What an account or an address may send of it within an hour is limited.
package enum Meter: String, Sendable, CaseIterable {
    /// New agents, as far as an account publishes the first version of one.
    case newAgents = "new-agents"
    /// Versions of agents.
    case versions
    /// Reviews, votes and stars.
    case judgments
    /// Tokens that are issued or renewed.
    case tokens
    /// Offers of roles.
    case invitations
    /// Flags.
    case flags
    /// All other commands, such as a yank or a new profile.
    case changes
    /// Registrations, which an address sends and no account.
    case registrations
    /// Commands that were refused, whatever their kind.
    case refused

    /// The commands in a few words, as in "an account may send 60 …".
    package var words: String {
        switch self {
        case .newAgents: "new agents"
        case .versions: "versions"
        case .judgments: "reviews, votes and stars"
        case .tokens: "new tokens"
        case .invitations: "invitations"
        case .flags: "flags"
        case .changes: "changes"
        case .registrations: "registrations"
        case .refused: "refused commands"
        }
    }
}

/// The state of a limit, as the fields `RateLimit-Policy` and `RateLimit` tell it
/// (draft-ietf-httpapi-ratelimit-headers-10).
package struct RateLimit: Sendable, Equatable {
    /// The name of the limit: a `Meter`, or the limit of a day.
    package let name: String
    /// The most requests within the window.
    package let quota: Int
    /// The window in seconds, after which all of the quota is there again.
    package let windowSeconds: Int
    /// The requests that are left now.
    package let remaining: Int
    /// The seconds until more are left.
    package let resetSeconds: Int

    /// States a limit.
    package init(name: String, quota: Int, windowSeconds: Int, remaining: Int, resetSeconds: Int) {
        self.name = name
        self.quota = quota
        self.windowSeconds = windowSeconds
        self.remaining = remaining
        self.resetSeconds = resetSeconds
    }

    /// The names and values of the fields.
    package var fields: [(name: String, value: String)] {
        [
            ("ratelimit-policy", "\"\(name)\";q=\(quota);w=\(windowSeconds)"),
            ("ratelimit", "\"\(name)\";r=\(remaining);t=\(resetSeconds)"),
        ]
    }

    /// The fields with their descriptions; they are absent where the credential is not limited.
    package static let described: [(name: String, description: String)] = [
        ("ratelimit-policy", "The limit that the request counts towards."),
        ("ratelimit", "What is left of it, and in how many seconds more is."),
    ]
}
