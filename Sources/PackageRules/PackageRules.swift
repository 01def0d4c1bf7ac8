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

    /// The parts that a package may hold again, by the name that the entry has, folded.
    private let doubles: [String: Artifact]

    /// The rules for the package of a version with these artifacts.
    package init(_ manifest: AgentManifest, _ artifacts: [Artifact]) {
        var doubles: [String: Artifact] = [:]
        for artifact in artifacts {
            switch artifact.role {
            case .manifest: doubles[Self.manifestName] = artifact
            case .readme: doubles["readme.md"] = artifact
            case .changelog: doubles["changelog.md"] = artifact
            case .wasmModule: doubles[Self.folded(Self.plain(manifest.wasmModule ?? Self.moduleName))] = artifact
            case .package: break
            }
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
            let parts = entry.name.split(separator: "/").map { folded(String($0)) }
            if parts.contains(keptFolder) {
                throw PackageFault(entry: entry.name, reason: "has a name that is kept for what mentatctl writes")
            }
            if parts.count == 1, otherManifests.contains(parts[0]), entry.name != manifestName || !entry.isFile {
                throw PackageFault(
                    entry: entry.name, reason: "is another spelling of \(manifestName), the manifest of a package")
            }
        }
    }

    /// A name as systems see it that fold case and drop dots and spaces at the end.
    private static func folded(_ name: String) -> String {
        var name = Substring(name.lowercased())
        while name.last == "." || name.last == " " { name.removeLast() }
        return String(name)
    }

    /// A path without the parts that mean nothing.
    private static func plain(_ path: String) -> String {
        path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
    }

    /// Compares entries with the parts while they are read.
    private final class Comparison {
        private struct Open: ~Copyable {
            let entry: String
            let part: Artifact
            var hasher = SHA256Hasher()
        }

        private let doubles: [String: Artifact]
        private var open: Open?

        init(_ doubles: [String: Artifact]) { self.doubles = doubles }

        func take(_ entry: TarGzip.Entry, _ piece: [UInt8]?) throws(PackageFault) {
            if let piece {
                open?.hasher.update(piece)
                return
            }
            try end()
            if let part = doubles[PackageRules.folded(entry.name)] { open = Open(entry: entry.name, part: part) }
        }

        /// Checks the entry that is open.
        func end() throws(PackageFault) {
            guard var finished = open.take() else { return }
            guard finished.hasher.finish() == finished.part.sha256 else {
                throw PackageFault(
                    entry: finished.entry, reason: "differs from the part '\(finished.part.role.rawValue)'")
            }
        }
    }
}
