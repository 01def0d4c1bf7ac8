public import Crypto
public import Events
import Postgres

/// A credential as the vault knows it.
public struct VaultToken: Sendable {
    /// Which it is.
    public let id: TokenID
    /// How its owner calls it.
    public let name: String
    /// When it was issued.
    public let issued: Timestamp
    /// When it was last used, to the minute; nil where it never was.
    public let lastUsed: Timestamp?
}

/// What nobody but the command front reads.
extension EventLog {
    /// The most credentials of a person, revoked and expired ones too; more are not issued.
    public static let maximumTokens = 1_000
    /// More are listed than are issued, since several at once may each be the last one.
    private static let listedTokens: Int64 = 2_000

    /// The credential whose secret has this hash.
    public func token(hash: SHA256Digest) async throws(EventLogError) -> TokenID? {
        try await reading(Statements.findToken, [.bytea(hash.bytes)]) { try Self.id($0) }
    }

    /// Somebody's credentials, the newest first, revoked and expired ones too.
    public func tokens(of person: PersonID) async throws(EventLogError) -> [VaultToken] {
        try await reading(Statements.listTokens, [.text(person.hex), .int8(Self.listedTokens)]) {
            try $0.map(VaultToken.init)
        }
    }

    /// Credentials that were issued under an idempotency key.
    public func tokens(issuedUnder key: KeyID) async throws(EventLogError) -> [VaultToken] {
        try await reading(Statements.tokensUnderKey, [.uuid(key.bytes)]) { try $0.map(VaultToken.init) }
    }

    /// Remembers that a credential is in use.
    public func noteUse(of token: TokenID) async throws(EventLogError) {
        try await EventReader.translating {
            _ = try await commands.run { try $0.execute(Statements.noteUse, [.text(token.hex)]).affected }
        }
    }

    /// Somebody's e-mail address.
    public func mailbox(of person: PersonID) async throws(EventLogError) -> String? {
        try await reading(Statements.findMailbox, [.text(person.hex)]) { try $0.first?.text(0) }
    }

    /// The id that stands for a folded user name; nil where nobody ever asked for the name.
    public func usernameID(folded name: String) async throws(EventLogError) -> UsernameID? {
        try await reading(Statements.findUsername, [.text(name)]) { try Self.id($0) }
    }

    /// The id that stands for the name that somebody has.
    public func usernameID(of person: PersonID) async throws(EventLogError) -> UsernameID? {
        try await reading(Statements.nameOf, [.text(person.hex)]) { try Self.id($0) }
    }

    /// The id that stands for a folded user name, made now where there is none. Made once, before the
    /// stream that it names.
    public func usernameID(folded name: String, proposing id: UsernameID) async throws(EventLogError) -> UsernameID {
        try await Self.chosenID(commands, Statements.claimUsername, [.text(name), .text(id.hex)])
    }

    /// The id that stands for a reporter and what they flag, made now where there is none.
    public func flagID(
        reporter: PersonID, target: FlagTarget, proposing id: FlagID
    ) async throws(EventLogError) -> FlagID {
        try await Self.chosenID(
            commands, Statements.claimFlag,
            [.text(reporter.hex), .text("\(target.kind.rawValue) \(target)"), .text(id.hex)])
    }

    /// What somebody wrote under a commitment; nil where it was erased.
    public func content(at position: Position, field: String) async throws(EventLogError) -> Content? {
        try await reading(Statements.findContent, [.int8(position.value), .text(field)]) { rows in
            try rows.first.map { Content(document: try $0.bytes(0), nonce: try $0.bytes(1)) }
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
