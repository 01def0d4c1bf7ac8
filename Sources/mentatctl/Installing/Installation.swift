import AgentIndex
import Archive
import Contract
import Crypto
import Events
import JSON
import Manifest
import System

/// Brings one agent from a registry to this machine. Nothing of it is seen before all of it is there and as its digest
/// says.
struct Installation {
    let registry: Registry
    let agents: InstalledAgents
    let console: Console

    /// What came of it.
    struct Outcome: Sendable {
        let receipt: InstalledAgents.Receipt
        let isNew: Bool
        let dependencies: [Dependency]
    }

    /// What installers read of an agent.
    func index(_ id: AgentID) async throws -> IndexDocument {
        let answer = try await registry.send(agent: id, Paths.index(id.key.description))
        let document: IndexDocument
        do throws(IndexFault) {
            document = try IndexDocument(answer.body)
        } catch {
            throw Failure(.failure, "broken-index", "the index of '\(id)' can't be read: \(error)")
        }
        guard document.key == id.key else {
            throw Failure(
                .failure, "another-agent",
                "\(registry.origin) answers with the index of '\(document.id)', not of '\(id)'")
        }
        return document
    }

    /// Installs the version that is meant, unless it is there.
    ///
    /// - Parameter installed: a version that it has to be higher than; nil is returned where it is not.
    func install(_ reference: AgentReference, above installed: SemVer? = nil) async throws -> Outcome? {
        let request = try reference.request()
        let document = try await index(reference.id)
        let version: IndexedVersion
        do throws(IndexDocument.ResolutionFailure) {
            version = try document.resolve(request)
        } catch {
            throw failure(error, document, request)
        }
        if let installed, !(installed < version.version) { return nil }
        if document.isDeprecated {
            let use = document.replacement.map { "; use \($0)" } ?? ""
            console.warn("\(document.id) is not recommended any more\(use)")
        }
        if let reason = version.yankReason {
            console.warn("\(document.id) \(version.version) is yanked (\(reason.rawValue))")
        }
        if let there = try agents.receipt(document.key, version.version) {
            guard there.release == version.release.hex else {
                throw Failure(
                    .failure, "another-release",
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
                .failure, "version-not-found", "every version \(request) of '\(document.id)' is yanked",
                fix: "\(document.id)@\(highest) asks for a yanked one by name")
        case .noneMatches:
            let known = document.versions.filter { !$0.isYanked }.suffix(8).map { "\($0.version)" }
            return Failure(
                .failure, "version-not-found",
                "'\(document.id)' has no version \(request); there are \(known.isEmpty ? "none" : known.joined(separator: ", "))",
                fix: "mentatctl agent info \(document.id)")
        }
    }

    private func fetch(
        _ document: IndexDocument, _ version: IndexedVersion, _ request: VersionRequest
    ) async throws -> InstalledAgents.Receipt {
        guard let artifact = version.installed, let manifest = version.artifacts.first(where: { $0.role == .manifest })
        else { throw Failure(.failure, "nothing-to-install", "\(document.id) \(version.version) has no file") }
        let receipt = InstalledAgents.Receipt(
            id: document.id, version: version.version, registry: registry.origin, request: request.description,
            release: version.release.hex, artifact: artifact,
            installed: Timestamp(milliseconds: Host.wallClockMilliseconds()),
            path: agents.path(document.key, version.version))
        try await Unfinished.folder(in: agents.incoming) { work in
            let page = "agents/\(document.key)/versions/\(version.version.description.asSegment)"
            // By way of the address that counts it.
            let path = try await registry.location(ofDownload: "\(page)/download?source=cli")
            try await download(artifact, from: path, to: "\(work)/\(artifact.role.rawValue)")
            let unpacked = "\(work)/unpacked"
            try FileSystem.makeDirectory(unpacked, mode: 0o755)
            switch artifact.role {
            case .package:
                try unpack("\(work)/\(artifact.role.rawValue)", into: unpacked)
            case .wasmModule: try FileSystem.rename("\(work)/\(artifact.role.rawValue)", to: "\(unpacked)/agent.wasm")
            default: break
            }
            // The manifest that was judged when it was published stands beside what it describes.
            if artifact.role != .manifest {
                try await download(
                    manifest, from: Paths.artifact(manifest.sha256.hex), to: "\(work)/\(manifest.role.rawValue)")
            }
            try FileSystem.removeTree("\(unpacked)/manifest.yaml")
            try FileSystem.rename("\(work)/\(manifest.role.rawValue)", to: "\(unpacked)/manifest.yaml")
            try agents.place(unpacked, receipt)
        }
        return receipt
    }

    private func unpack(_ package: String, into folder: String) throws {
        do {
            let entries = try TarGzip.unpack(package, into: folder)
            if let taken = entries.first(where: { entry in
                let first = entry.name.utf8.split(separator: UInt8(ascii: "/")).first
                return first.map { String(decoding: $0, as: UTF8.self).lowercased() } == ".mentatlab"
            }) {
                throw Failure(
                    .failure, "refused-package",
                    "the package holds '\(JSONValue.printable(taken.name))', a name that is kept")
            }
        } catch let fault as ArchiveFault {
            throw Failure(.failure, "refused-package", "the package can't be unpacked: \(fault)")
        }
    }

    private func download(_ artifact: Artifact, from path: String, to file: String) async throws {
        let digest = try await registry.download(path, to: file, sizeBytes: artifact.sizeBytes) { received in
            console.progress("downloading", received, of: artifact.sizeBytes)
        }
        console.clearProgress()
        guard digest == artifact.sha256 else {
            throw Failure(
                .failure, "wrong-digest",
                "the \(artifact.role.rawValue) that \(registry.origin) sent has the digest \(digest); the index says \(artifact.sha256)",
                fix: "tell the operator of the registry; nothing was installed")
        }
    }
}
