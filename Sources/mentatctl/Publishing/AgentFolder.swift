import Archive
import Contract
import Crypto
import Events
import HTTPClient
import JSON
import Manifest
import Marketplace
import System

/// The folder of an agent, as it is about to be published.
struct AgentFolder {
    private static let manifests = ["manifest.yaml", "manifest.yml", "manifest.json"]
    private static let documents: [(Artifact.Role, String)] = [(.readme, "README.md"), (.changelog, "CHANGELOG.md")]

    let path: String
    let manifest: AgentManifest
    private let manifestBytes: [UInt8]
    private let console: Console

    /// Opens a folder, or the folder of a manifest.
    init(_ path: String, _ console: Console) throws {
        var folder = path
        var names = Self.manifests
        guard let status = try FileSystem.status(path) else {
            throw Failure(.failure, "no-manifest", "there is nothing at '\(path)'", fix: "mentatctl agent new NAME")
        }
        if !status.isDirectory {
            folder = FileSystem.parent(of: path)
            names = [FileSystem.name(of: path)]
        }
        self.path = folder
        self.console = console
        guard let name = try names.first(where: { try FileSystem.status("\(folder)/\($0)") != nil }) else {
            throw Failure(
                .failure, "no-manifest", "there is no manifest.yaml in '\(folder)'", fix: "mentatctl agent new NAME")
        }
        manifestBytes = try FileSystem.read("\(folder)/\(name)", limit: Publication.maximumBytes(of: .manifest))
        manifest = AgentManifest(parsing: manifestBytes)
    }

    /// What is to be published, as the server judges it, with the parts of the upload.
    struct Prepared {
        let publication: Publication
        let parts: [HTTPClientRequest.Part]
        let files: [String]
    }

    /// Packs the folder and judges all of it.
    ///
    /// - Parameter workFolder: where the package is made.
    /// - Throws: a `Failure` with all findings where it can't be published.
    func prepare(in workFolder: String) throws -> Prepared {
        var parts: [(role: Artifact.Role, bytes: [UInt8])] = [(.manifest, manifestBytes)]
        for (role, name) in Self.documents where try FileSystem.status("\(path)/\(name)")?.isFile == true {
            parts.append((role, try read(name, role)))
        }
        let module = manifest.wasmModule ?? "agent.wasm"
        if manifest.runtime == "wasm", try FileSystem.status("\(path)/\(module)")?.isFile == true {
            parts.append((.wasmModule, try read(module, .wasmModule)))
        }
        let sources = try files()
        let package = "\(workFolder)/package.tar.gz"
        do {
            let total = try sources.reduce(Int64(0)) { try $0 + (FileSystem.status($1.path)?.size ?? 0) }
            let limit = Publication.maximumBytes(of: .package)
            let size = try TarGzip.pack(sources, to: package) { console.progress("packing", $0, of: total) }
            console.clearProgress()
            guard size <= limit else { throw tooLarge(.package, size) }
            parts.append((.package, try FileSystem.read(package, limit: limit)))
            // What the server would refuse, such as a file too many, is refused here.
            try TarGzip.read(package)
        } catch let fault as ArchiveFault {
            throw Failure(
                .failure, "invalid-package", "the folder can't be packed: \(fault)",
                fix: "name what does not belong to the agent in .mentatignore")
        }
        for (role, bytes) in parts {
            if let fault = Publication.fault(ofHead: Array(bytes.prefix(8)), of: role) {
                throw Failure(.failure, "invalid-part", "the \(role.rawValue) \(fault)")
            }
        }
        let artifacts = parts.map { role, bytes in
            Artifact(role: role, sha256: SHA256Digest(of: bytes), sizeBytes: Int64(bytes.count))
        }.sorted { $0.role < $1.role }
        return Prepared(
            publication: try judge(artifacts),
            parts: parts.map { HTTPClientRequest.Part(name: $0.role.rawValue, bytes: $0.bytes) },
            files: sources.map(\.name).sorted())
    }

    private func judge(_ artifacts: [Artifact]) throws(Failure) -> Publication {
        do {
            return try Publication(manifest: manifest, artifacts: artifacts, nonce: { SecureRandom.bytes(32) })
        } catch {
            throw Failure(
                .failure, "invalid-manifest", "the manifest has errors; each is listed with its path",
                fix: "correct \(path)/manifest.yaml, then: mentatctl agent validate",
                findings: error.findings.map(Problem.Finding.init(manifest:)))
        }
    }

    private func read(_ name: String, _ role: Artifact.Role) throws -> [UInt8] {
        let limit = Publication.maximumBytes(of: role)
        let size = try FileSystem.status("\(path)/\(name)")?.size ?? 0
        guard size <= Int64(limit) else { throw tooLarge(role, size) }
        return try FileSystem.read("\(path)/\(name)", limit: limit)
    }

    private func tooLarge(_ role: Artifact.Role, _ size: Int64) -> Failure {
        Failure(
            .failure, "content-too-large",
            "the \(role.rawValue) has \(Console.bytes(size)); there may be \(Console.bytes(Int64(Publication.maximumBytes(of: role))))",
            fix: "name what does not belong to the agent in .mentatignore")
    }

    /// The regular files of the folder but for those that are ignored.
    private func files() throws -> [TarGzip.Source] {
        var text = ""
        for name in [".mentatignore", ".gitignore"] {
            guard let bytes = try FileSystem.readIfThere("\(path)/\(name)", limit: 1 << 20) else { continue }
            text = String(decoding: bytes, as: UTF8.self)
            break
        }
        let rules = IgnoreRules(text)
        var sources: [TarGzip.Source] = []
        func walk(_ folder: String) throws {
            for name in try FileSystem.names(in: folder.isEmpty ? path : "\(path)/\(folder)") {
                let inside = folder.isEmpty ? name : "\(folder)/\(name)"
                guard let status = try FileSystem.status("\(path)/\(inside)") else {
                    throw Failure(
                        .failure, "invalid-package", "'\(inside)' was removed meanwhile, or its name is no UTF-8",
                        fix: "rename it, then try again")
                }
                guard !rules.ignores(inside, isFolder: status.isDirectory) else { continue }
                if status.isDirectory {
                    try walk(inside)
                } else if status.isFile {
                    sources.append(
                        TarGzip.Source(name: inside, path: "\(path)/\(inside)", isExecutable: status.mode & 0o100 != 0))
                } else {
                    console.warn("'\(inside)' is no regular file and is left out")
                }
            }
        }
        try walk("")
        return sources
    }
}

extension Problem.Finding {
    init(manifest finding: Manifest.Finding) {
        self.init(severity: finding.severity.rawValue, path: finding.path, message: finding.message)
    }
}
