package import Contract
import Crypto
import EventLog
import Events
import HTTPFront
import Manifest
import Marketplace

/// Reads flagged targets, the most often flagged first: at most `limit`, after skipping `offset`.
package typealias FlagReading = @Sendable (_ limit: Int, _ offset: Int) async throws -> [FlagCount]

/// The endpoints that raise flags, and list them for moderators.
struct FlagEndpoints: Sendable {
    let handler: CommandHandler
    let flags: FlagReading

    func add(to routes: inout CommandRoutes) {
        routes.on(Endpoints.raiseFlag) { try await raise($0, $1) }
        routes.onQuery(Endpoints.listFlags) { try await list($0, $1) }
    }

    private func raise(
        _ principal: Principal, _ call: CommandCall<NoParameters, NewFlag>
    ) async throws -> CommandOutcome<FlagAnswer> {
        let sent = call.sent
        try Self.check(sent)
        return try await handler.run(call.identity) { _, _ in
            FlagAnswer(kind: sent.kind, isFlagged: true)
        } attempt: {
            let target = try await target(sent.kind, sent.agent, sent.version, sent.user)
            func command(_ flag: FlagID, isPending: Bool = false) -> RaiseFlag {
                RaiseFlag(principal: principal, now: handler.now(), target: target, flag: flag, isPending: isPending)
            }
            // Decided under a temporary id first, so that the vault stores nothing for a flag that is refused.
            let passing = FlagID(random: SecureRandom.bytes(16))
            _ = try command(passing).decision(try await handler.past.read(for: command(passing)))
            let flag = try await handler.log.flagID(reporter: principal.user, target: target, proposing: passing)
            return CommandAttempt(
                command: command(flag, isPending: try await handler.log.isPending(flag)),
                effects: [
                    PendingFlagEffect(
                        flag, about: TargetContent(reason: sent.reason, target: target), words: sent.details,
                        raised: handler.now())
                ])
        }
    }

    /// Throws where a member is missing that its kind needs.
    private static func check(_ flag: NewFlag) throws(Problem) {
        let missing = [
            ("agent", "the id of an agent", flag.agent == nil && flag.kind != .user),
            ("version", "a version of the agent", flag.version == nil && flag.kind == .version),
            (
                "user", "the name or the id of a person",
                flag.user == nil && (flag.kind == .user || flag.kind == .review)
            ),
        ].filter(\.2)
        guard missing.isEmpty else {
            throw Problem(
                .invalidBody, "the body has errors; each is listed with its path",
                findings: missing.map { name, words, _ in
                    Problem.Finding(
                        severity: "error", path: "/\(name)", message: "this is missing; it has to be \(words)")
                })
        }
    }

    private func target(
        _ kind: FlagTarget.Kind, _ agent: AgentID?, _ version: SemVer?, _ person: String?
    ) async throws -> FlagTarget {
        func somebody() async throws -> PersonID {
            try await handler.holder(of: person ?? "").1
        }
        switch (kind, agent?.key, version) {
        case (.agent, let key?, _): return .agent(key)
        case (.version, let key?, let version?):
            // The published spelling, which may have a build that was not named.
            let published = try await handler.past.read(.agent(key)).version(named: version)
            return .version(key, published?.version ?? version.description)
        case (.review, let key?, _): return .review(key, try await somebody())
        default: return .user(try await somebody())
        }
    }

    private func list(_ principal: Principal, _ query: FlagQuery) async throws -> Reply<FlagList> {
        try await handler.authorize(principal, .readFlags, on: .marketplace)
        let page = PageRows(try await flags(Int(query.limit) + 1, Int(query.offset)), limit: query.limit) { _ in
            "\(query.offset + query.limit)"
        }
        return Reply(FlagList(flags: page.rows, pagination: page.pagination))
    }
}
