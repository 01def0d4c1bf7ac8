public import Crypto
public import Events
import Postgres

/// A credential as the vault stores it.
public struct VaultToken: Sendable {
    /// Its id.
    public let id: TokenID
    /// The name that its owner gave it.
    public let name: String
    /// The time at which it was issued.
    public let issued: Timestamp
    /// The time of its last use, to the minute; nil where it was never used.
    public let lastUsed: Timestamp?
}

/// Queries of the vault, which only the command side may read.
extension EventLog {
    /// The most credentials of a person that were not revoked; more are not issued.
    public static let maximumTokens = 1_000
    /// Above `maximumTokens`, since several commands at once may each issue the last one.
    private static let listedTokens: Int64 = 2_000

    /// The credential whose secret has this hash; nil where there is none.
    public func token(hash: SHA256Digest) async throws(EventLogError) -> TokenID? {
        try await reading(Statements.findToken, [.bytea(hash.bytes)]) { try Self.id($0) }
    }

    /// The credentials of a person, at most 2,000: those that are not revoked first, then the revoked ones, each part
    /// newest first; expired ones are included. The vault forgets a revoked one after 30 days.
    public func tokens(of person: PersonID) async throws(EventLogError) -> [VaultToken] {
        try await reading(Statements.listTokens, [.text(person.hex), .int8(Self.listedTokens)]) {
            try $0.map(VaultToken.init)
        }
    }

    /// The credentials that were issued under an idempotency key.
    public func tokens(issuedUnder key: KeyID) async throws(EventLogError) -> [VaultToken] {
        try await reading(Statements.tokensUnderKey, [.uuid(key.bytes)]) { try $0.map(VaultToken.init) }
    }

    /// Records that a credential is in use, at most once a minute.
    public func noteUse(of token: TokenID) async throws(EventLogError) {
        try await EventReader.translating {
            _ = try await commands.run { try $0.execute(Statements.noteUse, [.text(token.hex)]).affected }
        }
    }

    /// The e-mail address of a person; nil where there is none.
    public func mailbox(of person: PersonID) async throws(EventLogError) -> String? {
        try await reading(Statements.findMailbox, [.text(person.hex)]) { try $0.first?.text(0) }
    }

    /// The id of a folded user name; nil where no id was made for it.
    public func usernameID(folded name: String) async throws(EventLogError) -> UsernameID? {
        try await reading(Statements.findUsername, [.text(name)]) { try Self.id($0) }
    }

    /// The name that was first with a skeleton; nil where it is free.
    public func name(in space: NameSpace, like skeleton: String) async throws(EventLogError) -> HeldName? {
        try await reading(Statements.findName, [.text(space.rawValue), .text(skeleton)]) { rows in
            try rows.first.map { row in
                HeldName(
                    name: try row.optionalText("name"),
                    namespace: try row.optionalText("namespace").flatMap { Namespace($0) },
                    kept: try row.text("holder"))
            }
        }
    }

    /// The id of the user name that a person has; nil where there is none.
    public func usernameID(of person: PersonID) async throws(EventLogError) -> UsernameID? {
        try await reading(Statements.nameOf, [.text(person.hex)]) { try Self.id($0) }
    }

    /// The id of a folded user name; stores the proposed one where there is none.
    ///
    /// Call it before the first append to the stream that the id names.
    public func usernameID(folded name: String, proposing id: UsernameID) async throws(EventLogError) -> UsernameID {
        try await Self.chosenID(commands, Statements.claimUsername, [.text(name), .text(id.hex)])
    }

    /// The id of a reporter's flag on a target; stores the proposed one where there is none.
    public func flagID(
        reporter: PersonID, target: FlagTarget, proposing id: FlagID
    ) async throws(EventLogError) -> FlagID {
        try await Self.chosenID(
            commands, Statements.claimFlag,
            [.text(reporter.hex), .text("\(target.kind.rawValue) \(target)"), .text(id.hex)])
    }

    /// The content that an entry commits to in a field; nil where it was erased.
    public func content(at position: Position, field: String) async throws(EventLogError) -> Content? {
        try await reading(Statements.findContent, [.int8(position.value), .text(field)]) { rows in
            try rows.first.map { Content(document: try $0.bytes(0), nonce: try $0.bytes(1)) }
        }
    }

    /// Credentials with the scope `admin` that were not revoked; expired ones too, at most 1,000.
    public func administratorTokens() async throws(EventLogError) -> [TokenID] {
        try await reading(Statements.administrators, []) { rows in try rows.compactMap { TokenID(try $0.text(0)) } }
    }

    /// Somebody's credentials that were not revoked; expired ones too.
    public func standingTokens(of person: PersonID) async throws(EventLogError) -> [TokenID] {
        try await reading(Statements.standingTokens, [.text(person.hex)]) { rows in
            try rows.compactMap { TokenID(try $0.text(0)) }
        }
    }

    /// The streams of the agents and namespaces that somebody has a role on: so many at most.
    public func roles(of person: PersonID, limit: Int) async throws(EventLogError) -> [StreamName] {
        try await reading(Statements.rolesOf, [.text(person.hex), .int8(Int64(limit))]) { rows in
            try rows.compactMap { StreamName(try $0.text(0)) }
        }
    }

    /// A content that somebody wrote and that was not erased.
    public struct Writing: Sendable {
        /// The entry that commits to it.
        public let envelope: Envelope
        /// The position of the entry.
        public let position: Position
        /// The field that commits to it.
        public let field: String
    }

    /// How many positions one search for writings goes through, so that it ends within the bound on a statement.
    private static let writingsWindow: Int64 = 100_000

    /// Contents of some fields in entries of one actor that were not erased, in log order: a page of so many rows at
    /// most, from a position on. A page may be empty although later ones are not.
    ///
    /// - Returns: the page, and the position at which the next one begins; nil after the last one.
    public func writings(
        of person: PersonID, fields: [String], from position: Position, limit: Int
    ) async throws(EventLogError) -> (found: [Writing], next: Position?) {
        try await EventReader.translating {
            try await commands.run { connection in
                let head = try EventReader.head(connection)
                let past = min(position.value + Self.writingsWindow, head.value)
                let rows = try connection.execute(
                    Statements.writtenBy,
                    [
                        .text(person.hex), .int8(position.value), .int8(past), .texts(fields), .int8(Int64(limit)),
                    ]
                ).map { row in
                    Writing(
                        envelope: try Envelope(bytes: try row.bytes(2)), position: Position(try row.integer(0)),
                        field: try row.text(1))
                }
                // Contents of one entry are not cut apart.
                let cut = rows.count == limit ? rows.last?.position : nil
                let next = cut ?? (past < head.value ? Position(past) : nil)
                return (rows.filter { $0.position != cut && $0.envelope.origin.actor == person }, next)
            }
        }
    }

    private static func id<Kind>(_ rows: PostgresRows) throws -> Identifier<Kind>? {
        try rows.first.flatMap { Identifier<Kind>(try $0.text(0)) }
    }
}

extension VaultToken {
    fileprivate init(_ row: PostgresRow) throws {
        guard let id = TokenID(try row.text(0)) else { throw EventLogError.corrupt("a credential has no id") }
        self.init(
            id: id, name: try row.text(1), issued: Timestamp(milliseconds: try row.milliseconds(2)),
            lastUsed: row.isNull(3) ? nil : Timestamp(milliseconds: try row.milliseconds(3)))
    }
}
