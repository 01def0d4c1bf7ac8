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
    private let itself: Link
    private let entries: [Entry]

    /// How many entries a feed has.
    package static let maximumEntries = 50

    /// Agents as they are registered, the last one first.
    package init(new agents: [AgentSummary]) {
        self.init(
            "new", "New agents", Link(Endpoints.statsPage, StatsQuery()), Link(Endpoints.newAgentsFeed, TotalsQuery()),
            agents.map { agent in
                Entry(
                    name: "agent:\(agent.id)", title: agent.displayName, summary: agent.summary,
                    author: agent.publisher.username, published: agent.created, updated: agent.created,
                    page: Link(Endpoints.agentPage, AgentParameters(id: agent.id)))
            })
    }

    /// The versions of an agent as they are published, the last one first.
    package init(of agent: AgentSummary, _ versions: [VersionPage]) {
        self.init(
            "agent:\(agent.id):versions", "Versions of \(agent.displayName)",
            Link(Endpoints.agentPage, AgentParameters(id: agent.id)),
            Link(Endpoints.agentFeed, AgentParameters.Present(id: agent.id)),
            Self.entries(versions.map { (agent, $0) }))
    }

    /// Versions of the agents of a publisher, the last one first.
    ///
    /// - Parameter id: what the publisher keeps under any name.
    package init(of publisher: String, id: String, _ versions: [(agent: AgentSummary, version: VersionPage)]) {
        self.init(
            "publisher:\(id)", "Agents of \(publisher)",
            Link(Endpoints.publisherPage, PublisherParameters(name: publisher)),
            Link(Endpoints.publisherFeed, PersonQuery(name: publisher)), Self.entries(versions))
    }

    /// Versions of the agents of a category, the last one first.
    ///
    /// - Parameter form: what is equal for all spellings of its name.
    package init(
        category: String, form: String, _ versions: [(agent: AgentSummary, version: VersionPage)]
    ) {
        self.init(
            "category:\(form)", "Agents of the category \(category)",
            Link(Endpoints.categoryPage, CategoryParameters(name: category)),
            Link(Endpoints.categoryFeed, CategoryParameters(name: form)), Self.entries(versions))
    }

    private init(_ name: String, _ title: String, _ page: Link, _ itself: Link, _ entries: [Entry]) {
        (self.name, self.title, self.page, self.itself) = (name, title, page, itself)
        self.entries = entries
    }

    /// News of versions. A yank is news of its own: it goes away where it is taken back, and nothing gets an earlier time.
    private static func entries(_ versions: [(agent: AgentSummary, version: VersionPage)]) -> [Entry] {
        let all = versions.filter { $0.version.quarantine == nil }.flatMap { agent, version -> [Entry] in
            guard let number = SemVer(version.version) else { return [] }
            func entry(_ name: String, _ title: String, _ time: Timestamp) -> Entry {
                Entry(
                    name: "agent:\(agent.id):\(version.version)\(name)",
                    title: "\(agent.displayName) \(version.version)\(title)", summary: agent.summary,
                    author: version.publisher.username, published: time, updated: time,
                    page: Link(Endpoints.versionPage, VersionParameters(id: agent.id, version: number)))
            }
            let yank = version.yank.map { yank in
                entry(":yanked:\(yank.since.milliseconds)", " is yanked: \(yank.reason)", yank.since)
            }
            return [entry("", "", version.published)] + [yank].compactMap { $0 }
        }
        return all.sorted { ($0.updated.milliseconds, $0.name) > ($1.updated.milliseconds, $1.name) }
    }

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
            XML.empty("link", [("rel", "self"), ("type", EndpointDeclaration.feed), ("href", origin + itself.text)]),
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
