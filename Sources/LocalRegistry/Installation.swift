import AgentIndex
import Archive
import Contract
import Crypto
package import Events
import JSON
package import Manifest
import PackageRules
package import RegistryClient
import System

/// Brings one agent from a registry to this machine. Nothing of it is seen before all of it is there and as its digest
/// says.
package struct Installation: Sendable {
    private let registry: RegistryClient
    private let agents: InstalledAgents
    private let warn: @Sendable (String) -> Void
    private let progress: @Sendable (_ received: Int64, _ total: Int64) -> Void

    /// What came of it.
    package struct Outcome: Sendable {
        package let receipt: InstalledAgents.Receipt
        package let isNew: Bool
        /// What the version needs.
        package let dependencies: [Dependency]
    }

    /// - Parameters:
    ///   - warn: told of a version that is yanked or deprecated.
    ///   - progress: how many bytes of a file were received.
    package init(
        _ registry: RegistryClient, into agents: InstalledAgents, warn: @escaping @Sendable (String) -> Void,
        progress: @escaping @Sendable (_ received: Int64, _ total: Int64) -> Void
    ) {
        self.registry = registry
        self.agents = agents
        self.warn = warn
        self.progress = progress
    }

    /// What installers read of an agent.
    private func index(_ id: AgentID) async throws -> IndexDocument {
        let bytes = try await registry.about(id) {
            try await registry.document(Endpoints.showIndex, AgentParameters(id: id.key))
        }
        let document: IndexDocument
        do throws(IndexFault) {
            document = try IndexDocument(bytes)
        } catch {
            throw Failure(.permanent, "broken-index", "the index of '\(id)' can't be read: \(error)")
        }
        guard document.key == id.key else {
            throw Failure(
                .permanent, "another-agent",
                "\(registry.origin) answers with the index of '\(document.id)', not of '\(id)'")
        }
        return document
    }

    /// The version that is meant, with the document that says so.
    private func resolve(
        _ request: VersionRequest, of id: AgentID
    ) async throws -> (document: IndexDocument, version: IndexedVersion) {
        var bytesLeft = Self.maximumPageBytes
        for attempt in 0..<Self.attempts {
            if attempt > 0 { try await Task.sleep(for: .milliseconds(250 << attempt)) }
            let document = try await index(id)
            var search = document.search(request, maximumPages: Self.maximumPages)
            do {
                while true {
                    switch try search.step() {
                    case .found(let version): return (document, version)
                    case .needs(let link):
                        bytesLeft -= link.sizeBytes
                        guard bytesLeft >= 0 else { throw IndexDocument.ResolutionFailure.tooWide }
                        search.take(try await page(link, of: document))
                    }
                }
            } catch let error as IndexDocument.ResolutionFailure {
                throw failure(error, document, request)
            } catch let error as Failure where error.code == ProblemCode.artifactNotFound.rawValue {
                // The page was replaced meanwhile; the document by now links to what took its place.
                continue
            }
        }
        throw Failure(.retryable, "index-changes", "the index of '\(id)' changes all the time", fix: "try again")
    }

    private static let attempts = 4
    private static let maximumPages = 256
    private static let maximumPageBytes: Int64 = 128 << 20

    private func page(_ link: IndexLink, of document: IndexDocument) async throws -> IndexPage {
        let bytes = try await registry.document(
            Endpoints.showIndexPage, IndexPageParameters(id: document.key, page: link.digest))
        do throws(IndexFault) {
            return try IndexPage(bytes, behind: link, of: document.key)
        } catch {
            throw Failure(.permanent, "broken-index", "a page of the index of '\(document.id)' can't be read: \(error)")
        }
    }

    /// Installs the version that is meant, unless it is there.
    ///
    /// - Parameter installed: a version that it has to be higher than; nil is returned where it is not.
    package func install(_ reference: AgentReference, above installed: SemVer? = nil) async throws -> Outcome? {
        let request = try reference.request()
        let (document, version) = try await resolve(request, of: reference.id)
        guard version.release == VersionPublished.release(of: version.artifacts) else {
            throw Failure(
                .permanent, "broken-index",
                "the index of '\(document.id)' says the release \(version.release) for \(version.version), whose files have another",
                fix: "tell the operator of \(registry.origin); nothing was installed")
        }
        if let installed, !(installed < version.version) { return nil }
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
            return Outcome(receipt: there, isNew: false, dependencies: version.dependencies)
        }
        let receipt = try await fetch(document, version, request)
        return Outcome(receipt: receipt, isNew: true, dependencies: version.dependencies)
    }

    private func failure(
        _ error: IndexDocument.ResolutionFailure, _ document: IndexDocument, _ request: VersionRequest
    ) -> Failure {
        switch error {
        case .allYanked(let highest):
            return Failure(
                .permanent, "version-not-found", "every version \(request) of '\(document.id)' is yanked",
                fix: "\(document.id)@\(highest) asks for a yanked one by name")
        case .held(let version, let hold):
            return Failure(
                .permanent, ProblemCode.quarantined.rawValue,
                "'\(document.id)' \(version) is held by moderators for the reason '\(hold.reason ?? "other")' since \(hold.since)",
                fix: "mentatctl agent info \(document.id)")
        case .tooWide:
            return Failure(
                .permanent, "too-many-versions", "\(request) touches too many versions of '\(document.id)'",
                fix: "name a narrower range, or a version")
        case .noneMatches:
            let known = document.versions.filter { !$0.isYanked }.suffix(8).map { "\($0.version)" }
            return Failure(
                .permanent, "version-not-found",
                "'\(document.id)' has no version \(request); there are \(known.isEmpty ? "none" : known.joined(separator: ", "))",
                fix: "mentatctl agent info \(document.id)")
        }
    }

    private func fetch(
        _ document: IndexDocument, _ version: IndexedVersion, _ request: VersionRequest
    ) async throws -> InstalledAgents.Receipt {
        guard let artifact = version.installed, let manifest = version.artifacts.first(where: { $0.role == .manifest })
        else { throw Failure(.permanent, "nothing-to-install", "\(document.id) \(version.version) has no file") }
        let receipt = InstalledAgents.Receipt(
            id: document.id, version: version.version, registry: registry.origin, request: request.description,
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
