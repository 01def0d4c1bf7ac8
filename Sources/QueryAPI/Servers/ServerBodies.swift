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
        let listing = row.listing ?? ListingContent()
        let name = row.name.description
        // A registry of servers says apart what a server is made of; elsewhere the package is the server.
        let packages = listing.mcp?.packages ?? listing.packages ?? []
        let source = listing.sourceURL.flatMap(WebAddress.init)
        let repository = source.flatMap(Repository.init)
        let shown = packages.compactMap(Package.init)
        let remotes = (listing.mcp?.remotes ?? []).compactMap(Remote.init)
        self.init(
            name: name, title: Self.line(listing.title),
            description: Self.line(listing.description) ?? Self.line(listing.title) ?? Self.line(name) ?? name,
            version: row.published.version, repository: repository,
            websiteURL: repository == nil ? source?.text : nil, packages: shown.isEmpty ? nil : shown,
            remotes: remotes.isEmpty ? nil : remotes)
    }

    /// As much of a text as the API has room for; nil where that is nothing.
    private static func line(_ text: String?) -> String? {
        let line = (text ?? "").drop(while: \.isWhitespace)
        return line.isEmpty ? nil : String(line).firstLine(upTo: maximumCharacters)
    }
}

extension ServerBody.Package {
    /// Nil for a package that no client could get.
    fileprivate init?(_ package: ListingContent.Package) {
        guard package.registry != "other", package.registry != "mcp", !package.identifier.isEmpty else { return nil }
        // The schema wants a version that names one.
        let version = package.version.flatMap { $0.isEmpty || $0 == ServerVersionParameters.latest ? nil : $0 }
        self.init(registryType: package.registry, identifier: package.identifier, version: version)
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
        guard let source = Self.sources[address.host], address.path.count >= 2 else { return nil }
        let (owner, name) = (address.path[0], address.path[1])
        // …/tree/<branch>/<folder>: which of the segments are the branch is not known; it mostly is one.
        let isFolder = address.path.count > 4 && address.path[2] == "tree"
        let folder = isFolder ? address.path[4...].joined(separator: "/") : nil
        self.init(url: "https://\(address.host)/\(owner)/\(name)", source: source, subfolder: folder)
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
        guard let remark = row.remark else { return "its files were removed" }
        let instead = remark.replacement.map { "use '\($0)' instead" }
        let parts = [remark.reason.isEmpty ? nil : remark.reason, remark.note, instead].compactMap { $0 }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }
}
