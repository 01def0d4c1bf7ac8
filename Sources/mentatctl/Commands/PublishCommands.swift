import CommandLine
import Contract
import Crypto
import Events
import JSON
import Manifest
import Marketplace
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
        let id = try AgentReference(context.argument(0) ?? "").id
        let name = id.description.split(separator: ".").last.map(String.init) ?? id.description
        let path = context.option("path") ?? name
        guard try FileSystem.status(path) == nil else {
            throw Failure(.failure, "path-exists", "'\(path)' is there already", fix: "choose another --path")
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
            .members([
                "files": .array(scaffold.files.map { .string($0.name) }), "id": .string(id.description),
                "path": .string(path),
            ]), lines: { [$0.shown("path")] }
        ) { value, _ in
            """
            \(value.shown("id")) is in \(value.shown("path"))
            next: mentatctl agent validate \(value.shown("path")), then mentatctl agent publish \(value.shown("path"))
            """
        }
    }

    private static let validate = RunnableCommand(
        Subcommand(
            "agent validate", "Judges an agent as the marketplace would, without sending anything.",
            arguments: [folder], examples: ["mentatctl agent validate", "mentatctl agent validate agents/word-count"])
    ) { context in
        let prepared = try await prepare(context)
        return report(prepared, ["valid": .bool(true)]) { value, _ in
            "\(value.shown("id")) \(value.shown("version")) can be published"
        }
    }

    private static let publish = RunnableCommand(
        Subcommand(
            "agent publish", "Publishes a version of an agent; returns once everybody can see it.",
            notes:
                "The package holds the regular files of the folder but for what .mentatignore, or else .gitignore, names. "
                + "The same files make the same bytes. Publishing the same again changes nothing.",
            arguments: [folder],
            options: [.flag("dry-run", "do everything but send it")],
            examples: ["mentatctl agent publish", "mentatctl agent publish agents/word-count --dry-run --json"])
    ) { context in
        let prepared = try await prepare(context)
        let publication = prepared.publication
        for warning in publication.warnings {
            context.console.warn("\(warning.path.isEmpty ? "the manifest" : warning.path): \(warning.message)")
        }
        if context.flag("dry-run") {
            return report(prepared, ["dry_run": .bool(true)]) { value, _ in
                let files = (value["files"]?.array ?? []).compactMap(\.string).map { "  \(JSONValue.printable($0))\n" }
                return "\(files.joined())\(value.shown("id")) \(value.shown("version")) would be published"
            }
        }
        let registry = try context.registry()
        let answer = try await registry.send(
            "POST", "publish", parts: prepared.parts, .required
        ) { context.console.progress("sending", $0, of: $1) }
        context.console.clearProgress()
        let published = try PublishAnswer(body: answer.body)
        let page = "agents/\(published.key)/versions/\(published.version.asSegment)"
        await registry.awaitShown([page, Paths.index(published.key)], answer.position, context.console)
        return report(
            prepared,
            [
                "new": .bool(published.isNew), "position": answer.position.map { .integer($0) },
                "url": .string("\(registry.origin)\(Paths.base)/\(page)"),
            ]
        ) { value, style in
            let what = "\(value.shown("id")) \(value.shown("version"))"
            return value["new"]?.bool == true
                ? "published \(style.bold(what))" : "\(style.bold(what)) is there already, and the same"
        }
    }

    private static func prepare(_ context: Context) async throws -> AgentFolder.Prepared {
        let folder = try AgentFolder(context.argument(0) ?? ".", context.console)
        let temporary = Host.environment("TMPDIR") ?? "/tmp"
        return try await Unfinished.folder(in: temporary) { try folder.prepare(in: $0) }
    }

    private static func report(
        _ prepared: AgentFolder.Prepared, _ more: [String: JSONValue?],
        text: @escaping @Sendable (JSONValue, Style) -> String
    ) -> Report {
        let publication = prepared.publication
        let artifacts = publication.published.artifacts.map { artifact in
            JSONValue.members([
                "role": .string(artifact.role.rawValue), "sha256": .string(artifact.sha256.hex),
                "size": .integer(artifact.sizeBytes),
            ])
        }
        let members: [String: JSONValue?] = [
            "artifacts": .array(artifacts), "files": .array(prepared.files.map { .string($0) }),
            "id": .string(publication.id.description), "release": .string(publication.published.release.hex),
            "version": .string(publication.version.description),
            "warnings": publication.warnings.map(Problem.Finding.init(manifest:)).json,
        ]
        return Report(
            .members(members.merging(more) { $1 }), lines: { ["\($0.shown("id"))@\($0.shown("version"))"] }, text: text)
    }
}
