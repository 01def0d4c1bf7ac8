package import AgentIndex
import Archive
package import Contract
import Crypto
package import Events
import JSON
import Manifest
import PackageRules
package import RegistryClient
import System

/// Installs one agent of a registry on this machine. The version's folder appears in one step, once all files are there
/// and have the digests that the index states.
package struct Installation: Sendable {
    /// What was done.
    package enum Change: String, Sendable {
        case installed
        /// It is there, as it was installed.
        case none
        /// It was there, but not as it was installed.
        case repaired
    }

    private let registry: RegistryClient
    private let asOf: AsOf?
    private let agents: InstalledAgents
    private let warn: @Sendable (String) -> Void
    private let progress: @Sendable (_ received: Int64, _ total: Int64) -> Void

    /// What came of it.
    package struct Outcome: Sendable {
        package let receipt: InstalledAgents.Receipt
        package let change: Change
        /// What the version needs.
        package let dependencies: [Dependency]
    }

    /// - Parameters:
    ///   - asOf: the moment as of which versions are found; nil for the present.
    ///   - warn: gets a sentence where the agent is deprecated, and one where the version is yanked.
    ///   - progress: how many bytes of a file were received.
    package init(
        _ registry: RegistryClient, asOf: AsOf?, into agents: InstalledAgents,
        warn: @escaping @Sendable (String) -> Void,
        progress: @escaping @Sendable (_ received: Int64, _ total: Int64) -> Void
    ) {
        self.registry = registry
        self.asOf = asOf
        self.agents = agents
        self.warn = warn
        self.progress = progress
    }

    /// Installs the version that is meant. One that is there is left as it is, or made whole again where it differs from
    /// what was installed.
    package func install(_ reference: AgentReference) async throws -> Outcome {
        let request = try reference.request()
        let (document, version) = try await RegistryIndex(registry, asOf: asOf).resolve(request, of: reference.id)
        return try await install(version, of: document, for: request)
    }

    /// Installs a version that a request was resolved to.
    package func install(
        _ version: IndexedVersion, of document: IndexDocument, for request: VersionRequest
    ) async throws -> Outcome {
        guard version.release == VersionPublished.release(of: version.artifacts) else {
            throw Failure(
                .permanent, "broken-index",
                "the index of '\(document.id)' says the release \(version.release) for \(version.version), whose files have another",
                fix: "tell the operator of \(registry.origin); nothing was installed")
        }
        if document.isDeprecated {
            let use = document.replacement.map { "; use \($0)" } ?? ""
            warn("\(document.id) is not recommended any more\(use)")
        }
        if let yank = version.yank {
            warn("\(document.id) \(version.version) is yanked (\(yank.reason ?? "other"))")
        }
        if let there = try agents.receipt(document.key, version.version) {
            guard there.release == version.release else {
                throw Failure(
                    .permanent, "another-release",
                    "\(document.id) \(version.version) is installed from \(there.registry) with another content",
                    fix: "mentatctl agent uninstall \(document.id)@\(version.version)")
            }
            let isWhole = try agents.differences(there).isNone
            let receipt = isWhole ? there : try await fetch(document, version, request, requests: there.requests)
            return Outcome(
                receipt: try agents.note(request, in: receipt), change: isWhole ? .none : .repaired,
                dependencies: version.dependencies)
        }
        let receipt = try await fetch(document, version, request, requests: [])
        return Outcome(receipt: receipt, change: .installed, dependencies: version.dependencies)
    }

    private func fetch(
        _ document: IndexDocument, _ version: IndexedVersion, _ request: VersionRequest, requests: [String]
    ) async throws -> InstalledAgents.Receipt {
        guard let artifact = version.installed, let manifest = version.artifacts.first(where: { $0.role == .manifest })
        else { throw Failure(.permanent, "nothing-to-install", "\(document.id) \(version.version) has no file") }
        let receipt = InstalledAgents.Receipt(
            id: document.id, version: version.version, registry: registry.origin,
            requests: requests.isEmpty ? [request.description] : requests,
            release: version.release, role: artifact.role, sha256: artifact.sha256, sizeBytes: artifact.sizeBytes,
            installed: Timestamp(milliseconds: Host.wallClockMilliseconds()),
            path: agents.path(document.key, version.version))
        try await Unfinished.folder(in: agents.incoming) { work in
            let counted = DownloadParameters(
                id: document.key, version: version.version.description, source: .cli)
            try await download(
                artifact, from: try await registry.location(of: counted), to: "\(work)/\(artifact.role.rawValue)")
            let unpacked = "\(work)/unpacked"
            try FileSystem.makeDirectory(unpacked, mode: 0o755)
            // The manifest that was judged when it was published stands beside what it describes.
            let manifestFile = "\(work)/\(manifest.role.rawValue)"
            if artifact.role != .manifest {
                try await download(
                    manifest, from: Endpoints.showArtifact.target(ArtifactParameters(digest: manifest.sha256)),
                    to: manifestFile)
            }
            switch artifact.role {
            case .package:
                let parsed = AgentManifest(parsing: try FileSystem.read(manifestFile, limit: 1 << 20))
                try unpack(
                    "\(work)/\(artifact.role.rawValue)", PackageRules(parsed, version.artifacts), into: unpacked)
            case .wasmModule:
                try FileSystem.rename(
                    "\(work)/\(artifact.role.rawValue)", to: "\(unpacked)/\(PackageRules.moduleName)")
            default: break
            }
            try FileSystem.rename(manifestFile, to: "\(unpacked)/\(PackageRules.manifestName)")
            // What was downloaded as it is was for this program alone so far.
            try FileSystem.changeMode("\(unpacked)/\(PackageRules.manifestName)", 0o644)
            if artifact.role == .wasmModule {
                try FileSystem.changeMode("\(unpacked)/\(PackageRules.moduleName)", 0o644)
            }
            try agents.place(unpacked, receipt)
        }
        return receipt
    }

    private func unpack(_ package: String, _ rules: PackageRules, into folder: String) throws {
        do {
            try rules.unpack(package, into: folder)
        } catch let fault as ArchiveFault {
            throw Failure(.permanent, "refused-package", "the package can't be unpacked: \(fault)")
        } catch let fault as PackageFault {
            throw Failure(
                .permanent, "refused-package", "the package is not what its version says: \(fault)",
                fix: "tell the publisher; nothing was installed")
        }
    }

    private func download(_ artifact: Artifact, from path: String, to file: String) async throws {
        guard artifact.sizeBytes <= Int64(artifact.role.maximumBytes) else {
            throw Failure(
                .permanent, "content-too-large",
                "the index says that the \(artifact.role.rawValue) has \(artifact.sizeBytes) bytes; there may be \(artifact.role.maximumBytes)",
                fix: "tell the operator of the registry; nothing was installed")
        }
        let digest = try await registry.download(path, to: file, sizeBytes: artifact.sizeBytes) { [progress] in
            progress($0, artifact.sizeBytes)
        }
        guard digest == artifact.sha256 else {
            throw Failure(
                .permanent, "wrong-digest",
                "the \(artifact.role.rawValue) that \(registry.origin) sent has the digest \(digest); the index says \(artifact.sha256)",
                fix: "tell the operator of the registry; nothing was installed")
        }
    }
}
