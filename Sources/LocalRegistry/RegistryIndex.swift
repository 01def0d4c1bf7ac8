package import AgentIndex
package import Contract
package import Events
package import RegistryClient

/// The index of a registry, as installers read it.
package struct RegistryIndex: Sendable {
    private let registry: RegistryClient
    private let asOf: AsOf?

    /// - Parameter asOf: the moment that is looked at; nil for the present.
    package init(_ registry: RegistryClient, asOf: AsOf? = nil) {
        self.registry = registry
        self.asOf = asOf
    }

    /// What installers read of an agent.
    private func document(_ id: AgentID) async throws -> IndexDocument {
        let bytes = try await registry.about(id) {
            try await registry.document(Endpoints.showIndex, AgentParameters(id: id.key, asOf: asOf))
        }
        let document: IndexDocument
        do throws(IndexFault) {
            document = try IndexDocument(bytes)
        } catch {
            throw Failure(.permanent, "broken-index", "the index of '\(id)' can't be read: \(error)")
        }
        guard document.key == id.key else {
            throw Failure(
                .permanent, "another-agent",
                "\(registry.origin) answers with the index of '\(document.id)', not of '\(id)'")
        }
        let isAnswered =
            switch asOf {
            case nil: true
            case .position(let position): document.asOf == position
            case .time: document.asOf != nil
            }
        guard isAnswered else {
            throw Failure(
                .permanent, "past-not-kept", "\(registry.origin) does not tell what there was in the past",
                fix: "leave --as-of out, and see `mentatctl config get as_of`")
        }
        return document
    }

    /// The version that is meant, with the document that says so.
    package func resolve(
        _ request: VersionRequest, of id: AgentID
    ) async throws -> (document: IndexDocument, version: IndexedVersion) {
        var bytesLeft = Self.maximumPageBytes
        for attempt in 0..<Self.attempts {
            if attempt > 0 { try await Task.sleep(for: .milliseconds(250 << attempt)) }
            let document = try await self.document(id)
            var search = document.search(request, maximumPages: Self.maximumPages)
            do {
                while true {
                    switch try search.step() {
                    case .found(let version): return (document, version)
                    case .needs(let link):
                        bytesLeft -= link.sizeBytes
                        guard bytesLeft >= 0 else { throw IndexDocument.ResolutionFailure.tooWide }
                        search.take(try await page(link, of: document))
                    }
                }
            } catch let error as IndexDocument.ResolutionFailure {
                throw failure(error, document, request)
            } catch let error as Failure where error.code == ProblemCode.artifactNotFound.rawValue {
                // The page was replaced meanwhile; the document by now links to what took its place.
                continue
            }
        }
        throw Failure(.retryable, "index-changes", "the index of '\(id)' changes all the time", fix: "try again")
    }

    private static let attempts = 4
    private static let maximumPages = 256
    private static let maximumPageBytes: Int64 = 128 << 20

    private func page(_ link: IndexLink, of document: IndexDocument) async throws -> IndexPage {
        let bytes = try await registry.document(
            Endpoints.showIndexPage, IndexPageParameters(id: document.key, page: link.digest))
        do throws(IndexFault) {
            return try IndexPage(bytes, behind: link, of: document.key)
        } catch {
            throw Failure(.permanent, "broken-index", "a page of the index of '\(document.id)' can't be read: \(error)")
        }
    }

    private func failure(
        _ error: IndexDocument.ResolutionFailure, _ document: IndexDocument, _ request: VersionRequest
    ) -> Failure {
        switch error {
        case .allYanked(let highest):
            return Failure(
                .permanent, "version-not-found", "every version \(request) of '\(document.id)' is yanked",
                fix: "\(document.id)@\(highest) asks for a yanked one by name")
        case .held(let version, let hold):
            return Failure(
                .permanent, ProblemCode.quarantined.rawValue,
                "'\(document.id)' \(version) is held by moderators for the reason '\(hold.reason ?? "other")' since \(hold.since)",
                fix: "mentatctl agent info \(document.id)")
        case .tooWide:
            return Failure(
                .permanent, "too-many-versions", "\(request) touches too many versions of '\(document.id)'",
                fix: "name a narrower range, or a version")
        case .noneMatches:
            let known = document.versions.filter { !$0.isYanked }.suffix(8).map { "\($0.version)" }
            return Failure(
                .permanent, "version-not-found",
                "'\(document.id)' has no version \(request); there are \(known.isEmpty ? "none" : known.joined(separator: ", "))",
                fix: "mentatctl agent info \(document.id)")
        }
    }
}
