import Archive
import Contract
import PackageRules
import System
import Text

/// What is left out of a package.
package struct LeftOut: Sendable, Equatable {
    /// Its path in the folder; for a folder all that is in it is meant.
    package let path: String
    package let isFolder: Bool
    /// The rule, with its file and line.
    package let rule: String
}

/// A file of a package.
package struct PackedFile: Sendable, Equatable {
    /// Its name in the package.
    package let name: String
    /// Its size in bytes.
    package let sizeBytes: Int64
    let path: String
    let isExecutable: Bool

    var source: TarGzip.Source { TarGzip.Source(name: name, path: path, isExecutable: isExecutable) }
}

/// The files of a folder that go into a package, and those that do not.
struct PackedFiles {
    private(set) var files: [PackedFile] = []
    private(set) var leftOut: [LeftOut] = []
    /// What the publisher should know.
    private(set) var warnings: [String] = []

    private let folder: String
    private let manifestName: String
    private var rules: IgnoreRules

    private static let maximumFiles = ArchiveBudget().entries
    /// How many names are looked at in folders that are left out, to say which rule has no effect there.
    private static let maximumHiddenNames = 10_000
    private static let maximumKeyBytes: Int64 = 1 << 20

    /// Walks through a folder; blocks the calling thread.
    ///
    /// - Parameters:
    ///   - manifestName: the manifest, which is packed whatever the rules say.
    ///   - work: a folder for what other programs print.
    init(of folder: String, manifestName: String, work: String) throws {
        self.folder = folder
        self.manifestName = manifestName
        let git = try GitSurroundings(of: try FileSystem.resolve(folder), work: work)
        rules = IgnoreRules(root: git.root, git: git.files)
        try walk("")
        files.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    /// Takes some files and nothing else of a folder; those that are missing are passed over.
    init(of folder: String, manifestName: String, alone names: [String]) throws {
        self.folder = folder
        self.manifestName = manifestName
        rules = IgnoreRules()
        for name in Set(names + [manifestName]).sorted() {
            guard let status = try FileSystem.status(path(name)), status.isFile else { continue }
            try add(name, status)
        }
    }

    private func path(_ inside: String) -> String { inside.isEmpty ? folder : "\(folder)/\(inside)" }

    private mutating func walk(_ inside: String) throws {
        if let bytes = try GitSurroundings.read(path(IgnoreRules.path(".gitignore", in: inside))) {
            rules.addGit(bytes, of: inside)
        }
        let own = IgnoreRules.path(".mentatignore", in: inside)
        if let status = try FileSystem.status(path(own)) {
            let bytes = try GitSurroundings.read(path(own)) ?? []
            // Rules that do not count would put into the package what they are meant to leave out.
            guard status.isFile, !bytes.beginsAsUTF16 else {
                throw Failure(
                    .permanent, "invalid-package",
                    "'\(own)' is \(status.isFile ? "no text in UTF-8" : "no regular file")",
                    fix: "save it as a file in UTF-8")
            }
            rules.addOwn(bytes, of: inside)
        }
        for name in try FileSystem.names(in: path(inside)) { try take(inside.isEmpty ? name : "\(inside)/\(name)") }
    }

    private mutating func take(_ inside: String) throws {
        guard let status = try FileSystem.status(path(inside)) else {
            throw Failure(
                .permanent, "invalid-package", "'\(inside)' was removed meanwhile, or its name is no UTF-8",
                fix: "rename it, then try again")
        }
        guard !IgnoreRules.isNeverPacked(inside, isFolder: status.isDirectory) else { return }
        if inside != manifestName,
            let rule = try rules.rule(inside, isFolder: status.isDirectory, holdsKey: { try holdsKey(inside, status) })
        {
            leftOut.append(LeftOut(path: inside, isFolder: status.isDirectory, rule: rule))
            if status.isDirectory { try warnOfHidden(inside, rule) }
        } else if status.isDirectory {
            try walk(inside)
        } else if status.isFile {
            try add(inside, status)
        } else {
            warnings.append("'\(inside)' is no regular file and is left out")
        }
    }

    private mutating func add(_ inside: String, _ status: FileSystem.Status) throws {
        // Whatever the manifest is called here, installers find it under one name.
        guard inside != PackageRules.manifestName || inside == manifestName else {
            throw Failure(
                .permanent, "invalid-package", "'\(inside)' stands beside the manifest '\(manifestName)'",
                fix: "remove or rename one of them")
        }
        guard files.count < Self.maximumFiles else {
            throw Failure(
                .permanent, "invalid-package", "'\(folder)' holds more than \(Self.maximumFiles) files",
                fix: "name what does not belong to the agent in .mentatignore")
        }
        files.append(
            PackedFile(
                name: inside == manifestName ? PackageRules.manifestName : inside, sizeBytes: status.size,
                path: path(inside), isExecutable: status.mode & 0o100 != 0))
    }

    /// True for a file with a private key; one with certificates alone is public.
    private func holdsKey(_ inside: String, _ status: FileSystem.Status) throws -> Bool {
        guard status.isFile, status.size <= Self.maximumKeyBytes else { return false }
        let bytes = try FileSystem.read(path(inside), limit: Int(Self.maximumKeyBytes))
        return SecretKind.holds("PRIVATE KEY-----", bytes[...])
    }

    /// Says which rule wants something back that lies in a folder that is left out, where it has no effect.
    private mutating func warnOfHidden(_ inside: String, _ rule: String) throws {
        guard rules.takesBack else { return }
        var names = 0
        var folders = [inside]
        while let next = folders.popLast() {
            for name in try FileSystem.names(in: path(next)) {
                names += 1
                guard names <= Self.maximumHiddenNames else { return }
                let hidden = "\(next)/\(name)"
                let isFolder = try FileSystem.status(path(hidden))?.isDirectory == true
                if let back = rules.back(hidden, isFolder: isFolder) {
                    warnings.append(
                        "'\(back)' can't take '\(hidden)' back, since the folder '\(inside)' is left out (\(rule)); "
                            + "put '!/\(inside)/' before it")
                    return
                }
                if isFolder { folders.append(hidden) }
            }
        }
    }
}
