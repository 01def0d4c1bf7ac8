import Contract
import Crypto
import Events
import HTTPFront
import HTTPServer
import Projections
import Text
import Web

extension QueryFront {
    /// How many agents a list of pages has; a reader may take 50,000.
    private static let listedAgents = 5_000

    /// Adds what others than people read of the pages: rules, guide, lists of pages, badges.
    func addSiteFiles(to routes: inout QueryRoutes) {
        routes.onAny(Endpoints.robots) { _, request in
            request.siteFile(Guides.robots(at: origin), EndpointDeclaration.plainText)
        }
        routes.onAny(Endpoints.modelGuide) { _, request in
            request.siteFile(Guides.forModels(at: origin), PageForm.markdown.mediaType)
        }
        addSiteMap(to: &routes)
        routes.onAny(Endpoints.packagePicture) { input, request in
            try await picture(input, request)
        }
        routes.onAny(Endpoints.badge) { [cached] input, request in
            let found = try await agents.agent(input.id)
            guard let detail = found.value else { throw FrontRequest.noAgent(input.id) }
            let bytes = Badge(input.kind, of: try AgentDetail(detail).summary).picture
            // What other pages show may be some minutes old; a hold of moderators should not be older.
            let response = request.conditional(
                etag: String(SHA256Digest(of: bytes).hex.prefix(32)), cacheControl: "public, max-age=300",
                HTTPResponse(
                    status: 200,
                    fields: [
                        "content-type": "image/svg+xml", "content-security-policy": "default-src 'none'; sandbox",
                        "cross-origin-resource-policy": "cross-origin", "vary": "accept-encoding",
                    ], body: .bytes(bytes)))
            if request.isDeclared(by: Endpoints.badge.declaration) {
                cached?.keep(response, for: request, about: .agent(input.id), reflecting: found.reflection)
            }
            return response
        }
    }

    /// Lists of pages, which go through many rows: made once for all who ask within some seconds, and not on the thread of all
    /// connections.
    private func addSiteMap(to routes: inout QueryRoutes) {
        routes.onAny(Endpoints.siteMap) { _, request in
            let text = try await siteMaps.value("site map") {
                try await withTaskExecutorPreference(globalConcurrentExecutor) { try await siteMap() }
            }
            return request.siteFile(text, "application/xml")
        }
        routes.onAny(Endpoints.siteMapOfAgents) { span, request in
            let text = try await siteMapShares.run(for: request.clientNetwork) {
                try await siteMaps.value(Endpoints.siteMapOfAgents.target(span)) {
                    try await withTaskExecutorPreference(globalConcurrentExecutor) { try await siteMap(of: span) }
                }
            }
            return request.siteFile(text, "application/xml")
        }
    }

    private func siteMap() async throws -> String {
        let first = try await statistics.keys(every: Self.listedAgents).value
        // What is registered before the first one belongs to the first list as well.
        let spans = first.indices.map { index in
            KeySpan(from: index == 0 ? nil : first[index], before: index + 1 < first.count ? first[index + 1] : nil)
        }
        return SiteMap.index((spans.isEmpty ? [KeySpan()] : spans).map(Endpoints.siteMapOfAgents.target), at: origin)
    }

    private func siteMap(of span: KeySpan) async throws -> String {
        // Twice as many as there were, for those that came since.
        let agents = try await statistics.keys(from: span.from, before: span.before, limit: 2 * Self.listedAgents)
        let pages = agents.value.map { agent in
            (PageForm.html.address(of: Endpoints.agentPage.target(AgentParameters(id: agent.key))), agent.updated)
        }
        return SiteMap.list(
            span.from == nil ? Guides.pages : [], pages, at: origin)
    }

    /// A picture of a package that is served. It may have the same origin as pages, so that nothing in it may run.
    private func picture(_ input: PackagePictureParameters, _ request: FrontRequest) async throws -> HTTPResponse {
        let copied = try await servedPackage(input.digest, request)
        let picture = try await pictureShares.run(for: request.clientNetwork) {
            try await documents.picture(input.path, of: input.digest)
        }
        guard let found = picture else {
            throw Problem(
                .artifactNotFound, "the package \(input.digest) has no picture '\(input.path.prefix(200))'")
        }
        let response = request.conditional(
            etag: String(SHA256Digest(of: found.bytes).hex.prefix(32)), cacheControl: "public, max-age=300",
            HTTPResponse(
                status: 200,
                fields: [
                    "content-type": found.mediaType, "content-security-policy": "default-src 'none'; sandbox",
                    "cross-origin-resource-policy": "same-origin",
                ], body: .bytes(found.bytes)))
        if request.isDeclared(by: Endpoints.packagePicture.declaration) {
            cached?.keep(
                response, for: request, about: .files, reflecting: Reflection(next: copied.next, builds: copied.builds))
        }
        return response
    }
}

extension FrontRequest {
    /// A document that says the same to everybody.
    func siteFile(_ text: String, _ mediaType: String) -> HTTPResponse {
        let bytes = Array(text.utf8)
        return conditional(
            etag: String(SHA256Digest(of: bytes).hex.prefix(32)),
            HTTPResponse(
                status: 200, fields: ["content-type": mediaType, "content-security-policy": "default-src 'none'"],
                body: .bytes(bytes)))
    }
}
