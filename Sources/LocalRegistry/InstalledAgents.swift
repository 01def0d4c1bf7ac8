import AgentIndex
package import Contract
package import Crypto
package import Events
import JSON
package import Manifest
package import System

/// The agents on this machine: `registry/<id>/<version>/` below the home folder, each with a receipt that says where it
/// came from.
package struct InstalledAgents: Sendable {
    /// What is kept of an installation.
    package struct Receipt: Body {
        package let id: AgentID
        package let version: SemVer
        package let registry: String
        /// What was asked for, each once: `latest`, versions and ranges.
        package fileprivate(set) var requests: [String]
        package let release: SHA256Digest
        package let role: Artifact.Role
        package let sha256: SHA256Digest
        package let sizeBytes: Int64
        package let installed: Timestamp
        /// Where it lies.
        package fileprivate(set) var path: String

        package static let form = Form.object(
            nil, Self.init, .required("agent_id", \.id, .agentID), .required("version", \.version, .version),
            .required("registry", \.registry, .text), .required("requests", \.requests, .list(.text)),
            .required("release", \.release, .digest), .required("role", \.role, .choice()),
            .required("sha256", \.sha256, .digest), .required("size", \.sizeBytes, .count),
            .required("installed_at", \.installed, .time), .required("path", \.path, .text))
    }

    /// The file of the receipt within a version's folder; no package holds a file there.
    static let receiptName = ".mentatlab/receipt.json"

    let folder: String

    /// - Parameter home: the folder that agents are installed under.
    package init(home: String) {
        folder = "\(home)/registry"
    }

    /// Where downloads and half unpacked agents lie.
    var incoming: String { "\(folder)/.incoming" }

    /// Where a version is installed.
    func path(_ key: AgentKey, _ version: SemVer) -> String { "\(folder)/\(key)/\(version)" }

    /// Takes the lock on the installed agents; waits at most a minute while another program holds it.
    ///
    /// - Parameter notice: called once after a second of waiting.
    /// - Throws: `Failure` with the code `locked`, of the kind `retryable`, after that minute.
    package func lock(_ notice: (String) -> Void) async throws -> FileLock {
        try FileSystem.makeDirectory(folder, mode: 0o755)
        for attempt in 0..<600 {
            if attempt == 10 { notice("another mentatctl is changing \(folder); waiting for it") }
            if let lock = try FileLock.acquire("\(folder)/.lock") { return lock }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw Failure(.retryable, "locked", "another mentatctl has been changing \(folder) for a minute")
    }

    /// What is installed of an agent, the lowest version first; of all agents where none is named.
    package func list(_ wanted: AgentKey? = nil) throws -> [Receipt] {
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

    /// The folders of versions that have no receipt which can be read: they count as not installed.
    package func damaged() throws -> [String] {
        guard try FileSystem.status(folder)?.isDirectory == true else { return [] }
        return try FileSystem.names(in: folder).filter { !$0.hasPrefix(".") }.flatMap { name -> [String] in
            guard let key = AgentKey(name), try FileSystem.status("\(folder)/\(name)")?.isDirectory == true else {
                return []
            }
            return try FileSystem.names(in: "\(folder)/\(name)").compactMap(SemVer.init).filter {
                try receipt(key, $0) == nil
            }.map { path(key, $0) }
        }
    }

    /// The receipt of a version; nil where it is not installed.
    package func receipt(_ key: AgentKey, _ version: SemVer) throws -> Receipt? {
        let path = path(key, version)
        guard let bytes = try? FileSystem.read("\(path)/\(Self.receiptName)", limit: 65_536),
            let document = try? JSONValue(bytes),
            var receipt = try? Receipt.form.value(document, isStrict: false)
        else { return nil }
        // The folder may have been moved since.
        receipt.path = path
        return receipt
    }

    /// In what an installed version differs from what was installed; blocks the calling thread.
    package func differences(_ receipt: Receipt) throws -> InstalledFiles.Differences {
        guard let bytes = try? FileSystem.read("\(receipt.path)/\(InstalledFiles.name)", limit: 16 << 20),
            let known = InstalledFiles(bytes)
        else { return .unknown }
        return try known.differences(to: receipt.path)
    }

    /// Keeps another request that a version was installed for.
    func note(_ request: VersionRequest, in receipt: Receipt) throws -> Receipt {
        guard !receipt.requests.contains(request.description) else { return receipt }
        var noted = receipt
        noted.requests.append(request.description)
        try FileSystem.replace(
            "\(receipt.path)/\(Self.receiptName)", with: Receipt.form.bytes(noted) + [0x0a], mode: 0o644)
        return noted
    }

    /// Puts an unpacked agent with its receipt in its place.
    func place(_ unpacked: String, _ receipt: Receipt) throws {
        try FileSystem.makeDirectory(FileSystem.parent(of: "\(unpacked)/\(Self.receiptName)"), mode: 0o755)
        try FileSystem.replace(
            "\(unpacked)/\(InstalledFiles.name)", with: InstalledFiles(of: unpacked).bytes, mode: 0o644)
        try FileSystem.replace(
            "\(unpacked)/\(Self.receiptName)", with: Receipt.form.bytes(receipt) + [0x0a], mode: 0o644)
        let parent = FileSystem.parent(of: receipt.path)
        try FileSystem.makeDirectory(parent, mode: 0o755)
        try Unfinished.whole {
            guard try FileSystem.status("\(unpacked)/\(Self.receiptName)") != nil else { throw CancellationError() }
            // What lies there was never whole, or is not any more. It goes out of the way in one step, and what the agent
            // wrote itself comes along.
            if try FileSystem.status(receipt.path) != nil {
                try keepAdded(of: receipt, in: unpacked)
                let aside = "\(FileSystem.parent(of: unpacked))/replaced"
                try FileSystem.rename(receipt.path, to: aside)
            }
            try FileSystem.rename(unpacked, to: receipt.path)
            try FileSystem.synchronizeDirectory(parent)
        }
    }

    /// Brings the files that an installed version has written itself into what takes its place.
    private func keepAdded(of receipt: Receipt, in unpacked: String) throws {
        for name in try InstalledFiles(of: unpacked).added(in: receipt.path) {
            let (from, to) = ("\(receipt.path)/\(name)", "\(unpacked)/\(name)")
            guard try FileSystem.status(to) == nil else { continue }
            try FileSystem.makeDirectory(FileSystem.parent(of: to), mode: 0o755)
            try FileSystem.rename(from, to: to)
        }
    }

    /// Removes a version. Its folder disappears in one step; `sweep` deletes what a killed program leaves of it.
    package func remove(_ receipt: Receipt) async throws {
        try await Unfinished.folder(in: incoming) { work in
            try FileSystem.rename(receipt.path, to: "\(work)/removed")
            let parent = FileSystem.parent(of: receipt.path)
            if try FileSystem.names(in: parent).isEmpty { try FileSystem.removeTree(parent) }
        }
    }

    /// Deletes what killed programs left of downloads and removals. The caller has to hold the lock.
    package func sweep() throws {
        try FileSystem.removeTree(incoming)
        try FileSystem.makeDirectory(incoming)
    }
}
