import Crypto
import Events
import Manifest
import Postgres

extension Projection {
    /// The read model of files: the versions that name each file, the holds of moderators, and the files that are not
    /// served because of them.
    ///
    /// A file on hold is still served where a version without a hold names it and was published before the hold. So a later
    /// version does not release a file, and a hold on a copy does not withhold the file from those who published it first.
    /// A removed file is never served.
    public static let files = Projection(
        "files", version: 1, .whole,
        handled: [
            VersionPublished.type, AgentQuarantined.type, QuarantineLifted.type, ArtifactRemoved.type,
            AgentArtifactRemoved.type,
        ],
        ignored: [
            AgentDeprecated.type, AgentDownloaded.type, AgentOwnerAdded.type, AgentOwnerRemoved.type,
            AgentReadersSeen.type, AgentRegistered.type, AgentUndeprecated.type, ContentErased.type, FlagRaised.type,
            ListingChanged.type, LogCreated.type, NamespaceClaimed.type, NamespaceMemberAdded.type,
            NamespaceMemberRemoved.type, ProfileChanged.type, ProjectionSkipped.type, ReviewEdited.type,
            ReviewSubmitted.type, ReviewVoteWithdrawn.type, ReviewVoted.type, ReviewWithdrawn.type, StarAdded.type,
            StarRemoved.type, TokenIssued.type, TokenRevoked.type, UserRegistered.type, UsernameClaimed.type,
            UsernameReleased.type, VersionUnyanked.type, VersionYanked.type,
        ],
        tables: PackageResources.schema_files_sql, indexes: PackageResources.indexes_files_sql,
        apply: FilesModel.apply)
}

/// How the model of files takes a batch.
enum FilesModel {
    private struct Named {
        let sha256: SHA256Digest
        let key: AgentKey
        let version: SemVer
        let position: Position
    }

    private struct Hold {
        let key: AgentKey
        /// The precedence of the version; empty for all versions.
        let precedence: [UInt8]
        /// Nil where the hold ends.
        let reason: QuarantineReason?
        let event: ProjectedEvent
    }

    static func apply(_ events: [ProjectedEvent], _ connection: PostgresConnection) throws {
        var named: [Named] = []
        var holds: [Hold] = []
        var removed: [(sha256: SHA256Digest, reason: ArtifactRemoved.Reason, event: ProjectedEvent)] = []
        var noted: [(sha256: SHA256Digest, key: AgentKey, position: Position)] = []
        for event in events {
            switch (event.envelope.stream, event.event) {
            case (.agent(let key), let published as VersionPublished):
                guard let version = SemVer(published.version) else { continue }
                named += Set(published.artifacts.map(\.sha256)).map {
                    Named(sha256: $0, key: key, version: version, position: event.position)
                }
            case (.agent(let key), let held as AgentQuarantined):
                holds.append(Self.hold(key, held.version, held.reason, event))
            case (.agent(let key), let lifted as QuarantineLifted):
                holds.append(Self.hold(key, lifted.version, nil, event))
            case (.artifact(let digest), let gone as ArtifactRemoved): removed.append((digest, gone.reason, event))
            case (.agent(let key), let gone as AgentArtifactRemoved): noted.append((gone.sha256, key, event.position))
            default: break
            }
        }
        var concerned = Set(named.map(\.sha256.bytes) + removed.map(\.sha256.bytes))
        if !named.isEmpty { try name(named, connection) }
        if !removed.isEmpty {
            try connection.execute(
                Statements.removeFiles,
                [
                    .byteas(removed.map(\.sha256.bytes)), .texts(removed.map(\.reason.rawValue)),
                    .int8s(removed.map(\.event.envelope.time.milliseconds)),
                ])
        }
        if !noted.isEmpty {
            try connection.execute(
                Statements.noteRemovedFiles,
                [
                    .byteas(noted.map(\.sha256.bytes)), .texts(noted.map(\.key.description)),
                    .int8s(noted.map(\.position.value)),
                ])
        }
        // One by one, in log order: what counts is since when a version is held without a break.
        for hold in holds { concerned.formUnion(try change(hold, connection)) }
        guard !concerned.isEmpty else { return }
        try connection.execute(Statements.withholdFiles, [.byteas(Array(concerned))])
    }

    private static func hold(
        _ key: AgentKey, _ version: String?, _ reason: QuarantineReason?, _ event: ProjectedEvent
    ) -> Hold {
        let precedence = version.flatMap { SemVer($0) }?.precedenceKey ?? []
        return Hold(key: key, precedence: precedence, reason: reason, event: event)
    }

    private static func name(_ named: [Named], _ connection: PostgresConnection) throws {
        try connection.execute(
            Statements.nameFiles,
            [
                .byteas(named.map(\.sha256.bytes)), .texts(named.map(\.key.description)),
                .byteas(named.map(\.version.precedenceKey)), .texts(named.map(\.version.description)),
                .int8s(named.map(\.position.value)),
            ])
    }

    /// Changes a hold; gives the digests of the files that it concerns.
    private static func change(_ hold: Hold, _ connection: PostgresConnection) throws -> [[UInt8]] {
        let place: [PostgresValue] = [.text(hold.key.description), .bytea(hold.precedence)]
        let rows =
            if let reason = hold.reason {
                try connection.execute(
                    Statements.holdFiles,
                    place + [
                        .text(reason.rawValue), .int8(hold.event.envelope.time.milliseconds),
                        .int8(hold.event.position.value),
                    ])
            } else {
                try connection.execute(Statements.releaseFiles, place)
            }
        return try rows.map { try $0.bytes("sha256") }
    }
}
