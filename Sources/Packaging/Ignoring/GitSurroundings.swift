import System

/// What git ignores in a folder, from outside of it: the user's own rules, those of the repository, and those of the
/// folders between the repository's root and this one.
struct GitSurroundings {
    /// The folder below the root of its repository, with a slash behind it; empty at the root, or where there is none.
    private(set) var root = ""
    /// The rules, the weakest first.
    private(set) var files: [IgnoreFile] = []

    private static let maximumBytes = 1 << 20

    /// Looks around a folder; blocks the calling thread.
    ///
    /// - Parameters:
    ///   - folder: an absolute path without links.
    ///   - work: a folder for what git prints.
    init(of folder: String, work: String) throws {
        let repository = try Self.repository(of: folder)
        let top = repository?.top ?? folder
        root = folder.utf8.count > top.utf8.count ? "\(folder.dropFirst(top == "/" ? 1 : top.count + 1))/" : ""
        if let path = Self.globalExcludes(folder, top: top, work: work), let bytes = try Self.readLinked(path) {
            files.append(IgnoreFile(bytes, source: path, base: ""))
        }
        guard let repository else { return }
        let exclude = "\(repository.git)/info/exclude"
        if let bytes = try Self.readLinked(exclude) {
            files.append(IgnoreFile(bytes, source: ".git/info/exclude", base: ""))
        }
        let users = files
        var above = ""
        for part in [""] + root.split(separator: "/").map(String.init) {
            let inner = part.isEmpty ? "" : "\(above)\(part)/"
            // Who names a folder that git ignores wants what is in it, so the files above it do not count, nor those of
            // the user and the repository that ignore it.
            if !part.isEmpty, IgnoreRules.rule(ofFolder: above + part, in: files) != nil {
                files = users.filter { IgnoreRules.rule(ofFolder: above + part, in: [$0]) == nil }
                return
            }
            above = inner
            // The package's own folder is read with what is in it.
            guard above != root else { continue }
            let path = "\(top)/\(above).gitignore"
            if let bytes = try Self.read(path) {
                files.append(IgnoreFile(bytes, source: "\(above).gitignore", base: above))
            }
        }
    }

    /// The root of the repository that a folder belongs to, and its folder of git; nil where it belongs to none.
    private static func repository(of folder: String) throws(SystemError) -> (top: String, git: String)? {
        var top = folder
        while true {
            let git = top == "/" ? "/.git" : "\(top)/.git"
            if let status = try FileSystem.status(git) {
                if status.isDirectory, try FileSystem.status("\(git)/HEAD") != nil { return (top, git) }
                if status.isFile, let linked = try linked(git, from: top) { return (top, linked) }
            }
            guard top != "/" else { return nil }
            let parent = FileSystem.parent(of: top)
            top = parent.isEmpty ? "/" : parent
        }
    }

    /// The folder that the file `.git` of a worktree or submodule names, or the one that worktrees share.
    private static func linked(_ file: String, from top: String) throws(SystemError) -> String? {
        guard let text = try line(file), text.hasPrefix("gitdir: ") else { return nil }
        let git = absolute(String(text.dropFirst("gitdir: ".count)), from: top)
        guard try FileSystem.status("\(git)/HEAD") != nil else { return nil }
        guard let common = try line("\(git)/commondir") else { return git }
        return absolute(common, from: git)
    }

    private static func line(_ path: String) throws(SystemError) -> String? {
        guard let bytes = try read(path) else { return nil }
        return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }, as: UTF8.self)
    }

    private static func absolute(_ path: String, from folder: String) -> String {
        path.hasPrefix("/") ? path : "\(folder)/\(path)"
    }

    /// The file of the user's own rules: what git says, or where it is by default.
    private static func globalExcludes(_ folder: String, top: String, work: String) -> String? {
        for place in (Host.environment("PATH") ?? "").split(separator: ":") where place.hasPrefix("/") {
            let git = "\(place)/git"
            guard (try? FileSystem.status(git)) != nil else { continue }
            let said = try? Subprocess.run(
                [git, "-C", folder, "config", "--type=path", "--get", "core.excludesFile"],
                environment: ["GIT_OPTIONAL_LOCKS": "0"],
                outputPath: "\(work)/excludes")
            guard let said, said.exitCode == 0 else { break }
            // What git warns of stands before it.
            return said.output.split(separator: "\n").last.map { absolute(String($0), from: top) }
        }
        if let settings = Host.environment("XDG_CONFIG_HOME"), !settings.isEmpty { return "\(settings)/git/ignore" }
        return Host.environment("HOME").map { "\($0)/.config/git/ignore" }
    }

    /// The bytes of a file that may be a link, as those of the user's own may be; nil where there is none.
    private static func readLinked(_ path: String) throws(SystemError) -> [UInt8]? {
        guard let target = try? FileSystem.resolve(path) else { return nil }
        return try read(target)
    }

    /// The bytes of an ignore file; nil where there is none, or something that is no file.
    static func read(_ path: String) throws(SystemError) -> [UInt8]? {
        guard try FileSystem.status(path)?.isFile == true else { return nil }
        return try FileSystem.read(path, limit: maximumBytes)
    }
}
