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
    /// True where the manifest itself was named: then nothing goes with it but what it names and what describes it.
    private let isManifestAlone: Bool

    /// Opens a folder, or a manifest without what else lies in its folder.
    package init(_ path: String) throws {
        // A link stands for what it leads to.
        let path = (try? FileSystem.resolve(path)) ?? path
        var folder = path
        var names = Self.manifests
        guard let status = try FileSystem.status(path) else {
            throw Failure(.permanent, "no-manifest", "there is nothing at '\(path)'", fix: "mentatctl agent new NAME")
        }
        isManifestAlone = !status.isDirectory
        if isManifestAlone {
            folder = FileSystem.parent(of: path)
            names = [FileSystem.name(of: path)]
        }
        self.path = folder
        guard let name = try names.first(where: { try FileSystem.status("\(folder)/\($0)") != nil }) else {
            throw Failure(
                .permanent, "no-manifest", "there is no manifest.yaml in '\(folder)'", fix: "mentatctl agent new NAME")
        }
        guard try FileSystem.status("\(folder)/\(name)")?.isFile == true else {
            throw Failure(
                .permanent, "no-manifest", "'\(folder)/\(name)' is no regular file",
                fix: "put the manifest itself there")
        }
        manifestName = name
        manifestBytes = try FileSystem.read("\(folder)/\(name)", limit: Artifact.Role.manifest.maximumBytes)
        manifest = AgentManifest(parsing: manifestBytes)
    }

    /// What is to be published, as the server judges it, with the parts of the upload.
    package struct Prepared {
        package let publication: Publication
        package let parts: [(name: String, bytes: [UInt8])]
        /// The files of the package.
        package let files: [PackedFile]
        /// What is left out of it.
        package let leftOut: [LeftOut]
        /// What the publisher should know, beside the findings of the manifest.
        package let warnings: [String]
    }

    /// Secrets that would be published.
    package struct SecretsFound: Error {
        /// Those that are certain.
        package let secrets: [FoundSecret]
    }

    /// Packs the folder and judges all of it; blocks the calling thread.
    ///
    /// - Parameters:
    ///   - workFolder: where the package is made.
    ///   - allowed: the files, by their names in the package, whose secrets are meant to be public. A token of a
    ///     marketplace is refused all the same.
    ///   - progress: the step, and its bytes: those that are done, and all.
    /// - Throws: `SecretsFound`; `Failure` with all findings of the manifest, or with the first other fault;
    ///   `SystemError`.
    package func prepare(
        in workFolder: String, allowing allowed: Set<String> = [], progress: (_ what: String, Int64, Int64) -> Void
    ) throws -> Prepared {
        let packed =
            isManifestAlone
            ? try PackedFiles(of: path, manifestName: manifestName, alone: namedFiles)
            : try PackedFiles(of: path, manifestName: manifestName, work: workFolder)
        // What is wrong with the manifest itself is said first.
        _ = try judge(Self.artifacts([(.manifest, manifestBytes)]))
        let doubts = try requirePrograms(packed)
        let secrets = try secrets(in: packed.files, allowing: allowed) { progress("looking for secrets", $0, $1) }
        let parts = try parts(packed.files)
        let all = try pack(packed.files, with: parts, in: workFolder) { progress("packing", $0, $1) }
        for (role, bytes) in all {
            if let fault = Publication.fault(ofHead: Array(bytes.prefix(8)), of: role) {
                throw Failure(.permanent, "invalid-part", "the \(role.rawValue) \(fault)")
            }
        }
        let unused = allowed.subtracting(secrets.map(\.file)).sorted()
        return Prepared(
            publication: try judge(Self.artifacts(all)), parts: all.map { ($0.role.rawValue, $0.bytes) },
            files: packed.files, leftOut: packed.leftOut,
            warnings: packed.warnings + doubts
                + secrets.filter { !$0.isCertain && !allowed.contains($0.file) }.map {
                    "\($0.file):\($0.line) holds what looks like \($0.what); --allow-secret \($0.file) if it is none"
                } + unused.map { "--allow-secret \($0): there is no secret in a file of that name" })
    }

    // MARK: Files

    /// What goes with a manifest that was named alone.
    private var namedFiles: [String] {
        let described =
            Self.manifests.contains(manifestName)
            ? Self.documents.map(\.1) + ["LICENSE", "LICENSE.md", "LICENSE.txt"] : []
        return manifest.programs.map(\.file) + described
            + (manifest.runtime == "wasm" ? [manifest.wasmModule ?? PackageRules.moduleName] : [])
    }

    /// Holds the manifest to the files: what it says is run has to be packed.
    ///
    /// - Returns: warnings of words that may be files and are not packed.
    private func requirePrograms(_ packed: PackedFiles) throws(Failure) -> [String] {
        let names = Set(packed.files.map(\.name))
        var programs = manifest.programs
        if manifest.runtime == "wasm", packed.leftOut.contains(where: { $0.path == PackageRules.moduleName }) {
            programs.append(AgentManifest.Program(path: "/runtime", file: PackageRules.moduleName, isRequired: true))
        }
        var missing: [Problem.Finding] = []
        var warnings: [String] = []
        var folders: Set<String> = []
        for program in programs where !names.contains(program.file) {
            let left = packed.leftOut.first { left in
                left.path == program.file || (left.isFolder && program.file.hasPrefix("\(left.path)/"))
            }
            let why = left.map { "is left out of the package (\($0.rule))" } ?? "is not there"
            if program.isRequired {
                missing.append(
                    Problem.Finding(
                        severity: Finding.Severity.error.rawValue, path: program.path,
                        message: "'\(program.file)' \(why)"))
                if let left { folders.insert("!/\(left.path)\(left.isFolder ? "/" : "")") }
            } else {
                warnings.append("\(program.path): '\(program.file)' \(why)")
            }
        }
        guard !missing.isEmpty else { return warnings }
        let back =
            folders.isEmpty
            ? ""
            : ", or take back what is left out by lines in .mentatignore: \(folders.sorted().joined(separator: " "))"
        throw Failure(
            .permanent, "missing-file", "the manifest names files that the package would not hold",
            fix: "add them\(back)", findings: missing)
    }

    private func secrets(
        in files: [PackedFile], allowing allowed: Set<String>, progress: (Int64, Int64) -> Void
    ) throws -> [FoundSecret] {
        let total = files.reduce(0) { $0 + $1.sizeBytes }
        var done: Int64 = 0
        let secrets = try files.flatMap { file in
            try SecretSearch.secrets(in: file.path, named: file.name) {
                done += $0
                progress(done, total)
            }
        }
        let certain = secrets.filter { $0.isCertain && ($0.token != nil || !allowed.contains($0.file)) }
        guard certain.isEmpty else { throw SecretsFound(secrets: certain) }
        return secrets
    }

    /// The parts of the upload that are files of the package as well.
    private func parts(_ files: [PackedFile]) throws -> [(role: Artifact.Role, bytes: [UInt8])] {
        var parts: [(role: Artifact.Role, bytes: [UInt8])] = [(.manifest, manifestBytes)]
        var wanted = Self.documents
        if manifest.runtime == "wasm" { wanted.append((.wasmModule, manifest.wasmModule ?? PackageRules.moduleName)) }
        for (role, name) in wanted {
            guard let file = files.first(where: { $0.name == name }) else { continue }
            guard file.sizeBytes <= Int64(role.maximumBytes) else { throw tooLarge(role, file.sizeBytes) }
            parts.append((role, try FileSystem.read(file.path, limit: role.maximumBytes)))
        }
        return parts
    }

    private func pack(
        _ files: [PackedFile], with parts: [(role: Artifact.Role, bytes: [UInt8])], in workFolder: String,
        progress: (Int64, Int64) -> Void
    ) throws -> [(role: Artifact.Role, bytes: [UInt8])] {
        let package = "\(workFolder)/package.tar.gz"
        do {
            let total = files.reduce(0) { $0 + $1.sizeBytes }
            let limit = Artifact.Role.package.maximumBytes
            let size = try TarGzip.pack(files.map(\.source), to: package) { progress($0, total) }
            guard size <= limit else { throw tooLarge(.package, size) }
            // What the server would refuse, such as a file too many, is refused here.
            try PackageRules(manifest, Self.artifacts(parts)).check(package)
            return parts + [(.package, try FileSystem.read(package, limit: limit))]
        } catch let fault as ArchiveFault {
            throw invalid("\(fault)")
        } catch let fault as PackageFault {
            throw invalid("\(fault)")
        }
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

    private func tooLarge(_ role: Artifact.Role, _ size: Int64) -> Failure {
        Failure(
            .permanent, "content-too-large",
            "the \(role.rawValue) has \(size) bytes; there may be \(role.maximumBytes)",
            fix: "name what does not belong to the agent in .mentatignore")
    }
}

extension Problem.Finding {
    /// A finding of a manifest.
    package init(manifest finding: Manifest.Finding) {
        self.init(severity: finding.severity.rawValue, path: finding.path, message: finding.message)
    }
}
