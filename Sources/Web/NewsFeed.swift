package import Contract
package import Events
import Manifest

/// News for programs that tell people of them (RFC 4287). What it says of an entry does not depend on where the marketplace is
/// reached, so nothing is told twice when that changes.
package struct NewsFeed: Sendable {
    /// What a feed tells of.
    package struct Entry: Sendable {
        /// What it is, in the log: equal wherever it is told of.
        let name: String
        let title: String
        let summary: String
        let author: String
        let published: Timestamp
        let updated: Timestamp
        let page: Link
    }

    private let name: String
    private let title: String
    private let page: Link
    private let itself: String
    private let entries: [Entry]

    /// How many entries a feed has.
    package static let maximumEntries = 50

    /// Agents as they are registered, the last one first.
    package init(new agents: [AgentSummary]) {
        name = "new"
        title = "New agents"
        page = Link(Endpoints.statsPage, StatsQuery())
        itself = Endpoints.newAgentsFeed.target(TotalsQuery())
        entries = agents.map { agent in
            Entry(
                name: "agent:\(agent.id)", title: agent.displayName, summary: agent.summary,
                author: agent.publisher.username, published: agent.created, updated: agent.created,
                page: Link(Endpoints.agentPage, AgentParameters(id: agent.id)))
        }
    }

    /// The versions of an agent as they are published, the last one first.
    package init(of agent: AgentSummary, _ versions: [VersionPage]) {
        name = "agent:\(agent.id):versions"
        title = "Versions of \(agent.displayName)"
        page = Link(Endpoints.agentPage, AgentParameters(id: agent.id))
        itself = Endpoints.agentFeed.target(AgentParameters.Present(id: agent.id))
        entries = versions.filter { $0.quarantine == nil }.compactMap { version in
            guard let number = SemVer(version.version) else { return nil }
            let yank = version.yank.map { " is yanked: \($0.reason)" } ?? ""
            return Entry(
                name: Self.name(of: agent.id, version.version),
                title: "\(agent.displayName) \(version.version)\(yank)", summary: agent.summary,
                author: version.publisher.username, published: version.published,
                updated: version.yank?.since ?? version.published,
                page: Link(Endpoints.versionPage, VersionParameters(id: agent.id, version: number)))
        }
    }

    /// The agents of a publisher, the one with the last version first.
    package init(of publisher: String, _ agents: [AgentSummary]) {
        self.init(
            "publisher:\(publisher)", "Agents of \(publisher)",
            Link(Endpoints.publisherPage, PublisherParameters(name: publisher)),
            Endpoints.publisherFeed.target(PersonQuery(name: publisher)), agents)
    }

    /// The agents of a category, the one with the last version first.
    package init(category: String, _ agents: [AgentSummary]) {
        let parameters = CategoryParameters(name: category)
        self.init(
            "category:\(category)", "Agents of the category \(category)", Link(Endpoints.categoryPage, parameters),
            Endpoints.categoryFeed.target(parameters), agents)
    }

    private init(_ name: String, _ title: String, _ page: Link, _ itself: String, _ agents: [AgentSummary]) {
        (self.name, self.title, self.page, self.itself) = (name, title, page, itself)
        entries = agents.compactMap { agent in
            guard let version = agent.latestVersion else { return nil }
            return Entry(
                name: Self.name(of: agent.id, version), title: "\(agent.displayName) \(version)",
                summary: agent.summary, author: agent.publisher.username, published: agent.updated,
                updated: agent.updated, page: Link(Endpoints.agentPage, AgentParameters(id: agent.id)))
        }
    }

    private static func name(of agent: AgentKey, _ version: String) -> String { "agent:\(agent):\(version)" }

    /// The document.
    ///
    /// - Parameters:
    ///   - beginning: the log that it tells of, and when that began.
    ///   - origin: where clients reach the marketplace, without a slash at the end.
    package func document(_ beginning: (log: LogID, time: Timestamp), at origin: String) -> String {
        func id(_ name: String) -> String {
            // Of a name with other characters than those of a URN (RFC 8141) the bytes are written.
            let written = name.utf8.map { byte in
                UInt8(ascii: "!") <= byte && byte < 0x7f && !Self.escaped.contains(byte)
                    ? String(UnicodeScalar(byte))
                    : "%\(byte < 16 ? "0" : "")\(String(byte, radix: 16, uppercase: true))"
            }
            return XML.text("id", "urn:mentatlab:log:\(beginning.log):\(written.joined())")
        }
        let head = [
            id("feed:\(name)"), XML.text("title", title),
            XML.text("updated", (entries.map(\.updated).max() ?? beginning.time).description),
            XML.empty("link", [("rel", "self"), ("type", EndpointDeclaration.feed), ("href", origin + itself)]),
            XML.empty("link", [("rel", "alternate"), ("type", "text/html"), ("href", origin + page.text)]),
            XML.text("generator", "MentatLab Marketplace"),
        ]
        let all =
            head
            + entries.map { entry in
                XML.element(
                    "entry",
                    of: [
                        id(entry.name), XML.text("title", entry.title),
                        XML.text("published", entry.published.description),
                        XML.text("updated", entry.updated.description),
                        XML.element(
                            "author", of: [XML.text("name", entry.author.isEmpty ? "somebody who left" : entry.author)]),
                        XML.empty(
                            "link", [("rel", "alternate"), ("type", "text/html"), ("href", origin + entry.page.text)]),
                        XML.text("summary", entry.summary),
                    ])
            }
        return XML.document(XML.element("feed", [("xmlns", "http://www.w3.org/2005/Atom")], of: all))
    }

    private static let escaped = Set("\"%<>\\^`{|}#?/".utf8)
}
