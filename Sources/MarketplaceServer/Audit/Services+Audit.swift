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
                return try await reader.deeds(of: subject, before: before, since: since, limit: limit).map(
                    DeedBody.init)
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
