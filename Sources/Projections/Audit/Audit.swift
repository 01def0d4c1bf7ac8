import Crypto
import Events
import Postgres

extension Projection {
    /// The read model of the audit: who did what with which credential, and which credential came from which.
    public static let audit = Projection(
        "audit", version: 1, .whole,
        handled: [
            AgentArtifactRemoved.type, AgentDeprecated.type, AgentOwnerAdded.type, AgentOwnerRemoved.type,
            AgentQuarantined.type, AgentRegistered.type, AgentUndeprecated.type, ArtifactRemoved.type,
            ContentErased.type, ListingChanged.type, NamespaceClaimed.type, NamespaceMemberAdded.type,
            NamespaceMemberRemoved.type, ProfileChanged.type, QuarantineLifted.type,
            ReviewEdited.type, ReviewSubmitted.type, ReviewVoteWithdrawn.type, ReviewVoted.type, ReviewWithdrawn.type,
            StarAdded.type, StarRemoved.type, TokenIssued.type, TokenRevoked.type, UserRegistered.type,
            UsernameClaimed.type, UsernameReleased.type, VersionPublished.type, VersionUnyanked.type,
            VersionYanked.type,
        ],
        // These say of nobody who did it.
        ignored: [
            AgentDownloaded.type, AgentReadersSeen.type, FlagRaised.type, LogCreated.type, ProjectionSkipped.type,
        ],
        tables: PackageResources.schema_audit_sql, indexes: PackageResources.indexes_audit_sql,
        apply: AuditModel.apply)
}

/// How the model of the audit takes a batch.
enum AuditModel {
    /// What an entry is about, apart from its stream.
    private struct Subject {
        var version: String?
        var person: PersonID?
        var detail: String?
        var inviter: PersonID?
        var inviterToken: TokenID?

        init(_ event: any EventPayload) {
            switch event {
            case let published as VersionPublished: version = published.version
            case let listing as ListingChanged: version = listing.version
            case let yanked as VersionYanked: (version, detail) = (yanked.version, yanked.reason.rawValue)
            case let back as VersionUnyanked: version = back.version
            case let held as AgentQuarantined: (version, detail) = (held.version, held.reason.rawValue)
            case let lifted as QuarantineLifted: (version, detail) = (lifted.version, lifted.reason.rawValue)
            case let deprecated as AgentDeprecated: detail = deprecated.replacement?.description
            case let removed as ArtifactRemoved: detail = removed.reason.rawValue
            case let removed as AgentArtifactRemoved: detail = removed.sha256.hex
            case let registered as AgentRegistered: person = registered.owner
            case let claimed as NamespaceClaimed: person = claimed.owner
            case let added as AgentOwnerAdded:
                (person, detail) = (added.user, added.role.rawValue)
                (inviter, inviterToken) = (added.inviter, added.inviterToken)
            case let added as NamespaceMemberAdded:
                (person, detail) = (added.user, added.role.rawValue)
                (inviter, inviterToken) = (added.inviter, added.inviterToken)
            case let removed as AgentOwnerRemoved: person = removed.user
            case let removed as NamespaceMemberRemoved: person = removed.user
            case let claimed as UsernameClaimed: person = claimed.user
            case let released as UsernameReleased: person = released.user
            case let issued as TokenIssued:
                (person, detail) = (issued.user, issued.scopes.map(\.rawValue).joined(separator: " "))
            case let revoked as TokenRevoked: detail = revoked.reason.rawValue
            case let review as ReviewSubmitted: (version, detail) = (review.version, "\(review.rating)")
            case let review as ReviewEdited: (version, detail) = (review.version, "\(review.rating)")
            case let erased as ContentErased: detail = erased.field
            default: break
            }
        }
    }

    static func apply(_ events: [ProjectedEvent], _ connection: PostgresConnection) throws {
        var rows: [(event: ProjectedEvent, subject: Subject)] = []
        var issued: [(token: TokenID, event: TokenIssued, position: Position)] = []
        for event in events {
            if case .token(let token) = event.envelope.stream, let new = event.event as? TokenIssued {
                issued.append((token, new, event.position))
            }
            let (origin, subject) = (event.envelope.origin, Subject(event.event))
            guard origin.actor != nil || origin.token != nil || subject.inviter != nil else { continue }
            rows.append((event, subject))
        }
        if !rows.isEmpty {
            let envelopes = rows.map(\.event.envelope)
            try connection.execute(
                Statements.addAuditEntries,
                [
                    .int8s(rows.map(\.event.position.value)), .int8s(envelopes.map(\.time.milliseconds)),
                    .texts(envelopes.map(\.event.typeName)), .texts(envelopes.map(\.stream.description)),
                    .texts(envelopes.map { $0.stream.agentKey?.description }), .texts(rows.map(\.subject.version)),
                    .texts(rows.map { $0.subject.person?.hex }), .texts(rows.map(\.subject.detail)),
                    .texts(envelopes.map { $0.origin.actor?.hex }), .texts(envelopes.map { $0.origin.token?.hex }),
                    .texts(rows.map { $0.subject.inviter?.hex }), .texts(rows.map { $0.subject.inviterToken?.hex }),
                ])
        }
        guard !issued.isEmpty else { return }
        try connection.execute(
            Statements.addAuditTokens,
            [
                .texts(issued.map(\.token.hex)), .texts(issued.map(\.event.user.hex)),
                .texts(issued.map { $0.event.issuer?.hex }), .texts(issued.map { $0.event.replaces?.hex }),
                .int8s(issued.map(\.position.value)),
            ])
    }
}

extension Statements {
    static let addAuditEntries = PostgresStatement("add_audit_entries", PackageResources.add_audit_entries_sql)
    static let addAuditTokens = PostgresStatement("add_audit_tokens", PackageResources.add_audit_tokens_sql)
    static let auditByActor = audit("actor")
    static let auditByAgent = audit("agent")
    static let auditByToken = audit("token")
    static let listForensics = PostgresStatement("list_forensics", PackageResources.list_forensics_sql)
    static let openOffers = PostgresStatement("open_offers", PackageResources.open_offers_sql)
    static let personOfToken = PostgresStatement("person_of_token", PackageResources.person_of_token_sql)
    static let roleLine = PostgresStatement("role_line", PackageResources.role_line_sql)
    static let tokenLine = PostgresStatement("token_line", PackageResources.token_line_sql)

    private static func audit(_ column: String) -> PostgresStatement {
        let sql = String(decoding: PackageResources.list_audit_sql, as: UTF8.self)
        return PostgresStatement("list_audit_\(column)", Array(sql.replacing("/* column */", with: column).utf8))
    }
}
