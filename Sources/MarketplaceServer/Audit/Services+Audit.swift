import CommandAPI
import Contract
import Events
import Projections

extension ActivityReading {
    /// What the endpoint of activity asks a reader.
    init(_ reader: AuditReader) {
        self.init(
            deeds: { subject, before, since, limit in
                let subject: AuditReader.Subject =
                    switch subject {
                    case .person(let person): .person(person)
                    case .token(let token): .token(token)
                    case .agent(let key): .agent(key)
                    }
                var first = Position(0)
                if let since { first = try await reader.first(since: since) }
                let found = try await reader.deeds(
                    of: subject, before: before, from: first, limit: limit)
                let next = found.reflection.next.value
                return (found.value.map(DeedBody.init), next == 0 ? nil : Position(next - 1))
            }, person: { try await reader.person(of: $0) })
    }
}

extension DeedBody {
    fileprivate init(_ deed: AuditReader.Deed) {
        self.init(
            position: deed.position, time: deed.time, type: deed.type, stream: deed.stream, agent: deed.agent,
            version: deed.version, person: deed.person.map { PersonBody(id: $0.id, username: $0.name) },
            detail: deed.detail, actor: deed.actor.map { PersonBody(id: $0.id, username: $0.name) }, token: deed.token)
    }
}
