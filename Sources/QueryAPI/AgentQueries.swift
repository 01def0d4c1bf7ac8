import Contract
import Crypto
import Events
import HTTPFront
import HTTPServer
import JSON
import Manifest
import Projections

extension QueryFront {
    /// `GET /agents`
    func listAgents(_ request: FrontRequest) async throws -> HTTPResponse {
        try request.allow(["q", "category", "sort", "limit", "cursor", "min_position"])
        var filter = AgentReader.Filter()
        filter.limit = Int(try request.integer("limit", default: 20, in: 1...100))
        filter.words = try request.parameter("q").flatMap { $0.isEmpty ? nil : $0 }
        filter.category = try request.parameter("category")
        guard (filter.words ?? "").utf8.count <= 256, (filter.category ?? "").utf8.count <= 256 else {
            throw Problem(.invalidParameter, "'q' and 'category' have at most 256 bytes each")
        }
        let sort = try request.choice("sort", of: AgentSort.self, default: .recent)
        try await awaitPosition(request, AgentReader.shownModels)

        // One more than asked for tells whether there is a next page.
        var probe = filter
        probe.limit += 1
        let page = try await agents.list(probe, from: try sort.start(request))
        let rows = page.value.prefix(filter.limit)
        let cursor = page.value.count > filter.limit ? rows.last.map(sort.cursor) : nil
        let body = PageBody.encode("agents", Array(rows), limit: filter.limit, nextCursor: cursor) { row, writer in
            row.encode(&writer)
        }
        return keep(
            request.page(body, next: page.next, cursor: cursor), for: request, about: .lists, next: page.next)
    }

    /// `GET /agents/{id}`
    func showAgent(_ request: FrontRequest) async throws -> HTTPResponse {
        try request.allow(["min_position"])
        let key = try request.agentKey()
        try await awaitPosition(request, AgentReader.shownModels)
        let found = try await agents.agent(key)
        guard let detail = found.value else { throw request.noAgent }
        var writer = JSONWriter(reservingBytes: 4096)
        detail.encode(&writer)
        return keep(
            request.page(writer.bytes, next: found.next, cursor: nil), for: request, about: .agent(key),
            next: found.next)
    }

    /// `GET /agents/{id}/versions`
    func listVersions(_ request: FrontRequest) async throws -> HTTPResponse {
        try request.allow(["limit", "cursor", "min_position"])
        let key = try request.agentKey()
        let limit = Int(try request.integer("limit", default: 20, in: 1...100))
        let below = try request.parameter("cursor").map { text throws(Problem) in
            guard let version = SemVer(text) else { throw badCursor }
            return version.precedenceKey
        }
        try await awaitPosition(request, [Agents.self])
        let page = try await agents.versions(of: key, below: below, limit: limit + 1)
        if page.value.isEmpty, below == nil { throw request.noAgent }
        let rows = page.value.prefix(limit)
        let cursor = page.value.count > limit ? rows.last?.published.version : nil
        let body = PageBody.encode("versions", Array(rows), limit: limit, nextCursor: cursor) { row, writer in
            row.encode(key, &writer)
        }
        return request.page(body, next: page.next, cursor: cursor)
    }

    /// `GET /agents/{id}/versions/{version}`
    func showVersion(_ request: FrontRequest) async throws -> HTTPResponse {
        try request.allow(["min_position"])
        let (key, version, next) = try await version(of: request)
        var writer = JSONWriter(reservingBytes: 4096)
        version.encode(key, &writer)
        return request.page(writer.bytes, next: next, cursor: nil)
    }

    /// `GET /agents/{id}/versions/{version}/manifest`: the bytes as they were uploaded.
    func manifest(_ request: FrontRequest) async throws -> HTTPResponse {
        try request.allow(["min_position"])
        let (_, version, _) = try await version(of: request)
        guard let manifest = version.published.artifacts.first(where: { $0.role == .manifest }) else {
            throw Problem(.artifactNotFound, "the version has no manifest")
        }
        return try file(manifest.sha256, request, isManifest: true)
    }

    private func version(
        of request: FrontRequest
    ) async throws -> (AgentKey, AgentReader.Version, Position) {
        let key = try request.agentKey()
        let text = request.segment("version")
        guard let wanted = SemVer(text) else {
            throw Problem(.versionNotFound, "'\(text.prefix(128))' is no SemVer 2.0, so there is no such version")
        }
        try await awaitPosition(request, [Agents.self])
        let found = try await agents.version(wanted, of: key)
        guard let version = found.value else {
            throw Problem(.versionNotFound, "the agent '\(key)' has no version \(text.prefix(128)) here")
        }
        return (key, version, found.next)
    }
}

let badCursor = Problem(.invalidParameter, "'cursor' is none that this list gave; leave it out to begin anew")

/// The order of a list of agents.
private enum AgentSort: String, CaseIterable {
    case recent
    case name
    case stars
    case downloads

    func start(_ request: FrontRequest) throws(Problem) -> AgentReader.ListCursor {
        let cursor = try request.parameter("cursor")
        switch self {
        case .recent:
            guard let cursor else { return .recent(before: .max) }
            guard let position = Int64(cursor), position >= 0 else { throw badCursor }
            return .recent(before: position)
        case .name:
            guard let cursor else { return .name(after: "") }
            guard AgentKey(cursor) != nil else { throw badCursor }
            return .name(after: cursor)
        case .stars:
            let (count, key) = try Self.counted(cursor)
            return .stars(below: count, after: key)
        case .downloads:
            let (count, key) = try Self.counted(cursor)
            return .downloads(below: count, after: key)
        }
    }

    /// A count and a key, as `cursor` writes them.
    private static func counted(_ cursor: String?) throws(Problem) -> (count: Int64, key: String) {
        guard let cursor else { return (.max, "") }
        let parts = cursor.split(separator: "/", maxSplits: 1)
        guard parts.count == 2, let count = Int64(parts[0]), AgentKey(String(parts[1])) != nil else { throw badCursor }
        return (count, String(parts[1]))
    }

    func cursor(_ row: AgentReader.Summary) -> String {
        switch self {
        case .recent: row.position.description
        case .name: row.key
        case .stars: "\(row.stars)/\(row.key)"
        case .downloads: "\(row.readers)/\(row.key)"
        }
    }
}

extension FrontRequest {
    /// A page of a list, with a Link to the next (RFC 8288). The body itself makes its ETag, so that what
    /// happens elsewhere invalidates nothing.
    func page(_ body: [UInt8], next: Position, cursor: String?) -> HTTPResponse {
        var fields = positionFields(next: next)
        if let cursor {
            let others = http.head.query.filter { $0.name != "cursor" && $0.name != "min_position" }
            let query = (others.map { ($0.name, $0.value) } + [("cursor", cursor)])
                .map { "\(percentEncoded($0.0))=\(percentEncoded($0.1))" }.joined(separator: "&")
            let path = http.head.segments.map(percentEncoded).joined(separator: "/")
            fields.append("link", "</\(path)?\(query)>; rel=\"next\"")
        }
        return conditional(etag: String(SHA256Digest(of: body).hex.prefix(32)), .json(200, body, fields: fields))
    }
}

/// Everything but unreserved characters as percent signs (RFC 3986 2.3).
private func percentEncoded(_ text: String) -> String {
    text.utf8.map { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f, 0x7e: String(Unicode.Scalar(byte))
        default: "%\(Hex.encode([byte]).uppercased())"
        }
    }.joined()
}
