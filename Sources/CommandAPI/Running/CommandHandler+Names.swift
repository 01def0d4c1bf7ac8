import Contract
import EventLog
import Events
import Marketplace

extension CommandHandler {
    /// The person who has a name, with their claim on it. An id is accepted in place of a name, since a person whose
    /// account was erased has no name.
    func holder(of name: String) async throws -> (UsernameID?, PersonID) {
        if let person = PersonID(name) { return (nil, person) }
        guard let name = Username(name), let username = try await log.usernameID(folded: name.folded),
            let person = try await past.read(.username(username)).holder
        else { throw Problem(Rejection.noUser) }
        return (username, person)
    }

    /// The name of a person in their own spelling; nil where it was erased.
    func name(of person: PersonID) async throws -> String? {
        guard let username = try await log.usernameID(of: person) else { return nil }
        return try await words(try await past.read(.username(username)).name, NameContent.self)?.name
    }

    /// The content at a place in the log; nil where there is no place, or the content was erased.
    func words<Document: ContentDocument>(_ written: WrittenAt?, _: Document.Type) async throws -> Document? {
        guard let written, let content = try await log.content(at: written.position, field: written.field) else {
            return nil
        }
        return try Document(document: content.document)
    }
}
