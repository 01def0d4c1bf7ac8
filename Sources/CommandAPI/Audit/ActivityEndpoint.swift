package import Contract
import EventLog
package import Events
import HTTPFront
import Marketplace

/// The subject whose deeds are listed.
package enum ActivitySubject: Sendable {
    /// Deeds of a person.
    case person(PersonID)
    /// Deeds with a credential.
    case token(TokenID)
    /// Deeds that concern an agent.
    case agent(AgentKey)
}

/// What the endpoint of activity asks the read models.
package struct ActivityReading: Sendable {
    /// The deeds of somebody, the last first, before a position and since a time, and the position that they reflect.
    package typealias Deeds =
        @Sendable (ActivitySubject, Position, Timestamp?, _ limit: Int) async throws -> (
            deeds: [DeedBody], reflected: Position?
        )
    let deeds: Deeds
    let person: @Sendable (TokenID) async throws -> PersonID?

    /// - Parameter person: whose credential it is; nil where there is none with the id.
    package init(deeds: @escaping Deeds, person: @escaping @Sendable (TokenID) async throws -> PersonID?) {
        self.deeds = deeds
        self.person = person
    }
}

/// `GET /activity`: who did what, for those whom it concerns.
struct ActivityEndpoint: Sendable {
    let handler: CommandHandler
    let reading: ActivityReading

    func add(to routes: inout CommandRoutes) {
        routes.onQuery(Endpoints.showActivity) { try await show($0, $1) }
    }

    private func show(_ principal: Principal, _ query: ActivityQuery) async throws -> Reply<ActivityPage> {
        let before = try query.cursor.map { text throws(Problem) in
            guard let position = Int64(text), position >= 0 else {
                throw Problem(
                    .invalidParameter, "'cursor' is none that this list gave; leave it out to begin anew")
            }
            return Position(position)
        }
        let subject = try await subject(principal, query)
        let found = try await reading.deeds(subject, before ?? Position(.max), query.since, Int(query.limit) + 1)
        let page = PageRows(found.deeds, limit: query.limit) { $0.position.description }
        return Reply(
            ActivityPage(activity: page.rows, pagination: page.pagination), position: found.reflected)
    }

    /// Whose deeds a person asks for, who may see them.
    private func subject(_ principal: Principal, _ query: ActivityQuery) async throws -> ActivitySubject {
        switch (query.agent, query.user, query.token) {
        case (let key?, nil, nil):
            try await handler.authorize(principal, .readDeedsOnAgent, on: .agent(key))
            return .agent(key)
        case (nil, let user?, nil):
            let (_, person) = try await handler.holder(of: user)
            try await handler.authorize(principal, .readDeeds, on: .account(person))
            return .person(person)
        case (nil, nil, let text?):
            let unknown = Problem(.tokenNotFound, "there is no token '\(text)' that you may look at")
            guard let token = TokenID(text), let person = try await reading.person(token) else { throw unknown }
            try await handler.authorize(principal, .readDeeds, on: .account(person))
            return .token(token)
        case (nil, nil, nil):
            try await handler.authorize(principal, .readDeeds, on: .account(principal.user))
            return .person(principal.user)
        default: throw Problem(.invalidParameter, "'agent', 'user' and 'token' can't go together; give one of them")
        }
    }
}
