import Contract
import Events
import Manifest
import Projections
import Text

extension ServerEntry {
    init(_ row: AgentReader.Server) {
        self.init(server: ServerBody(row), meta: ServerMeta(row))
    }
}

extension ServerBody {
    init(_ row: AgentReader.Server) {
        self.init(row.listing ?? ListingContent(), name: row.name.description, version: row.version.description)
    }

    /// What a version says of itself.
    init(_ listing: ListingContent, name: String, version: String) {
        // A registry of servers says apart what a server is made of; elsewhere the package is the server.
        let ofServer = listing.mcp?.packages ?? []
        let packages = ofServer.isEmpty ? listing.packages ?? [] : ofServer
        let source = listing.sourceURL.flatMap(WebAddress.init)
        let repository = source.flatMap(Repository.init)
        let shown = packages.compactMap(Package.init)
        let remotes = (listing.mcp?.remotes ?? []).compactMap(Remote.init)
        self.init(
            name: name, title: Self.line(listing.title),
            description: Self.line(listing.description) ?? Self.line(listing.title) ?? Self.line(name) ?? name,
            version: version, repository: repository,
            websiteURL: repository == nil ? source?.text : nil, packages: shown.isEmpty ? nil : shown,
            remotes: remotes.isEmpty ? nil : remotes)
    }

    /// As much of a text as the API has room for; nil where that is nothing.
    private static func line(_ text: String?) -> String? {
        let line = (text ?? "").drop(while: \.isWhitespace)
        return line.isEmpty ? nil : line.firstLine(upTo: maximumCharacters)
    }
}

extension ServerBody.Package {
    /// Registries whose packages no client could get by what is known of them here: a bundle is nothing without its digest.
    private static let others = ["other", "mcp", "mcpb"]

    /// Nil for a package that no client could get.
    fileprivate init?(_ package: ListingContent.Package) {
        guard !Self.others.contains(package.registry), !package.identifier.isEmpty else { return nil }
        self.init(
            registryType: package.registry, identifier: package.identifier,
            version: package.version.flatMap { Self.isRange($0) ? nil : $0 })
    }

    /// True for what does not name one version, which the schema refuses.
    private static func isRange(_ version: String) -> Bool {
        version.isEmpty || version == ServerVersionParameters.latest
            || version.contains { "^~<>=*| ".contains($0) }
            || version.split(separator: ".").contains { ["x", "X"].contains($0) }
    }
}

extension ServerBody.Remote {
    /// Nil for a transport that the schema does not know, and for what is no address.
    fileprivate init?(_ remote: ListingContent.Remote) {
        guard ["streamable-http", "sse"].contains(remote.type), let address = WebAddress(remote.url) else { return nil }
        self.init(type: remote.type, url: address.text)
    }
}

extension ServerBody.Repository {
    private static let sources = [
        "github.com": "github", "gitlab.com": "gitlab", "bitbucket.org": "bitbucket", "codeberg.org": "codeberg",
    ]

    /// The repository that an address leads into; nil where it is the address of something else.
    fileprivate init?(_ address: WebAddress) {
        guard let source = Self.sources[address.host], address.path.allSatisfy(Self.isName) else { return nil }
        // …/tree/<branch>/<folder>: which of the segments are the branch is not known; it mostly is one. GitLab has groups
        // in groups, and a dash behind the name.
        var path = address.path[...]
        var folder: String?
        if let mark = path.firstIndex(of: "tree"), mark >= 2 {
            folder = path.count > mark + 2 ? path[(mark + 2)...].joined(separator: "/") : nil
            path = path[..<mark]
        }
        if path.last == "-" { path.removeLast() }
        guard path.count >= 2, source == "gitlab" || path.count == 2 || folder == nil else { return nil }
        if source != "gitlab" { path = path.prefix(2) }
        self.init(url: "https://\(address.host)/\(path.joined(separator: "/"))", source: source, subfolder: folder)
    }

    /// True for a segment that means itself.
    private static func isName(_ segment: String) -> Bool {
        segment != "." && segment != ".."
            && segment.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                    || "._-".utf8.contains(byte)
            }
    }
}

extension ServerMeta {
    init(_ row: AgentReader.Server) {
        let origin = row.listing?.packages?.first { $0.registry == "mcp" }?.identifier
        self.init(
            official: Official(row),
            agent: Agent(
                id: row.name.key, origin: origin,
                ratingHundredths: row.rating.count == 0 ? nil : row.rating.hundredths, ratings: row.rating.count,
                readers: row.readers, position: row.position))
    }
}

extension ServerMeta.Official {
    /// The most characters of a message.
    private static let maximumCharacters = 500

    fileprivate init(_ row: AgentReader.Server) {
        let status =
            switch row.status {
            case .active: "active"
            case .deprecated: "deprecated"
            case .deleted: "deleted"
            }
        self.init(
            status: status, statusMessage: Self.message(row), statusChanged: row.statusChanged, published: row.time,
            updated: row.updated, isLatest: row.isLatest)
    }

    /// Why it has its status; nil for an active one.
    private static func message(_ row: AgentReader.Server) -> String? {
        guard row.status != .active else { return nil }
        guard let remark = row.remark else { return "files of it were removed" }
        let instead = remark.replacement.map { "use '\($0)' instead" }
        let parts = [remark.reason.isEmpty ? nil : remark.reason, remark.note, instead].compactMap { $0 }
        return parts.isEmpty ? nil : parts.joined(separator: "; ").firstLine(upTo: maximumCharacters)
    }
}
