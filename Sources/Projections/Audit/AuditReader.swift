import EventLog
public import Events
import Following
import Postgres

/// Reads who did what with which credential. It uses connections of the front for commands, to which people show who they are.
public struct AuditReader: Sendable {
    /// The models that it reads.
    public static let models: [Projection] = [.audit, .publishers]

    /// Something that somebody did.
    public struct Deed: Sendable {
        /// How it follows from a credential.
        public enum Via: String, Sendable {
            /// Somebody did it with the credential, or with one that descends from it.
            case token
            /// Somebody accepted a role that was offered with the credential.
            case invitation
            /// Somebody did it by a role that follows from such an offer, directly or over further offers.
            case role
        }

        /// The position of the entry.
        public let position: Position
        /// When it happened.
        public let time: Timestamp
        /// The type of the event.
        public let type: String
        /// The stream.
        public let stream: String
        /// The agent that it concerns.
        public let agent: AgentKey?
        /// The version that it concerns.
        public let version: String?
        /// The person whom the entry names, such as the one who gets a role; this may be the actor. Nil where it names
        /// none.
        public let person: AgentReader.Person?
        /// A role, reason or the like.
        public let detail: String?
        /// Who did it.
        public let actor: AgentReader.Person?
        /// The credential that it was done with.
        public let token: String?
        /// Where it is looked for by a credential, how it follows from that.
        public let via: Via?
    }

    /// A credential.
    public struct Credential: Sendable {
        /// Its id.
        public let id: String
        /// Whose it is.
        public let person: AgentReader.Person
        /// The one that issued it.
        public let issuer: String?
        /// The one whose place it took.
        public let replaces: String?
        /// The entry of its issue.
        public let position: Position
    }

    /// A role that was offered and not accepted yet.
    public struct Offer: Sendable {
        /// The id of the invitation.
        public let id: String
        /// The stream of the agent or namespace.
        public let stream: String
        /// Who may accept it.
        public let person: AgentReader.Person
        /// The role.
        public let role: String
    }

    /// Whose deeds are listed.
    public enum Subject: Sendable {
        /// Those of a person.
        case person(PersonID)
        /// Those with a credential.
        case token(TokenID)
        /// Those that concern an agent.
        case agent(AgentKey)
    }

    /// What descends from a credential.
    public struct Descent: Sendable {
        /// The credential and those that descend from it, in the order of their issue.
        public let credentials: [Credential]
        /// Offers of theirs that can be accepted still.
        public let offers: [Offer]
        /// True where there are more than are here.
        public let isCut: Bool
        fileprivate let roles: [(person: String, stream: String, position: Int64)]
    }

    /// The most credentials, roles or offers that descend from one.
    public static let maximumDescent: Int64 = 10_000

    private let access: ModelAccess

    /// Creates a reader over sessions that may read the model.
    public init(_ access: ModelAccess) { self.access = access }

    /// The deeds of somebody, the last first, before a position and from another on.
    public func deeds(
        of subject: Subject, before position: Position, from first: Position, limit: Int
    ) async throws -> Reflecting<[Deed]> {
        let (statement, id): (PostgresStatement, String) =
            switch subject {
            case .person(let person): (Statements.auditByActor, person.hex)
            case .token(let token): (Statements.auditByToken, token.hex)
            case .agent(let key): (Statements.auditByAgent, key.description)
            }
        return try await access.long(Self.models) { connection in
            let rows = try connection.execute(
                statement, [.text(id), .int8(position.value), .int8(first.value), .int8(Int64(limit))])
            return try Self.deeds(rows.map { $0 }, connection)
        }
    }

    /// The position of the first entry that was recorded at a time or later; the head where there is none yet.
    public func first(since time: Timestamp) async throws -> Position {
        try await EventReader(pool: access.pool).position(at: time.adding(milliseconds: -1))?.next ?? Position(0)
    }

