package import Crypto
package import Events

extension Endpoints {
    package static let badge = Endpoint<BadgeParameters, NoBody, NoBody>.picture(
        "badge", "/agents/{id}/badges/{name}", "What an agent has, as a small picture for other pages")
    package static let packagePicture = Endpoint<PackagePictureParameters, NoBody, NoBody>.picture(
        "packagePicture", "/pictures/{digest}/{path}", "A picture of a package, for its documentation",
        mediaTypes: ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"],
        problems: [.artifactNotFound, .artifactRemoved, .quarantined, .quarantinedLegally, .tooManyAtOnce])
    package static let robots = Endpoint<NoParameters, NoBody, NoBody>.text(
        "robots", "/robots.txt", "What programs that go through all pages may ask for (RFC 9309)", problems: [])
    package static let modelGuide = Endpoint<NoParameters, NoBody, NoBody>.text(
        "modelGuide", "/llms.txt", "What a language model should know of this marketplace", problems: [])
    package static let siteMap = Endpoint<NoParameters, NoBody, NoBody>.markup(
        "siteMap", "/sitemap.xml", "The lists of all pages (sitemaps.org)")
    package static let siteMapOfAgents = Endpoint<KeySpan, NoBody, NoBody>.markup(
        "siteMapOfAgents", "/sitemap-agents.xml", "The pages of some agents (sitemaps.org)")

    /// What others than people read of the pages.
    static let site: [any AnyEndpoint] = [badge, packagePicture, robots, modelGuide, siteMap, siteMapOfAgents]
}

/// What a badge can tell.
package enum BadgeKind: String, CaseIterable, Sendable, PictureName {
    case version, readers, rating
}

/// A badge of an agent.
package struct BadgeParameters: Parameters {
    package let id: AgentKey
    package let kind: BadgeKind

    package init(id: AgentKey, kind: BadgeKind) {
        self.id = id
        self.kind = kind
    }

    package static let parameters = ParameterForm.of(
        Self.init(id:kind:),
        .path("id", \.id, .agent, "The id of an agent, in any spelling."),
        .path("name", \.kind, .picture(), "Which one."))
}

/// A picture of a package.
package struct PackagePictureParameters: Parameters {
    package let digest: SHA256Digest
    package let path: String

    package init(digest: SHA256Digest, path: String) {
        self.digest = digest
        self.path = path
    }

    package static let parameters = ParameterForm.of(
        Self.init(digest:path:),
        .path("digest", \.digest, .digest, "The digest of the package."),
        .path("path", \.path, .segment(.artifactNotFound), "Where the picture is in it, with encoded slashes."))
}

/// Agents from one key on to before another one.
package struct KeySpan: Parameters {
    package let from: AgentKey?
    package let before: AgentKey?

    package init(from: AgentKey? = nil, before: AgentKey? = nil) {
        self.from = from
        self.before = before
    }

    package static let parameters = ParameterForm.of(
        Self.init(from:before:),
        .query("from", \.from, .agent, "The first agent; all from the beginning where it is left out."),
        .query("before", \.before, .agent, "The one behind the last; all to the end where it is left out."))
}
