import Archive
import Crypto
package import Events
package import Manifest

/// The reason why a package is refused although it is a sound archive.
package struct PackageFault: Error, Equatable, CustomStringConvertible {
    /// The name of the entry concerned.
    package let entry: String
    /// What is wrong, in words that follow the entry's name.
    package let reason: String

    package var description: String { "'\(entry)' \(reason)" }
}

/// What a package may hold beside the other parts of its version.
///
/// A version shows its manifest, its README, its changes and its module as parts of their own; a package may hold them
/// again. Who reads the one and runs the other is shown something else unless both are the same bytes, so they are
/// compared where a version is published and again where it is installed.
package struct PackageRules {
    /// The name under which a package holds its manifest.
    package static let manifestName = "manifest.yaml"
    /// The name under which a package holds its module, where the manifest does not say another.
    package static let moduleName = "agent.wasm"
    private static let otherManifests: Set<String> = ["manifest.yaml", "manifest.yml", "manifest.json"]
    private static let keptFolder = ".mentatlab"

    /// What an entry has to be, by its folded name: the digest, and where that is said.
    private let doubles: [String: [(digest: SHA256Digest, source: String)]]

    /// The rules for the package of a version with these artifacts.
    package init(_ manifest: AgentManifest, _ artifacts: [Artifact]) {
        var doubles: [String: [(digest: SHA256Digest, source: String)]] = [:]
        let module = Self.folded(manifest.wasmModule ?? Self.moduleName)
        for artifact in artifacts {
            let name: String
            switch artifact.role {
            case .manifest: name = Self.manifestName
            case .readme: name = "readme.md"
            case .changelog: name = "changelog.md"
            case .wasmModule: name = module
            case .package: continue
            }
            doubles[name, default: []].append((artifact.sha256, "the part '\(artifact.role.rawValue)'"))
        }
        // A module that is only in the package is what the manifest says that it is.
        if let stated = manifest.wasmSHA256.flatMap({ SHA256Digest(hex: $0) }) {
            doubles[module, default: []].append((stated, "'wasm.sha256' of the manifest"))
        }
        self.doubles = doubles
    }

    /// Reads a whole package; blocks the calling thread.
    ///
    /// - Throws: `PackageFault`, `ArchiveFault` for an archive that is refused itself, or `SystemError`.
    package func check(_ path: String) throws {
        let comparison = Comparison(doubles)
        let entries = try TarGzip.read(path) { try comparison.take($0, $1) }
        try comparison.end()
        try Self.check(entries)
    }

    /// Unpacks a package into a folder that exists and is empty; blocks the calling thread. After an error the folder
    /// holds what was unpacked so far.
    ///
    /// - Throws: as `check` does.
    package func unpack(_ path: String, into folder: String) throws {
        let comparison = Comparison(doubles)
        let entries = try TarGzip.unpack(path, into: folder) { try comparison.take($0, $1) }
        try comparison.end()
        try Self.check(entries)
    }

    private static func check(_ entries: [TarGzip.Entry]) throws(PackageFault) {
        for entry in entries {
            let parts = folded(entry.name).split(separator: "/")
            if parts.contains(where: { $0 == keptFolder }) {
                throw PackageFault(entry: entry.name, reason: "has a name that is kept for what mentatctl writes")
            }
            if parts.count == 1, otherManifests.contains(String(parts[0])), entry.name != manifestName || !entry.isFile
            {
                throw PackageFault(
                    entry: entry.name, reason: "is another spelling of \(manifestName), the manifest of a package")
            }
        }
    }

    /// A path as systems see it that fold case, and drop dots and spaces at the end of a name; without parts that mean
    /// nothing.
    private static func folded(_ path: String) -> String {
        // Letters that have one capital are the same letter, such as the long s.
        path.uppercased().lowercased().split(separator: "/").compactMap { part in
            var part = part
            while part.last == "." || part.last == " " { part.removeLast() }
            return part.isEmpty ? nil : part
        }.joined(separator: "/")
    }

    /// Compares entries with the parts while they are read.
    private final class Comparison {
        private struct Open: ~Copyable {
            let entry: String
            let wanted: [(digest: SHA256Digest, source: String)]
            var hasher = SHA256Hasher()
        }

        private let doubles: [String: [(digest: SHA256Digest, source: String)]]
        private var open: Open?

        init(_ doubles: [String: [(digest: SHA256Digest, source: String)]]) { self.doubles = doubles }

        func take(_ entry: TarGzip.Entry, _ piece: [UInt8]?) throws(PackageFault) {
            if let piece {
                open?.hasher.update(piece)
                return
            }
            try end()
            if let wanted = doubles[PackageRules.folded(entry.name)] { open = Open(entry: entry.name, wanted: wanted) }
        }

        /// Checks the entry that is open.
        func end() throws(PackageFault) {
            guard var finished = open.take() else { return }
            let digest = finished.hasher.finish()
            if let other = finished.wanted.first(where: { $0.digest != digest }) {
                throw PackageFault(entry: finished.entry, reason: "differs from \(other.source)")
            }
        }
    }
}
