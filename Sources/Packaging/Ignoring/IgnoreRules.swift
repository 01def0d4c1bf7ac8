/// Which files a package leaves out.
///
/// From the strongest to the weakest: what no package holds; `.mentatignore`, which adds and takes back; what is likely a
/// secret or of no use to others; what git ignores. Within each the last rule that fits decides.
struct IgnoreRules {
    /// What no package holds.
    private static let always = IgnoreFile(
        Array(".git\n.hg/\n.svn/\n.mentatlab/\n/package.tar.gz\n".utf8), source: "", base: "", isBuiltIn: true)

    /// What is left out unless `.mentatignore` takes it back: of no use to others.
    private static let useless = IgnoreFile(
        Array(".DS_Store\nThumbs.db\n__pycache__/\n*.pyc\nnode_modules/\n.venv/\n".utf8), source: "by default",
        base: "", isBuiltIn: true)

    /// What is left out unless `.mentatignore` names it: files whose names say that they hold secrets. Names are compared
    /// in lower case.
    private static let secret = IgnoreFile(
        Array(
            """
            *.env
            .env*
            !.env.example
            !.env.sample
            !.env.template
            !example.env
            !sample.env
            .npmrc*
            .yarnrc.yml
            .pypirc*
            .netrc*
            _netrc
            .git-credentials
            .pgpass
            .my.cnf
            .htpasswd
            .dockercfg
            **/.docker/config.json
            **/.cargo/credentials
            **/.cargo/credentials.toml
            **/.gem/credentials
            **/.config/gh/hosts.yml
            **/.config/gcloud/
            **/.config/mentatlab/
            .kube/
            .ssh/
            .aws/
            .azure/
            .gnupg/
            .terraform/
            *.tfstate
            *.tfstate.*
            id_rsa*
            id_dsa*
            id_ecdsa*
            id_ed25519*
            *.key
            *.p12
            *.pfx
            *.jks
            *.keystore
            *.ppk
            *.kdbx
            .bash_history
            .zsh_history
            .python_history
            .node_repl_history
            .psql_history
            .mysql_history
            .sqlite_history

            """.utf8), source: "a likely secret", base: "", isBuiltIn: true)

    private let root: String
    private var git: [IgnoreFile] = []
    private var own: [IgnoreFile] = []

    /// - Parameters:
    ///   - root: the folder of the package below the root of the repository, with a slash behind it; empty at the root.
    ///   - git: what git ignores outside of the package's folder, the weakest first.
    init(root: String = "", git: [IgnoreFile] = []) {
        self.root = root
        self.git = git
    }

    /// Adds the `.gitignore` of a folder in the package.
    ///
    /// - Parameter folder: its path in the package; empty for the package's own.
    mutating func addGit(_ bytes: [UInt8], of folder: String) {
        git.append(IgnoreFile(bytes, source: Self.path(".gitignore", in: folder), base: root + Self.base(folder)))
    }

    /// Adds the `.mentatignore` of a folder in the package.
    mutating func addOwn(_ bytes: [UInt8], of folder: String) {
        own.append(IgnoreFile(bytes, source: Self.path(".mentatignore", in: folder), base: Self.base(folder)))
    }

    private static func base(_ folder: String) -> String { folder.isEmpty ? "" : "\(folder)/" }

    static func path(_ name: String, in folder: String) -> String { base(folder) + name }

    /// The rule by which a path in the package is left out, where its name alone tells.
    func rule(_ path: String, isFolder: Bool) -> String? { rule(path, isFolder: isFolder) { false } }

    /// The rule by which a path in the package is left out; nil for one that is packed. Whatever lies in a folder that is
    /// left out is left out with it.
    ///
    /// - Parameter holdsKey: true for a file with a private key; asked where the name alone does not tell.
    func rule(_ path: String, isFolder: Bool, holdsKey: () throws -> Bool) rethrows -> String? {
        let bytes = Array(path.utf8)
        let lowered = bytes.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }
        var secret = Self.verdict([Self.secret], lowered, isFolder)
        if secret == nil, lowered.suffix(4).elementsEqual(".pem".utf8), try holdsKey() {
            secret = "\(Self.secret.source): *.pem with a private key"
        }
        for file in own.reversed() {
            guard let rule = file.last(bytes, isFolder: isFolder) else { continue }
            guard rule.isNegated else { return Self.words(file, rule) }
            // `!*` is not meant for secrets.
            return rule.namesSomething ? nil : secret
        }
        return secret ?? Self.verdict([Self.useless], bytes, isFolder)
            ?? Self.verdict(git, Array(root.utf8) + bytes, isFolder)
    }

    /// True for what no package holds, so that nobody needs to hear of it.
    static func isNeverPacked(_ path: String, isFolder: Bool) -> Bool {
        always.last(Array(path.utf8), isFolder: isFolder) != nil
    }

    /// True where a `.mentatignore` takes something back.
    var takesBack: Bool { own.contains { $0.takesBack } }

    /// The rule of a `.mentatignore` that takes a path back; nil where there is none.
    func back(_ path: String, isFolder: Bool) -> String? {
        for file in own.reversed() {
            guard let rule = file.last(Array(path.utf8), isFolder: isFolder) else { continue }
            return rule.isNegated ? rule.text : nil
        }
        return nil
    }

    /// Why git ignores a folder below the root of the repository; nil where it does not.
    static func rule(ofFolder path: String, in git: [IgnoreFile]) -> String? { verdict(git, Array(path.utf8), true) }

    /// What the strongest file that has a rule for a path says, the last one being the strongest.
    private static func verdict(_ files: [IgnoreFile], _ path: [UInt8], _ isFolder: Bool) -> String? {
        for file in files.reversed() {
            guard let rule = file.last(path, isFolder: isFolder) else { continue }
            return rule.isNegated ? nil : words(file, rule)
        }
        return nil
    }

    private static func words(_ file: IgnoreFile, _ rule: IgnoreFile.Rule) -> String {
        "\(file.source)\(file.isBuiltIn ? "" : ":\(rule.line)"): \(rule.text)"
    }
}
