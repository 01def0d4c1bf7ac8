import Contract
import Marketplace

/// The endpoints that give a star and take it back.
struct StarEndpoints: Sendable {
    let handler: CommandHandler

    func add(to routes: inout CommandRoutes) {
        routes.on(Endpoints.star) { try await change($0, $1, isGiven: true) }
        routes.on(Endpoints.unstar) { try await change($0, $1, isGiven: false) }
    }

    private func change(
        _ principal: Principal, _ call: CommandCall<AgentParameters.Changed, NoBody>, isGiven: Bool
    ) async throws -> CommandOutcome<StarAnswer> {
        let key = call.input.id
        return try await handler.run(call.identity) { _, _ in
            StarAnswer(id: key, isStarred: isGiven)
        } attempt: {
            CommandAttempt(command: StarAgent(principal: principal, now: handler.now(), key: key, isGiven: isGiven))
        }
    }
}
