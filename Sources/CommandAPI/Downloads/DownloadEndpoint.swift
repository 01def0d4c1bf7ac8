import AgentIndex
import Contract
import Crypto
import EventLog
import Events
import HTTPFront
import HTTPServer
import Manifest
import Marketplace
import System

/// `GET /agents/{id}/versions/{version}/download`: records the download and redirects to the file. Without `as_of` it
/// needs only the disk, so it answers while the database is down.
struct DownloadEndpoint: Sendable {
    /// The time limit for looking up a credential, so that a download does not wait for the database.
    private static let askingMilliseconds = 250

    /// How often and how long it is waited for the index to reach a moment.
    private static let maximumWaits = 20
    private static let waitMilliseconds = 50

    let log: EventLog
    let index: IndexFolder
    let spool: LineSpool
    let keys: DayKeys
    let limits: MeteringLimits
    let shares: LineShares
    let publicURL: String
    let now: @Sendable () -> Timestamp
    let past: PastReader
    let uses: TokenUses
    /// Gets downloads as they are noted.
    let downloaded: @Sendable (DownloadSource, Int64) -> Void

    func add(to routes: inout CommandRoutes) {
        routes.onAny(Endpoints.download) { try await download($0, $1) }
        routes.onAny(Endpoints.showSpool) { _, request in
            // Whoever writes to the spool holds its lock for as long as the disk takes.
            request.response(Endpoints.showSpool, try await request.blocking.run { showSpool() })
        }
    }

    private func download(_ input: DownloadParameters, _ request: FrontRequest) async throws -> HTTPResponse {
        let source = input.source ?? Self.source(request.http.head.fields)
        let key = input.id
        var asOf: Position?
        if let wanted = input.asOf { asOf = try await position(wanted, request) }
        let (version, artifact) = try await request.blocking.run { [index, asOf] in
            let version = try Self.resolve(input.version, of: key, asOf, index)
            guard let artifact = version.installed else {
                throw Problem(.artifactNotFound, "the version has no file to download")
            }
            guard !version.isRemoved(artifact.sha256) else {
                throw Problem(.artifactRemoved, "the file \(artifact.sha256) was removed from the marketplace")
            }
            return (version, artifact)
        }
        // A HEAD request is not a download.
        if request.http.head.method == "GET" {
            try await record(request, key, version, source)
        }
        var fields: HTTPFields = [
            "location": publicURL + Endpoints.showArtifact.target(ArtifactParameters(digest: artifact.sha256)),
            "cache-control": "no-store", Fields.version: version.version.description,
        ]
        if let asOf {
            fields.append(Fields.asOf, asOf.description)
            fields.append("x-robots-tag", "noindex")
        }
        return HTTPResponse(status: 302, fields: fields)
    }

    /// The position that a moment means. For a time the log is asked.
    private func position(_ asOf: AsOf, _ request: FrontRequest) async throws -> Position {
        let position = try await asOf.position { try await log.entries.position(at: $0) }
        // The copy of the index is often a moment behind; a position that the log has comes soon.
        for wait in 0...Self.maximumWaits {
            let copied = try await request.blocking.run { [index] in try index.mark()?.next } ?? Position(0)
            if position < copied { return position }
            let head = try await log.entries.head()
            guard position < head else {
                throw Problem(
                    .positionUnknown, "position \(position) is not in this log, which goes up to \(head.value - 1)")
            }
            if wait < Self.maximumWaits { try await Task.sleep(for: .milliseconds(Self.waitMilliseconds)) }
        }
        throw Problem(.positionNotReached, "the index does not reflect position \(position) yet; try again")
    }

    private func record(
        _ request: FrontRequest, _ key: AgentKey, _ version: IndexedVersion, _ source: DownloadSource
    ) async throws {
        let network = request.clientNetwork
        let time = now()
        guard shares.admit(key, version: version.version.description, at: time, from: network) else { return }
        let reader = await reader(request) ?? network
        downloaded(source, 1)
        try await request.blocking.run { [keys, spool] in
            // If the disk takes neither the day's key nor the download, the loss is counted and the redirect goes on.
            if let (domain, token) = try? keys.token(reader, agent: key, at: time) {
                let download = SpooledDownload(
                    agent: key, version: version.version.description, time: time, source: source, domain: domain,
                    reader: token)
                spool.record(download.line, at: time)
            } else {
                spool.lose()
            }
            Failpoint.reach("downloads.recorded")
        }
    }

    /// The version that a path asks for.
    private static func resolve(
        _ text: String, of key: AgentKey, _ asOf: Position?, _ index: IndexFolder
    ) throws -> IndexedVersion {
        guard let request = VersionRequest(text) else {
            guard try index.file(key) != nil else { throw FrontRequest.noAgent(key) }
            throw Problem(
                .versionNotFound,
                "'\(text.prefix(128))' is neither 'latest' nor a version nor a range of versions such as ^1.2")
        }
        do {
            guard let version = try index.resolve(request, of: key, asOf: asOf) else {
                throw FrontRequest.noAgent(key)
            }
            return version
        } catch let failure as IndexDocument.ResolutionFailure {
            switch failure {
            case .noneMatches:
                throw Problem(.versionNotFound, "the agent '\(key)' has no version \(text.prefix(128)) here")
            case .held(let version, let hold):
                throw Problem.quarantined(
                    "version \(version) of the agent '\(key)'", hold.reason ?? "other", since: hold.since)
            case .tooWide:
                throw Problem(
                    .invalidParameter,
                    "'version' is '\(text.prefix(128))', which touches too many of the agent's versions; ask for a narrower range or a version"
                )
            case .allYanked(let highest):
                throw Problem(
                    .versionNotFound,
                    "every version \(text.prefix(128)) of '\(key)' is yanked; ask for \(highest) itself to get it")
            }
        }
    }

    private static func source(_ fields: HTTPFields) -> DownloadSource {
        fields["user-agent"]?.hasPrefix("mentatctl/") == true ? .cli : .api
    }

    /// The owner of the credential, where there is one, the look-up is fast enough, and the account is no young one: those are
    /// the reader that their address is, so that nobody becomes many readers by registering.
    private func reader(_ request: FrontRequest) async -> String? {
        guard let words = request.http.head.fields["authorization"]?.split(separator: " "), words.count == 2,
            let secret = TokenSecret(String(words[1]))
        else { return nil }
        let person = await withCheckedContinuation { (continuation: CheckedContinuation<PersonID?, Never>) in
            let answer = FirstAnswer(continuation)
            Task { answer.give(try? await owner(of: secret)) }
            Task {
                try? await Task.sleep(for: .milliseconds(Self.askingMilliseconds))
                answer.give(nil)
            }
        }
        return person?.hex
    }

    private func owner(of secret: TokenSecret) async throws -> PersonID? {
        guard let token = try await log.token(hash: secret.hash) else { return nil }
        guard let user = try await past.read(.token(token)).user else { return nil }
        let principal = Principal(user: user, token: token)
        let lineage = try await past.read(ofHolder: principal.token)
        _ = try lineage.credential(of: principal, at: now())
        await uses.note(token)
        return limits.isYoung(lineage[.user(user)].registered, at: now()) ? nil : user
    }

    private func showSpool() -> Reply<SpoolStatus> {
        let status = spool.status
        return Reply(
            SpoolStatus(
                lost: status.lost,
                oldestWaitMilliseconds: status.oldest.map { max(0, now().milliseconds - $0.milliseconds) } ?? 0,
                uncounted: shares.uncounted,
                waitingBytes: status.waitingBytes))
    }
}
