import CommandLine
import Contract
import Crypto
import Events
import LocalRegistry
import Manifest
import Marketplace
import Packaging
import RegistryClient
import System

/// Making agents and publishing them.
enum PublishCommands {
    static let all = [new, validate, publish]

    private static let folder = Subcommand.Argument("PATH", "the agent's folder, or its manifest", .optional)

    private static let new = RunnableCommand(
        Subcommand(
            "agent new", "Makes a folder with an agent that runs as it is.",
            arguments: [Subcommand.Argument("AGENT", "its id, such as ada.word-count")],
            options: [
                .value(
                    "template", "LANGUAGE", "what it is written in", choices: Scaffold.Language.allCases.map(\.rawValue)
                ),
                .value("path", "DIR", "the folder; by default the last part of the id"),
                .value("description", "TEXT", "what it is for"), .value("author", "TEXT", "who wrote it"),
                .value("license", "SPDX", "the licence (MIT)"),
            ],
            examples: ["mentatctl agent new ada.word-count", "mentatctl agent new ada.slugify --template node"])
    ) { context in
        let id = try context.agent()
        let name = id.description.split(separator: ".").last.map(String.init) ?? id.description
        let path = context.option("path") ?? name
        guard try FileSystem.status(path) == nil else {
            throw Failure(.permanent, "path-exists", "'\(path)' is there already", fix: "choose another --path")
        }
        let scaffold = Scaffold(
            id: id, language: context.option("template").flatMap(Scaffold.Language.init) ?? .python,
            description: context.option("description") ?? "Says what it is told.", author: context.option("author"),
            license: context.option("license") ?? "MIT")
        for file in scaffold.files {
            let destination = "\(path)/\(file.name)"
            try FileSystem.makeDirectory(FileSystem.parent(of: destination), mode: 0o755)
            try FileSystem.replace(destination, with: Array(file.text.utf8), mode: 0o644)
        }
        return Report(
            Created(id: id, path: path, files: scaffold.files.map(\.name)), lines: { [$0.path] }
        ) { created, _ in
            """
            \(created.id) is in \(created.path.shown)
            next: mentatctl agent validate \(created.path.shown), then mentatctl agent publish \(created.path.shown)
            """
        }
    }

    private static let allowSecret = Subcommand.Option.value(
        "allow-secret", "PATH", "a file of the package whose secrets are meant to be public", isRepeated: true)

    private static let validate = RunnableCommand(
        Subcommand(
            "agent validate", "Judges an agent as the marketplace would, without sending anything.",
            arguments: [folder], options: [allowSecret],
            examples: ["mentatctl agent validate", "mentatctl agent validate agents/word-count"])
    ) { context in
        let prepared = try await prepare(context)
        return Report(Judged(prepared, isValid: true), lines: { [$0.reference] }) { judged, _ in
            "\(judged.shown) can be published"
        }
    }

    private static let publish = RunnableCommand(
        Subcommand(
            "agent publish", "Publishes a version of an agent; returns once everybody can see it.",
            notes:
                "The package holds the regular files of the folder but for what git ignores, what .mentatignore names, and "
                + "files whose names say that they hold secrets; '!PATTERN' in .mentatignore takes back. A secret in a "
                + "file stops it before anything is sent. Where PATH is the manifest itself, nothing goes with it but "
                + "the files that it names, README.md, CHANGELOG.md and LICENSE. The same files make the same bytes. "
                + "Publishing the same again changes nothing.",
            arguments: [folder],
            options: [
                .flag("dry-run", "do everything but send it, and show each file"), allowSecret,
                .flag("revoke-leaked", "revoke tokens of the marketplace that are found in files, without asking"),
                .flag(
                    "claim-namespace", "claim the namespace of the id, which becomes public for good, without asking"),
            ],
            examples: ["mentatctl agent publish", "mentatctl agent publish agents/word-count --dry-run --json"])
    ) { context in
        let prepared = try await prepare(context)
        let publication = prepared.publication
        if context.flag("dry-run") {
            return Report(Judged(prepared, isDryRun: true), lines: { [$0.reference] }) { judged, _ in
                let files = judged.files.map { "  \($0.name.shown)  \(Console.bytes($0.sizeBytes))\n" }.joined()
                let leftOut = judged.leftOut.map { "  left out: \($0.path.shown) (\($0.rule.shown))\n" }.joined()
                return "\(files)\(leftOut)\(judged.shown) would be published"
            }
        }
        PackingSummary(prepared).lines.forEach(context.console.note)
        let registry = try await context.registry()
        if !context.flag("claim-namespace") { try await askForNamespace(publication.id, registry) }
        let answer = try await registry.upload(Endpoints.publish, prepared.parts) {
            context.console.progress("sending", $0, of: $1)
        }
        context.console.clearProgress()
        let (published, version) = (answer.value, prepared.publication.version)
        await registry.awaitShown(published.id, version: version, answer.position) { context.console.warn($0) }
        let page = Endpoints.showVersion.target(VersionParameters(id: published.id, version: version))
        return Report(
            Judged(
                prepared, isNew: published.isNew, position: answer.position, url: registry.origin + page),
            lines: { [$0.reference] }
        ) { judged, style in
            let what = style.bold(judged.shown)
            return judged.isNew == true ? "published \(what)" : "\(what) is there already, and the same"
        }
    }

