import JSON
import Manifest

/// One version of a server, as a registry of the MCP Registry API lists it (`GET /v0/servers`, `server.json`).
///
/// The forms of 2025-07 and of 2025-09 are read: what the registry adds stands beside `server` in `_meta`, or in the
/// server itself.
struct RegistryServer {
    private struct Place {
        let kind: String
        let name: String
        let version: String?
    }

    private static let official = "io.modelcontextprotocol.registry/official"
    private static let maximumPlaces = 16

    private let name: String
    private let title: String?
    private let description: String?
    private let source: String?
    private let version: String?
    private let packages: [Place]
    private let remotes: [Place]
    private let status: ImportedVersion.Status
    private let isLatest: Bool
    private let warnings: [String]

    init(_ listed: JSONValue) throws {
        let server = listed["server"] ?? listed
        guard case .object = server else { throw ImportedVersion.Fault(description: "this is no JSON object") }
        var texts = ImportedTexts(server)
        guard let name = try texts.take("name", 200), texts.warnings.isEmpty, name.contains("/"), !name.hasPrefix("/"),
            !name.hasSuffix("/")
        else {
            throw ImportedVersion.Fault(
                description: "'name' has to be a namespace and a name of at most 200 bytes, such as com.example/server")
        }
        self.name = name
        title = try texts.take("title", 256)
        description = try texts.take("description", 8_192)
        var repository = ImportedTexts(server["repository"] ?? .null)
        source = try repository.take("url", 2_048) ?? texts.take("websiteUrl", 2_048)
        let detail = server["version_detail"].map { ImportedTexts($0) }
        if var detail {
            version = try detail.take("version", 128)
            detail.warnings.forEach { texts.warn($0) }
        } else {
            version = try texts.take("version", 128)
        }
        packages = try Self.places(
            server["packages"], &texts, "packages", kind: ["registryType", "registry_type", "registry_name"],
            name: ["identifier", "name"], 512)
        remotes = try Self.places(
            server["remotes"], &texts, "remotes", kind: ["type", "transport_type"], name: ["url"], 2_048)
        let added = (listed["_meta"] ?? server["_meta"])?[Self.official]
        switch (server["status"] ?? added?["status"])?.string {
        case "deprecated"?: status = .deprecated
        case "deleted"?: status = .deleted
        default: status = .active
        }
        isLatest = (added?["isLatest"] ?? added?["is_latest"] ?? server["version_detail"]?["is_latest"])?.bool == true
        warnings = texts.warnings + repository.warnings
    }

    /// The packages or remotes of a list; those beyond what a page shows are left out.
    private static func places(
        _ list: JSONValue?, _ texts: inout ImportedTexts, _ field: String, kind: [String], name: [String], _ limit: Int
    ) throws -> [Place] {
        let elements = list?.array ?? []
        if elements.count > maximumPlaces { texts.warn("\(field): only the first \(maximumPlaces) are kept") }
        return try elements.prefix(maximumPlaces).compactMap { element in
            var inner = ImportedTexts(element)
            func first(_ names: [String], _ limit: Int) throws -> String? {
                for name in names {
                    if let text = try inner.take(name, limit), !text.isEmpty { return text }
                }
                return nil
            }
            guard let kind = try first(kind, 64), let name = try first(name, limit) else {
                texts.warn("\(field): one without a name is left out")
                return nil
            }
            let place = Place(kind: kind, name: name, version: try first(["version"], 128))
            // A part of an address or a name is another one.
            guard inner.warnings.isEmpty else {
                texts.warn("\(field): \(inner.warnings.joined(separator: "; ")); it is left out")
                return nil
            }
            return place
        }
    }

    /// What is published of it.
    func imported(from place: String) -> ImportedVersion {
        let id = ImportedVersion.id("mcp", name)
        let published = ImportedVersion.version(version)
        return ImportedVersion(
            place: place, name: name, identity: "\(name)@\(published)", agentID: id, version: published,
            ownVersion: version,
            manifest: manifest(id, published), status: status, isLatest: isLatest, warnings: warnings)
    }

    private func manifest(_ id: String, _ published: SemVer) -> [UInt8] {
        func given(_ text: String?) -> String? { text.flatMap { $0.allSatisfy(\.isWhitespace) ? nil : $0 } }
        func write(_ places: [Place], _ writer: inout JSONWriter, kind: String, name: String) {
            writer.array(places) { place, writer in
                writer.object { object in
                    // Canonical JSON has its members in order.
                    for (member, text) in [(kind, place.kind), (name, place.name), ("version", place.version)].sorted(
                        by: {
                            $0.0 < $1.0
                        })
                    {
                        if let text { object.member(member, text) }
                    }
                }
            }
        }
        // The registry keeps a server under a name that is no package, with its version as it is there.
        let own = Place(kind: "mcp", name: name, version: version)
        var writer = JSONWriter()
        writer.object { object in
            object.member("description", given(description) ?? given(title) ?? name)
            object.member("id", id)
            object.member("image", ImportedVersion.image(id, published))
            object.member("inputs") { $0.array([String]()) { $1.string($0) } }
            object.member("mcp") { writer in
                writer.object { object in
                    object.member("packages") { write(packages, &$0, kind: "registry", name: "identifier") }
                    object.member("remotes") { write(remotes, &$0, kind: "type", name: "url") }
                }
            }
            object.member("outputs") { $0.array([String]()) { $1.string($0) } }
            object.member("packages") {
                write(Array(([own] + packages).prefix(Self.maximumPlaces)), &$0, kind: "registry", name: "identifier")
            }
            object.member("source_url", given(source))
            object.member("ui") { writer in
                writer.object { $0.member("title", given(title) ?? name) }
            }
            object.member("version", published.description)
        }
        return writer.bytes
    }
}
