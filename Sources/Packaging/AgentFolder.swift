import Archive
package import Contract
import Crypto
import Events
package import Manifest
package import Marketplace
import PackageRules
import System

/// The folder of an agent, as it is about to be published.
package struct AgentFolder {
    /// How far packing is, in bytes of all.
    package typealias Progress = (_ done: Int64, _ total: Int64) -> Void

    private static let manifests = ["manifest.yaml", "manifest.yml", "manifest.json"]
    private static let documents: [(Artifact.Role, String)] = [(.readme, "README.md"), (.changelog, "CHANGELOG.md")]

    let path: String
    private let manifest: AgentManifest
    private let manifestName: String
    private let manifestBytes: [UInt8]
    private let warn: @Sendable (String) -> Void

    /// Opens a folder, or the folder of a manifest.
    ///
    /// - Parameter warn: told what is left out of the package.
    package init(_ path: String, warn: @escaping @Sendable (String) -> Void) throws {
        var folder = path
        var names = Self.manifests
        guard let status = try FileSystem.status(path) else {
            throw Failure(.permanent, "no-manifest", "there is nothing at '\(path)'", fix: "mentatctl agent new NAME")
        }
        if !status.isDirectory {
            folder = FileSystem.parent(of: path)
            names = [FileSystem.name(of: path)]
        }
        self.path = folder
        self.warn = warn
        guard let name = try names.first(where: { try FileSystem.status("\(folder)/\($0)") != nil }) else {
            throw Failure(
                .permanent, "no-manifest", "there is no manifest.yaml in '\(folder)'", fix: "mentatctl agent new NAME")
        }
        manifestName = name
        manifestBytes = try FileSystem.read("\(folder)/\(name)", limit: Artifact.Role.manifest.maximumBytes)
        manifest = AgentManifest(parsing: manifestBytes)
    }

    /// What is to be published, as the server judges it, with the parts of the upload.
    package struct Prepared {
        package let publication: Publication
        package let parts: [(name: String, bytes: [UInt8])]
        /// The names of the files in the package.
        package let files: [String]
    }

    /// Packs the folder and judges all of it.
    ///
    /// - Parameters:
    ///   - workFolder: where the package is made.
    ///   - progress: how far packing is.
    /// - Throws: a `Failure` with all findings where it can't be published.
    package func prepare(in workFolder: String, progress: Progress) throws -> Prepared {
        var parts: [(role: Artifact.Role, bytes: [UInt8])] = [(.manifest, manifestBytes)]
        for (role, name) in Self.documents where try FileSystem.status("\(path)/\(name)")?.isFile == true {
            parts.append((role, try read(name, role)))
        }
        let module = manifest.wasmModule ?? PackageRules.moduleName
        if manifest.runtime == "wasm", try FileSystem.status("\(path)/\(module)")?.isFile == true {
            parts.append((.wasmModule, try read(module, .wasmModule)))
        }
        let sources = try files()
        let package = "\(workFolder)/package.tar.gz"
        do {
            let total = try sources.reduce(Int64(0)) { try $0 + (FileSystem.status($1.path)?.size ?? 0) }
            let limit = Artifact.Role.package.maximumBytes
            let size = try TarGzip.pack(sources, to: package) { progress($0, total) }
            guard size <= limit else { throw tooLarge(.package, size) }
            parts.append((.package, try FileSystem.read(package, limit: limit)))
            // What the server would refuse, such as a file too many, is refused here.
            try PackageRules(manifest, Self.artifacts(parts)).check(package)
        } catch let fault as ArchiveFault {
            throw invalid("\(fault)")
        } catch let fault as PackageFault {
            throw invalid("\(fault)")
        }
        for (role, bytes) in parts {
            if let fault = Publication.fault(ofHead: Array(bytes.prefix(8)), of: role) {
                throw Failure(.permanent, "invalid-part", "the \(role.rawValue) \(fault)")
            }
        }
        return Prepared(
            publication: try judge(Self.artifacts(parts)),
            parts: parts.map { ($0.role.rawValue, $0.bytes) },
            files: sources.map(\.name).sorted())
    }

    private static func artifacts(_ parts: [(role: Artifact.Role, bytes: [UInt8])]) -> [Artifact] {
        parts.map { role, bytes in
            Artifact(role: role, sha256: SHA256Digest(of: bytes), sizeBytes: Int64(bytes.count))
        }.sorted { $0.role < $1.role }
    }

    private func invalid(_ fault: String) -> Failure {
        Failure(
            .permanent, "invalid-package", "the folder can't be packed: \(fault)",
            fix: "remove or rename what does not belong to the agent, or name it in .mentatignore")
    }

    private func judge(_ artifacts: [Artifact]) throws(Failure) -> Publication {
        do {
            return try Publication(manifest: manifest, artifacts: artifacts, nonce: { SecureRandom.bytes(32) })
        } catch {
            throw Failure(
                .permanent, "invalid-manifest", "the manifest has errors; each is listed with its path",
                fix: "correct \(path)/manifest.yaml, then: mentatctl agent validate",
                findings: error.findings.map(Problem.Finding.init(manifest:)))
        }
    }

    private func read(_ name: String, _ role: Artifact.Role) throws -> [UInt8] {
        let limit = role.maximumBytes
        let size = try FileSystem.status("\(path)/\(name)")?.size ?? 0
        guard size <= Int64(limit) else { throw tooLarge(role, size) }
        return try FileSystem.read("\(path)/\(name)", limit: limit)
    }

    private func tooLarge(_ role: Artifact.Role, _ size: Int64) -> Failure {
        Failure(
            .permanent, "content-too-large",
            "the \(role.rawValue) has \(size) bytes; there may be \(role.maximumBytes)",
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
                        .permanent, "invalid-package", "'\(inside)' was removed meanwhile, or its name is no UTF-8",
                        fix: "rename it, then try again")
                }
                guard !rules.ignores(inside, isFolder: status.isDirectory) else { continue }
                if status.isDirectory {
                    try walk(inside)
                } else if status.isFile {
                    // Whatever the manifest is called here, installers find it under one name.
                    guard inside != PackageRules.manifestName || inside == manifestName else {
                        throw invalid("'\(inside)' stands beside the manifest '\(manifestName)'")
                    }
                    let name = inside == manifestName ? PackageRules.manifestName : inside
                    sources.append(
                        TarGzip.Source(name: name, path: "\(path)/\(inside)", isExecutable: status.mode & 0o100 != 0))
                } else {
                    warn("'\(inside)' is no regular file and is left out")
                }
            }
        }
        try walk("")
        return sources
    }
}

extension Problem.Finding {
    /// A finding of a manifest.
    package init(manifest finding: Manifest.Finding) {
        self.init(severity: finding.severity.rawValue, path: finding.path, message: finding.message)
    }
}