    /// Asks before a first publication makes a namespace public for good.
    private static func askForNamespace(_ id: AgentID, _ registry: RegistryClient) async throws {
        // A reserved one becomes nobody's: the marketplace refuses it to all but its administrator.
        guard let namespace = id.key.namespace, ReservedNames.like(namespace.description) == nil else { return }
        do {
            _ = try await registry.send(Endpoints.listMembers, MemberQuery(namespace: namespace, limit: 1))
            return
        } catch let failure as Failure where failure.code == ProblemCode.namespaceNotFound.rawValue {
            let what =
                "nobody has published in the namespace '\(namespace)' yet: it becomes yours, and the name stays public for good"
            if Host.isTerminal(0), Host.isTerminal(2) {
                let answer = Terminal.ask("\(what). Publish? [y/N] ") ?? ""
                if ["y", "yes"].contains(answer.lowercased().filter { !$0.isWhitespace }) { return }
                throw Failure(.cancelled, "cancelled", "nothing was published")
            }
            throw Failure(
                .usage, "namespace-unclaimed", what,
                fix: "mentatctl agent publish --claim-namespace, or choose another id")
        }
    }

    /// Packs and judges the folder, and says what there is to know about it.
    private static func prepare(_ context: Context) async throws -> AgentFolder.Prepared {
        let console = context.console
        let folder = try AgentFolder(context.argument(0) ?? ".")
        let temporary = Host.environment("TMPDIR") ?? "/tmp"
        do {
            let prepared = try await Unfinished.folder(in: temporary) { work in
                defer { console.clearProgress() }
                return try folder.prepare(
                    in: work, allowing: Set(context.invocation.allValues["allow-secret"] ?? []),
                    progress: console.progress)
            }
            for warning in prepared.publication.warnings {
                console.warn("\(warning.path.isEmpty ? "the manifest" : warning.path): \(warning.message)")
            }
            prepared.warnings.forEach(console.warn)
            return prepared
        } catch let found as AgentFolder.SecretsFound {
            throw await LeakedTokens(context).failure(found.secrets)
        }
    }
}

/// A new agent's folder.
private struct Created: Body {
    let id: AgentID
    let path: String
    let files: [String]

    static let form = Form.object(
        nil, Self.init, .required("id", \.id, .agentID), .required("path", \.path, .text),
        .required("files", \.files, .list(.text)))
}

/// An agent that was judged, and perhaps published.
private struct Judged: Body {
    let id: AgentID
    let version: SemVer
    let release: SHA256Digest
    let artifacts: [PackedArtifact]
    let files: [ListedFile]
    let leftOut: [LeftOutPath]
    let warnings: [Problem.Finding]
    let isValid: Bool?
    let isDryRun: Bool?
    let isNew: Bool?
    let position: Position?
    let url: String?

    var shown: String { "\(id) \(version)" }
    var reference: String { "\(id)@\(version)" }

    static let form = Form.object(
        nil,
        Self.init(id:version:release:artifacts:files:leftOut:warnings:isValid:isDryRun:isNew:position:url:),
        .required("id", \.id, .agentID), .required("version", \.version, .version),
        .required("release", \.release, .digest), .required("artifacts", \.artifacts, .list(PackedArtifact.form)),
        .required("files", \.files, .list(ListedFile.form)), .required("left_out", \.leftOut, .list(LeftOutPath.form)),
        .required("warnings", \.warnings, .list(Problem.Finding.form)),
        .optional("valid", \.isValid, .bool), .optional("dry_run", \.isDryRun, .bool),
        .optional("new", \.isNew, .bool), .optional("position", \.position, .position),
        .optional("url", \.url, .text))

    private init(
        id: AgentID, version: SemVer, release: SHA256Digest, artifacts: [PackedArtifact], files: [ListedFile],
        leftOut: [LeftOutPath], warnings: [Problem.Finding], isValid: Bool?, isDryRun: Bool?, isNew: Bool?,
        position: Position?, url: String?
    ) {
        self.id = id
        self.version = version
        self.release = release
        self.artifacts = artifacts
        self.files = files
        self.leftOut = leftOut
        self.warnings = warnings
        self.isValid = isValid
        self.isDryRun = isDryRun
        self.isNew = isNew
        self.position = position
        self.url = url
    }

    init(
        _ prepared: AgentFolder.Prepared, isValid: Bool? = nil, isDryRun: Bool? = nil, isNew: Bool? = nil,
        position: Position? = nil, url: String? = nil
    ) {
        let publication = prepared.publication
        self.init(
            id: publication.id, version: publication.version, release: publication.published.release,
            artifacts: publication.published.artifacts.map {
                PackedArtifact(role: $0.role, sha256: $0.sha256, sizeBytes: $0.sizeBytes)
            }, files: prepared.files.map { ListedFile(name: $0.name, sizeBytes: $0.sizeBytes) },
            leftOut: prepared.leftOut.map { LeftOutPath(path: $0.path + ($0.isFolder ? "/" : ""), rule: $0.rule) },
            warnings: publication.warnings.map(Problem.Finding.init(manifest:)),
            isValid: isValid, isDryRun: isDryRun, isNew: isNew, position: position, url: url)
    }
}

/// A file of the package.
private struct ListedFile: Body {
    let name: String
    let sizeBytes: Int64

    static let form = Form.object(
        nil, Self.init, .required("name", \.name, .text), .required("size", \.sizeBytes, .count))
}

/// What the package leaves out; a folder has a slash at its end.
private struct LeftOutPath: Body {
    let path: String
    let rule: String

    static let form = Form.object(nil, Self.init, .required("path", \.path, .text), .required("rule", \.rule, .text))
}

/// A part of the upload.
private struct PackedArtifact: Body {
    let role: Artifact.Role
    let sha256: SHA256Digest
    let sizeBytes: Int64

    static let form = Form.object(
        nil, Self.init, .required("role", \.role, .choice()), .required("sha256", \.sha256, .digest),
        .required("size", \.sizeBytes, .count))
}