    /// Whose credential it is; nil where there is none with the id.
    public func person(of token: TokenID) async throws -> PersonID? {
        try await access.long(Self.models) { connection in
            try connection.execute(Statements.personOfToken, [.text(token.hex)]).first.flatMap {
                PersonID(try $0.text("person"))
            }
        }.value
    }

    /// Waits until the model reflects all that is in the log now; false where it does not in time.
    public func reflectsAll(withinMilliseconds limit: Int64) async throws -> Bool {
        let head = try await access.long(Self.models) { try LogOnConnection.head($0) }.value
        let makers = Set(Self.models.map(\.name))
        return try await access.models.wait(withinMilliseconds: limit, madeBy: makers) { $0.next(Self.models) >= head }
    }

    /// What descends from a credential; nil where there is none with the id.
    public func descent(of token: TokenID) async throws -> Descent? {
        // One more tells that there are more.
        let limit = PostgresValue.int8(Self.maximumDescent + 1)
        return try await access.long(Self.models) { connection in
            let line = try connection.execute(Statements.tokenLine, [.text(token.hex), limit]).map { $0 }
            guard !line.isEmpty else { return nil }
            let tokens = PostgresValue.texts(try line.map { try $0.text("token") })
            let roles = try connection.execute(Statements.roleLine, [tokens, limit]).map { row in
                (person: try row.text("person"), stream: try row.text("stream"), position: try row.integer("position"))
            }
            let offers = try connection.execute(Statements.openOffers, [tokens, limit]).map { $0 }
            let names = try PastReader.names(try (line + offers).map { try $0.text("person") }, connection)
            return Descent(
                credentials: try line.map { row in
                    Credential(
                        id: try row.text("token"), person: try Self.person(try row.text("person"), names),
                        issuer: try row.optionalText("issuer"), replaces: try row.optionalText("replaces"),
                        position: Position(try row.integer("position")))
                },
                offers: try offers.map { row in
                    Offer(
                        id: try row.text("id"), stream: try row.text("stream"),
                        person: try Self.person(try row.text("person"), names), role: try row.text("role"))
                }, isCut: [line.count, roles.count, offers.count].contains { $0 > Self.maximumDescent }, roles: roles)
        }.value
    }

    /// What came of a credential, in order behind a position; the least is -1.
    public func deeds(of descent: Descent, after position: Int64, limit: Int) async throws -> [Deed] {
        let parameters: [PostgresValue] = [
            .texts(descent.credentials.map(\.id)), .texts(descent.roles.map(\.person)),
            .texts(descent.roles.map(\.stream)), .int8s(descent.roles.map(\.position)), .int8(position),
            .int8(Int64(limit)),
        ]
        return try await access.long(Self.models) { connection in
            try Self.deeds(try connection.execute(Statements.listForensics, parameters).map { $0 }, connection)
        }.value
    }

    private static func person(_ id: String, _ names: [String: String]) throws -> AgentReader.Person {
        AgentReader.Person(id: id, name: names[id] ?? "")
    }

    private static func deeds(_ rows: [PostgresRow], _ connection: PostgresConnection) throws -> [Deed] {
        let people = try rows.flatMap { [try $0.optionalText("actor"), try $0.optionalText("person")] }
        let names = try PastReader.names(people, connection)
        return try rows.map { row in
            Deed(
                position: Position(try row.integer("position")),
                time: Timestamp(milliseconds: try row.milliseconds("time")), type: try row.text("type"),
                stream: try row.text("stream"), agent: try row.optionalText("agent").flatMap { AgentKey($0) },
                version: try row.optionalText("version"),
                person: try row.optionalText("person").map { try person($0, names) },
                detail: try row.optionalText("detail"),
                actor: try row.optionalText("actor").map { try person($0, names) },
                token: try row.optionalText("token"), via: (try? row.text("via")).flatMap(Deed.Via.init))
        }
    }
}
