import Contract
import Crypto
import EventLog
import Events
import HTTPFront
import Manifest
import Marketplace
import System

/// `PUT /agents/{id}/versions/{version}/listing`: says anew what a page shows of a version.
struct ListingEndpoint: Sendable {
    let handler: CommandHandler

    func add(to routes: inout CommandRoutes) {
        routes.onOwnBody(Endpoints.changeListing) { principal, _, input, request in
            try await change(
                principal, try await CommandRoutes.call(request, Endpoints.changeListing, input, actor: principal.user),
                request)
        }
    }

    private func change(
        _ principal: Principal, _ call: CommandCall<VersionParameters.Changed, NewListing>, _ request: FrontRequest
    ) async throws -> CommandOutcome<ListingAnswer> {
        let (key, version) = (call.input.id, call.input.version)
        // Judging a manifest takes its time, which nobody gets who may not change it. The decision asks again.
        let probe = ChangeListing(
            principal: principal, now: handler.now(), key: key, version: version, contents: [:], known: nil)
        let past = try await handler.past.read(for: probe)
        do throws(Rejection) { _ = try probe.published(past) } catch { throw Problem(error) }
        let manifest = call.sent.manifest
        let publication = try await request.blocking.run { try Self.publication(manifest, of: key, version) }
        return try await handler.run(call.identity) { past, _ in
            let published = past[.agent(key)].version(named: version)
            return ListingAnswer(
                id: key, version: published?.version ?? version.description,
                warnings: publication.warnings.map(Problem.Finding.init))
        } attempt: {
            CommandAttempt(
                command: ChangeListing(
                    principal: principal, now: handler.now(), key: key, version: version,
                    contents: publication.contents, known: try await known(key, version)))
        }
    }

    /// What the version says now, read from the log.
    private func known(_ key: AgentKey, _ version: SemVer) async throws -> ChangeListing.Known? {
        guard let published = try await handler.past.read(.agent(key)).version(named: version) else { return nil }
        let position = published.listed
        return ChangeListing.Known(
            position: position,
            listing: try await handler.log.content(at: position, field: ContentKind.listing.field),
            author: try await handler.log.content(at: position, field: ContentKind.author.field))
    }

    /// Judges the manifest as a publication; the files of the version stay what they are.
    private static func publication(
        _ manifest: RawObject, of key: AgentKey, _ version: SemVer
    ) throws(Problem) -> Publication {
        LoopThread.assertElsewhere()
        var search = TokenSearch()
        switch search.take(manifest.bytes) {
        case .nothing: break
        case .token, .tooMany:
            throw Problem(
                .secretFound, "the manifest holds a token of a MentatLab marketplace, or many texts in its form")
        }
        let publication: Publication
        do {
            publication = try Publication(
                manifest: AgentManifest(parsing: manifest.bytes), artifacts: [], nonce: { SecureRandom.bytes(32) })
        } catch {
            throw Problem(
                .invalidManifest, "the manifest has errors; each is listed with its path",
                findings: error.findings.map(Problem.Finding.init))
        }
        guard publication.id.key == key, version.names(publication.version) else {
            throw Problem(
                .invalidManifest,
                "the manifest is that of \(publication.id)@\(publication.version), not of '\(key)'@\(version)")
        }
        return publication
    }
}
