public import Crypto
public import Events
import Postgres

/// The part of the vault that follows from the log. Effects keep it up, so that appends can check it under their lock.
public struct DerivedVault: Sendable, Equatable {
    /// A role of a person on an agent or in a namespace.
    public struct HeldRole: Sendable, Hashable {
        /// The person.
        public let person: PersonID
        /// The stream of the agent or namespace.
        public let stream: StreamName

        /// States a role.
        public init(_ person: PersonID, on stream: StreamName) {
            self.person = person
            self.stream = stream
        }
    }

    /// A package or module that a hold as malware names.
    public struct HeldFile: Sendable, Hashable {
        /// The digest of the file.
        public let sha256: SHA256Digest
        /// The agent that is held.
        public let key: AgentKey
        /// The precedence of the version that is held; empty for all versions.
        public let precedence: [UInt8]

        /// States that a hold names a file.
        public init(_ sha256: SHA256Digest, of key: AgentKey, precedence: [UInt8]) {
            self.sha256 = sha256
            self.key = key
            self.precedence = precedence
        }
    }

    /// The name of an agent or a namespace, with what it looks like.
    public struct ClaimedName: Sendable, Hashable {
        /// The stream of the agent or namespace.
        public let holder: StreamName
        /// The name.
        public let name: String
        /// What it looks like.
        public let skeleton: String

        /// States a name.
        public init(_ holder: StreamName, name: String, skeleton: String) {
            self.holder = holder
            self.name = name
            self.skeleton = skeleton
        }
    }

    /// All names of agents and namespaces, in the order of the log.
    public var names: [ClaimedName] = []
    /// All roles.
    public var roles: Set<HeldRole> = []
    /// All files that nobody may publish again.
    public var files: Set<HeldFile> = []
    /// All tokens that were revoked.
    public var revoked: Set<TokenID> = []

    /// Creates an empty part.
    public init() {}
}

/// Derives the part of the vault that follows from the log, entry by entry.
public protocol DerivedVaultFold: Sendable {
    /// The types of events that it reads; entries of others are passed over.
    static var types: Set<String> { get }

    /// Takes in an entry of one of the types, in log order.
    mutating func take(_ envelope: Envelope)

    /// What follows from the entries so far.
    var derived: DerivedVault { get }
}

extension EventLog {
    /// Replaces the part of the vault that follows from the log by what a fold derives from all entries.
    ///
    /// It holds the lock of the append for as long as reading the log takes, so other programs append nothing meanwhile;
    /// an append that waits too long is refused with a retryable error. All of it happens or nothing.
    public func rebuildVault(_ empty: some DerivedVaultFold) async throws(EventLogError) -> DerivedVault {
        try await EventReader.translating {
            try await commands.run { connection in
                try connection.transaction {
                    try connection.execute(Statements.lockAppend)
                    var fold = empty
                    var next = Position(0)
                    while true {
                        let page = try LogOnConnection.entries(
                            connection, from: next, limit: EventReader.maximumEntries, types: type(of: fold).types)
                        for entry in page.entries { fold.take(try entry.entry.envelope()) }
                        guard page.next != next else { break }
                        next = page.next
                    }
                    let derived = fold.derived
                    try Self.replace(derived, connection)
                    return derived
                }
            }
        }
    }

    private static func replace(_ derived: DerivedVault, _ connection: PostgresConnection) throws {
        let (roles, files) = (Array(derived.roles), Array(derived.files))
        try connection.execute(Statements.clearRoles)
        try connection.execute(
            Statements.fillRoles, [.texts(roles.map(\.person.hex)), .texts(roles.map(\.stream.description))])
        try connection.execute(Statements.clearHeldFiles)
        try connection.execute(
            Statements.fillHeldFiles,
            [
                .byteas(files.map(\.sha256.bytes)), .texts(files.map(\.key.description)),
                .byteas(files.map(\.precedence)),
            ])
        try connection.execute(Statements.clearNames)
        try connection.execute(
            Statements.fillNames,
            [
                .texts(derived.names.map { NameSpace($0.holder).rawValue }), .texts(derived.names.map(\.skeleton)),
                .texts(derived.names.map(\.holder.description)), .texts(derived.names.map(\.name)),
            ])
        try connection.execute(Statements.markEndedTokens, [.texts(derived.revoked.map(\.hex))])
    }
}
