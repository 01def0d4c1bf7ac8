import Archive
import Contract
import Crypto
package import Events
import Lookalikes
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

/// A part of a name that means something in a package.
private struct KnownName {
    /// The name as systems see it that fold case.
    let folded: String
    private let looks: Set<String>

    init(_ name: String) {
        folded = Self.folded(Substring(name))
        looks = Self.looks(Substring(name)).union(Self.looks(Substring(name.uppercased())))
    }

    /// True for a part that may be taken for this one, in any case: `.rnentatlab`, `MANlFEST.YAML`.
    func isSuggested(by part: Substring) -> Bool { !looks.isDisjoint(with: Self.looks(part)) }

    /// A name as systems see it that fold case, and drop dots and spaces at its end.
    static func folded(_ part: Substring) -> String {
        // Letters that have one capital are the same letter, such as the long s.
        var name = Substring(part.uppercased().lowercased())
        while name.last == "." || name.last == " " { name.removeLast() }
        return String(name)
    }

    /// What a part looks like whatever its case: as it is, and in small letters.
    private static func looks(_ part: Substring) -> Set<String> {
        let shown = folded(Substring(Lookalikes.skeleton(String(part))))
        return [Lookalikes.skeleton(shown), Lookalikes.skeleton(folded(part))]
    }
}

/// What a package may hold beside the other parts of its version.
///
/// A version has its manifest, README, changes and module as files of their own; its package may hold copies of them. A
/// copy that differs would run something else than people read, so the bytes are compared when a version is published
/// and when it is installed. A name that only looks like that of a copy is refused.
package struct PackageRules {
    /// The name under which a package holds its manifest.
    package static let manifestName = "manifest.yaml"
    /// The name under which a package holds its module, where the manifest does not say another.
    package static let moduleName = "agent.wasm"
    private static let manifestNames = [manifestName, "manifest.yml", "manifest.json"].map { KnownName($0) }
    private static let keptFolder = KnownName(".mentatlab")

    /// What an entry has to be: the digest, and where that is said.
    private typealias Wanted = [(digest: SHA256Digest, source: String)]

    /// What entries of a name have to be.
    private struct Double {
        /// The parts of the name, from the last to the first.
        let parts: [KnownName]
        let wanted: Wanted
    }

    private let doubles: [Double]

    /// The rules for the package of a version with these artifacts.
    package init(_ manifest: AgentManifest, _ artifacts: [Artifact]) {
        var doubles: [[String]: Wanted] = [:]
        let module = Self.parts(manifest.wasmModule ?? Self.moduleName).reversed().map(KnownName.folded)
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
        self.doubles = doubles.map { Double(parts: $0.key.map { KnownName($0) }, wanted: $0.value) }
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
        // Most parts are folders that many entries share.
        var seen: Set<[UInt8]> = []
        var roots: Set<[UInt8]> = []
        for entry in entries {
            let parts = parts(entry.name)
            if parts.contains(where: { seen.insert(Array($0.utf8)).inserted && keptFolder.isSuggested(by: $0) }) {
                throw PackageFault(entry: entry.name, reason: "has a name that is kept for what mentatctl writes")
            }
            // The first part is a file, or a folder that need not have an entry of its own.
            if let first = parts.first, roots.insert(Array(first.utf8)).inserted,
                manifestNames.contains(where: { $0.isSuggested(by: first) }),
                entry.name != manifestName || !entry.isFile
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

    /// Compares entries with the parts while they are read.
    private final class Comparison {
        private struct Open: ~Copyable {
            let entry: String
            let wanted: Wanted
            var hasher = SHA256Hasher()
        }

        private let doubles: [Double]
        private var open: Open?

        init(_ doubles: [Double]) { self.doubles = doubles }

        /// What an entry has to be; nil for one that may be anything. Names are compared from the end, since folding costs
        /// something and most names differ there.
        private func wanted(_ name: String) throws(PackageFault) -> Wanted? {
            let parts: [Substring] = PackageRules.parts(name).reversed()
            for double in doubles where double.parts.count == parts.count {
                let pairs = zip(double.parts, parts)
                if pairs.allSatisfy({ $0.folded == KnownName.folded($1) }) { return double.wanted }
                guard !pairs.allSatisfy({ $0.isSuggested(by: $1) }) else {
                    let meant = double.parts.reversed().map(\.folded).joined(separator: "/")
                    throw PackageFault(
                        entry: name,
                        reason:
                            "looks like '\(meant)', a part of the version, and is another file; give it another name")
                }
            }
            return nil
        }

        func take(_ entry: TarGzip.Entry, _ piece: [UInt8]?) throws(PackageFault) {
            if let piece {
                open?.hasher.update(piece)
                return
            }
            try end()
            if let wanted = try wanted(entry.name) { open = Open(entry: entry.name, wanted: wanted) }
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
