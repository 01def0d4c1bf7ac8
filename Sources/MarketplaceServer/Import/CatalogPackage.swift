import JSON
import Manifest

/// One line of a catalogue: a package of npm, PyPI or the like that is an agent in all but manifest.
///
/// Only `package` is certain; what is null or missing is left out.
struct CatalogPackage {
    private let package: String
    private let name: String?
    private let description: String?
    private let category: String?
    private let runtime: String?
    private let license: String?
    private let url: String?
    /// The version in its registry, unchanged.
    private let version: String?
    private let warnings: [String]

    init(line: [UInt8]) throws {
        var repairs: [String] = []
        let document = try Self.document(line, &repairs)
        guard case .object = document else { throw ImportedVersion.Fault(description: "this is no JSON object") }
        var texts = ImportedTexts(document)
        guard let package = try texts.take("package", 512), !package.isEmpty else {
            throw ImportedVersion.Fault(description: "'package' is missing")
        }
        self.package = package
        name = try texts.take("name", 256)
        description = try texts.take("description", 8_192)
        category = try texts.take("category", 128)
        runtime = try texts.take("runtime", 32)
        license = try texts.take("license", 512)
        url = try texts.take("url", 2_048)
        version = try texts.take("version", 128)
        warnings = repairs + texts.warnings
    }

    /// Parses a line. One that holds characters which JSON or UTF-8 do not allow is parsed without them.
    private static func document(_ line: [UInt8], _ warnings: inout [String]) throws -> JSONValue {
        do throws(JSONError) {
            return try JSONValue(line)
        } catch {
            guard let document = try? JSONValue(CatalogFile.repaired(line)) else {
                throw ImportedVersion.Fault(description: "this is no JSON: \(error)")
            }
            warnings.append("characters that can't stand in JSON were replaced")
            return document
        }
    }

    /// The registry that it comes from.
    private var registry: String {
        switch runtime {
        case "node": "npm"
        case "python": "pypi"
        case "go": "go"
        case "java": "maven"
        default: "other"
        }
    }

    /// What is published of it.
    func imported(from place: String) -> ImportedVersion {
        let id = ImportedVersion.id(registry, package)
        let published = ImportedVersion.version(version)
        return ImportedVersion(
            place: place, name: package, identity: package, agentID: id, version: published, ownVersion: version,
            manifest: manifest(id, published), warnings: warnings)
    }

    private func manifest(_ id: String, _ published: SemVer) -> [UInt8] {
        func given(_ text: String?) -> String? {
            text.flatMap { $0.allSatisfy(\.isWhitespace) ? nil : $0 }
        }
        var writer = JSONWriter()
        writer.object { object in
            object.member("description", given(description) ?? given(name) ?? package)
            object.member("id", id)
            object.member("image", ImportedVersion.image(id, published))
            object.member("inputs") { $0.array([String]()) { $1.string($0) } }
            object.member("license", license.flatMap(LicenseExpression.init)?.description)
            object.member("outputs") { $0.array([String]()) { $1.string($0) } }
            object.member("packages") { writer in
                writer.array([package]) { identifier, writer in
                    writer.object { object in
                        object.member("identifier", identifier)
                        object.member("registry", registry)
                        object.member("version", version)
                    }
                }
            }
            object.member("runtime", given(runtime))
            object.member("source_url", given(url))
            object.member("ui") { writer in
                writer.object { object in
                    if let category = given(category) {
                        object.member("catalog") { writer in
                            writer.object { $0.member("category", category) }
                        }
                    }
                    object.member("title", given(name) ?? package)
                }
            }
            object.member("version", published.description)
        }
        return writer.bytes
    }
}
