import AgentIndex
import Crypto
import Events
import JSON
import Manifest
import System

/// The agents on this machine: `registry/<id>/<version>/` below the home folder, each with a receipt that says where it
/// came from.
struct InstalledAgents: Sendable {
    /// What is kept of an installation.
    struct Receipt: Sendable {
        let id: AgentID
        let version: SemVer
        let registry: String
        /// What was asked for: `latest`, a version or a range.
        let request: String
        let release: String
        let artifact: Artifact
        let installed: Timestamp
        /// Where it lies.
        let path: String

        var json: JSONValue {
            .members([
                "agent_id": .string(id.description), "id": .string(id.key.description),
                "installed_at": .string(installed.description), "path": .string(path), "registry": .string(registry),
                "release": .string(release), "request": .string(request), "role": .string(artifact.role.rawValue),
                "sha256": .string(artifact.sha256.hex), "size": .integer(artifact.sizeBytes),
                "version": .string(version.description),
            ])
        }

        init(
            id: AgentID, version: SemVer, registry: String, request: String, release: String, artifact: Artifact,
            installed: Timestamp, path: String
        ) {
            self.id = id
            self.version = version
            self.registry = registry
            self.request = request
            self.release = release
            self.artifact = artifact
            self.installed = installed
            self.path = path
        }

        /// Reads one; nil for what is none.
        init?(_ value: JSONValue, path: String) {
            guard let id = value["agent_id"]?.string.flatMap(AgentID.init),
                let version = value["version"]?.string.flatMap(SemVer.init), let registry = value["registry"]?.string,
                let request = value["request"]?.string, let release = value["release"]?.string,
                let role = value["role"]?.string.flatMap(Artifact.Role.init),
                let sha256 = value["sha256"]?.string.flatMap({ SHA256Digest(hex: $0) }),
                let size = value["size"]?.integer, let installed = value["installed_at"]?.string.flatMap(Timestamp.init)
            else { return nil }
            self.init(
                id: id, version: version, registry: registry, request: request, release: release,
                artifact: Artifact(role: role, sha256: sha256, sizeBytes: size), installed: installed, path: path)
        }
    }

    /// The file of the receipt within a version's folder; no package holds a file there.
    static let receiptName = ".mentatlab/receipt.json"

    let folder: String

    init(_ settings: Settings) {
        folder = "\(settings.home)/registry"
    }

    /// Where downloads and half unpacked agents lie.
    var incoming: String { "\(folder)/.incoming" }

    /// Where a version is installed.
    func path(_ key: AgentKey, _ version: SemVer) -> String { "\(folder)/\(key)/\(version)" }

    /// Waits until no other program changes what is installed.
    func lock() async throws -> FileLock {
        try FileSystem.makeDirectory(folder, mode: 0o755)
        for _ in 0..<600 {
            if let lock = try FileLock.acquire("\(folder)/.lock") { return lock }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw Failure(.retryable, "locked", "another mentatctl has been changing \(folder) for a minute")
    }

    /// What is installed of an agent, the lowest version first; of all agents where none is named.
    func list(_ wanted: AgentKey? = nil) throws -> [Receipt] {
        guard try FileSystem.status(folder)?.isDirectory == true else { return [] }
        var receipts: [Receipt] = []
        for name in try FileSystem.names(in: folder) where !name.hasPrefix(".") {
            guard let key = AgentKey(name), wanted == nil || wanted == key,
                try FileSystem.status("\(folder)/\(name)")?.isDirectory == true
            else { continue }
            let versions = try FileSystem.names(in: "\(folder)/\(name)").compactMap(SemVer.init).sorted()
            for version in versions {
                if let receipt = try receipt(key, version) { receipts.append(receipt) }
            }
        }
        return receipts
    }

    /// The receipt of a version; nil where it is not installed.
    func receipt(_ key: AgentKey, _ version: SemVer) throws -> Receipt? {
        let path = path(key, version)
        guard let bytes = try FileSystem.readIfThere("\(path)/\(Self.receiptName)", limit: 65_536),
            let value = try? JSONValue(bytes)
        else { return nil }
        return Receipt(value, path: path)
    }

    /// Puts an unpacked agent with its receipt in its place.
    func place(_ unpacked: String, _ receipt: Receipt) throws {
        try FileSystem.makeDirectory(FileSystem.parent(of: "\(unpacked)/\(Self.receiptName)"), mode: 0o755)
        try FileSystem.replace(
            "\(unpacked)/\(Self.receiptName)", with: receipt.json.canonicalBytes + [0x0a], mode: 0o644)
        let parent = FileSystem.parent(of: receipt.path)
        try FileSystem.makeDirectory(parent, mode: 0o755)
        try Unfinished.whole {
            guard try FileSystem.status("\(unpacked)/\(Self.receiptName)") != nil else { throw CancellationError() }
            // What lies there without a receipt was never whole.
            try FileSystem.removeTree(receipt.path)
            try FileSystem.rename(unpacked, to: receipt.path)
            try FileSystem.synchronizeDirectory(parent)
        }
    }

    /// Removes a version; out of sight at once, whatever ends this program in between.
    func remove(_ receipt: Receipt) async throws {
        try await Unfinished.folder(in: incoming) { work in
            try FileSystem.rename(receipt.path, to: "\(work)/removed")
            let parent = FileSystem.parent(of: receipt.path)
            if try FileSystem.names(in: parent).isEmpty { try FileSystem.removeTree(parent) }
        }
    }

    /// Removes what programs left that were killed; the lock says that no other one is at work.
    func sweep() throws {
        try FileSystem.removeTree(incoming)
        try FileSystem.makeDirectory(incoming)
    }
}
