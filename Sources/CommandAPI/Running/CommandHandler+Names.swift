import Contract
import EventLog
import Events
import Marketplace

extension CommandHandler {
    /// Who has a name; or who has an id, since a person who was erased has no name any more.
    func holder(of name: String) async throws -> (UsernameID?, PersonID) {
        if let person = PersonID(name) { return (nil, person) }
        guard let name = Username(name), let username = try await log.usernameID(folded: name.folded),
            let person = try await past.read(.username(username)).holder
        else { throw Problem(Rejection.noUser) }
        return (username, person)
    }
}
