import Archive
import Contract
import Crypto
package import Events
package import Manifest

/// The reason why a package is refused although it is a sound archive.
package struct PackageFault: Error, Equatable, CustomStringConvertible {
    /// The name of the entry concerned.
    package let entry: String
    /// What is wrong, in words that follow the entry's name.
    package let reason: String
    /// True where the entry holds a token of a marketplace.
    package var isSecret = false

    package var description: String { "'\(entry)' \(reason)" }
}

/// What a package may hold beside the other parts of its version.
///
/// A version has its manifest, README, changes and module as files of their own; its package may hold copies of them. A
/// copy that differs would run something else than people read, so the bytes are compared when a version is published
/// and when it is installed.
package struct PackageRules {
    /// The name under which a package holds its manifest.
    package static let manifestName = "manifest.yaml"
    /// The name under which a package holds its module, where the manifest does not say another.
    package static let moduleName = "agent.wasm"
    private static let otherManifests: Set<String> = ["manifest.yaml", "manifest.yml", "manifest.json"]
    private static let keptFolder = ".mentatlab"

    /// What an entry has to be: the digest, and where that is said.
    private typealias Wanted = [(digest: SHA256Digest, source: String)]

    /// What entries have to be, by the folded parts of their names from the last to the first.
    private let doubles: [(parts: [String], wanted: Wanted)]

    /// The rules for the package of a version with these artifacts.
    package init(_ manifest: AgentManifest, _ artifacts: [Artifact]) {
        var doubles: [[String]: Wanted] = [:]
        let module = Self.parts(manifest.wasmModule ?? Self.moduleName).reversed().map(Self.folded)
        for artifact in artifacts {
            let name: [String]
            switch artifact.role {
            case .manifest: name = [Self.manifestName]
            case .readme: name = ["readme.md"]
            case .changelog: name = ["changelog.md"]
            case .wasmModule: name = module
            case .package: continue
            }
            doubles[name, default: []].append((artifact.sha256, "the part '\(artifact.role.rawValue)'"))
        }
        // A module that is only in the package is what the manifest says that it is.
        if let stated = manifest.wasmSHA256.flatMap({ SHA256Digest(hex: $0) }) {
            doubles[module, default: []].append((stated, "'wasm.sha256' of the manifest"))
        }
        self.doubles = doubles.map { (parts: $0.key, wanted: $0.value) }
    }

    /// Reads a whole package that is to be published; blocks the calling thread. A token of a marketplace must not be in
    /// it.
    ///
    /// - Throws: `PackageFault`, `ArchiveFault` for an archive that is refused itself, or `SystemError`.
    package func check(_ path: String) throws {
        let comparison = Comparison(doubles)
        var search = TokenSearch()
        let entries = try TarGzip.read(path) { entry, piece in
            try comparison.take(entry, piece)
            if let piece {
                try Self.look(through: piece, of: entry, &search)
            } else {
                search.beginFile()
            }
        }
        try comparison.end()
        try Self.check(entries)
    }

    /// Unpacks a package into a folder that exists and is empty; blocks the calling thread. It compares the copies of
    /// parts and checks the names as `check` does, but looks for no tokens. After an error the folder holds what was
    /// unpacked.
    ///
    /// - Throws: `PackageFault`, `ArchiveFault` or `SystemError`.
    package func unpack(_ path: String, into folder: String) throws {
        let comparison = Comparison(doubles)
        let entries = try TarGzip.unpack(path, into: folder) { try comparison.take($0, $1) }
        try comparison.end()
        try Self.check(entries)
    }

    private static func look(
        through piece: [UInt8], of entry: TarGzip.Entry, _ search: inout TokenSearch
    ) throws(PackageFault) {
        switch search.take(piece) {
        case .nothing: return
        case .token:
            throw PackageFault(entry: entry.name, reason: "holds a token of a MentatLab marketplace", isSecret: true)
        case .tooMany:
            throw PackageFault(
                entry: entry.name,
                reason: "holds one of more than \(TokenSearch.maximumCandidates) texts that have the form of a token")
        }
    }

    private static func check(_ entries: [TarGzip.Entry]) throws(PackageFault) {
        for entry in entries {
            let parts = parts(entry.name)
            if parts.contains(where: isKept) {
                throw PackageFault(entry: entry.name, reason: "has a name that is kept for what mentatctl writes")
            }
            if parts.count == 1, otherManifests.contains(folded(parts[0])), entry.name != manifestName || !entry.isFile
            {
                throw PackageFault(
                    entry: entry.name, reason: "is another spelling of \(manifestName), the manifest of a package")
            }
        }
    }

    /// The parts of a path without those that mean nothing.
    private static func parts(_ path: String) -> [Substring] {
        // By bytes: looking for characters costs far more where many marks combine.
        path.utf8.split(separator: UInt8(ascii: "/")).filter { !$0.elementsEqual(".".utf8) }.map(Substring.init)
    }

    /// A name as systems see it that fold case, and drop dots and spaces at its end.
    private static func folded(_ part: Substring) -> String {
        // Letters that have one capital are the same letter, such as the long s.
        var name = Substring(part.uppercased().lowercased())
        while name.last == "." || name.last == " " { name.removeLast() }
        return String(name)
    }

    /// True for a spelling of `keptFolder`. No letter outside of ASCII folds to one of its letters, so bytes tell.
    private static func isKept(_ part: Substring) -> Bool {
        let kept = keptFolder.utf8
        guard part.utf8.count >= kept.count else { return false }
        return zip(part.utf8, kept).allSatisfy { $0 == $1 || $0 | 0x20 == $1 && $1 != UInt8(ascii: ".") }
            && part.utf8.dropFirst(kept.count).allSatisfy { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: " ") }
    }

    /// Compares entries with the parts while they are read.
    private final class Comparison {
        private struct Open: ~Copyable {
            let entry: String
            let wanted: Wanted
            var hasher = SHA256Hasher()
        }

        private let doubles: [(parts: [String], wanted: Wanted)]
        private var open: Open?

        init(_ doubles: [(parts: [String], wanted: Wanted)]) { self.doubles = doubles }

        /// What an entry has to be; nil for one that may be anything. Names are compared from the end, since folding costs
        /// something and most names differ there.
        private func wanted(_ name: String) -> Wanted? {
            let parts = PackageRules.parts(name)
            guard let last = parts.last.map(PackageRules.folded) else { return nil }
            return doubles.first { double in
                double.parts.count == parts.count && double.parts[0] == last
                    && zip(double.parts, parts.reversed()).dropFirst().allSatisfy { $0 == PackageRules.folded($1) }
            }?.wanted
        }

        func take(_ entry: TarGzip.Entry, _ piece: [UInt8]?) throws(PackageFault) {
            if let piece {
                open?.hasher.update(piece)
                return
            }
            try end()
            if let wanted = wanted(entry.name) { open = Open(entry: entry.name, wanted: wanted) }
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
