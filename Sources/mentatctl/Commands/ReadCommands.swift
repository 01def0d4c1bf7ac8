import AgentIndex
import CommandLine
import Contract
import Crypto
import Events
import LocalRegistry
import Manifest
import RegistryClient
import System

/// Finding agents and looking at them.
enum ReadCommands {
    static let all =
        [SearchCommand.search, info, dependents] + PastCommands.all + PopularCommands.all + ActivityCommand.all

    private static let info = RunnableCommand(
        Subcommand(
            "agent info", "Shows an agent, or one version of it.",
            arguments: [
                Subcommand.Argument("AGENT[@RANGE]", "an agent, or one version of it: `latest`, a version or a range")
            ],
            options: [
                .flag("readme", "show the README, of the latest version where none is named"), Context.asOf,
            ],
            examples: [
                "mentatctl agent info mentatlab.word-count --as-of 2026-11-01",
                "mentatctl agent info mentatlab.word-count", "mentatctl agent info mentatlab.word-count@^1",
                "mentatctl agent info mentatlab.word-count --readme",
            ])
    ) { context in
        let reference = try context.reference()
        let (key, registry, asOf) = (reference.id.key, try await context.registry(), try context.asOf())
        if context.flag("readme") { return try await readme(try await version(reference, registry, asOf), registry) }
        guard reference.version == nil else {
            let version = try await version(reference, registry, asOf)
            return Report(version, lines: { ["\($0.id)@\($0.version.shown)"] }, text: show)
        }
        let agent = try await registry.about(reference.id) {
            try await registry.send(Endpoints.showAgent, AgentParameters(id: key, asOf: asOf)).value
        }
        let versions = try await context.allPages(of: "versions") { cursor in
            let query = VersionListParameters(id: key, limit: 100, cursor: cursor, asOf: asOf)
            let page = try await registry.send(Endpoints.listVersions, query).value
            return (page.versions, page.pagination)
        }
        return Report(
            AgentInfo(agent: agent, versions: versions), lines: { $0.versions.map(\.version.shown) },
            text: showAgent)
    }

    private static let dependents = RunnableCommand(
        Subcommand(
            "agent dependents", "Lists the agents whose latest version needs an agent.",
            arguments: [AgentCommands.agent], examples: ["mentatctl agent dependents mentatlab.word-count"])
    ) { context in
        let (id, registry) = (try context.agent(), try await context.registry())
        let all = try await context.allPages(of: "dependents") { cursor in
            let query = AgentPageParameters(id: id.key, limit: 100, cursor: cursor)
            let page = try await registry.send(Endpoints.listDependents, query).value
            return (page.dependents, page.pagination)
        }
        return Report(Dependents(dependents: all), lines: { $0.dependents.map { "\($0.id)" } }) { list, style in
            guard !list.dependents.isEmpty else { return "no agent needs it" }
            return style.table(
                ["AGENT", "VERSION", "NEEDS", "GETS"],
                list.dependents.map { one in
                    let range = one.range.shown + (one.isPeer ? " (peer)" : "")
                    return [one.agentID.shown, one.version.shown, range, one.resolved?.shown ?? "none"]
                })
        }
    }

    /// The page of the version that is meant, as installers resolve it. One that is named is shown whatever became of it.
    private static func version(
        _ reference: AgentReference, _ registry: RegistryClient, _ asOf: AsOf?
    ) async throws -> VersionPage {
        let request = try reference.request()
        let version: SemVer
        if case .exact(let named) = request {
            version = named
        } else {
            version = try await RegistryIndex(registry, asOf: asOf).resolve(request, of: reference.id).version.version
        }
        let page = VersionParameters(id: reference.id.key, version: version, asOf: asOf)
        return try await registry.about(reference.id) { try await registry.send(Endpoints.showVersion, page).value }
    }

    private static func readme(_ version: VersionPage, _ registry: RegistryClient) async throws -> Report {
        let what = "\(version.id)@\(version.version)"
        guard let artifact = version.artifacts.first(where: { $0.role == Artifact.Role.readme.rawValue }) else {
            throw Failure(.permanent, "no-readme", "\(what) has no README", fix: "mentatctl agent info \(what)")
        }
        guard artifact.sizeBytes <= Int64(Artifact.Role.readme.maximumBytes) else {
            throw Failure(
                .permanent, "content-too-large", "the README of \(what) is said to have \(artifact.sizeBytes) bytes")
        }
        let temporary = Host.environment("TMPDIR") ?? "/tmp"
        let bytes = try await Unfinished.folder(in: temporary) { work in
            let digest = try await registry.download(
                Endpoints.showArtifact.target(ArtifactParameters(digest: artifact.sha256)), to: "\(work)/readme",
                sizeBytes: artifact.sizeBytes
            ) { _ in }
            guard digest == artifact.sha256 else {
                throw Failure(.permanent, "wrong-digest", "the README of \(what) has the digest \(digest)")
            }
            return try FileSystem.read("\(work)/readme", limit: Artifact.Role.readme.maximumBytes)
        }
        let text = String(decoding: bytes, as: UTF8.self)
        return Report(Readme(agent: version.id, version: version.version, text: text), lines: { $0.lines }) {
            readme, _ in
            readme.lines.joined(separator: "\n")
        }
    }

    @Sendable private static func show(_ version: VersionPage, _ style: Style) -> String {
        var lines = [style.bold("\(version.id) \(version.version.shown)")]
        if version.isYanked {
            lines.append(style.red("yanked: \((version.yank?.reason).shown) \((version.yank?.note).shown)"))
        }
        lines.append("published \(version.published), at position \(version.position)")
        lines.append("release   \(version.release)")
        for artifact in version.artifacts {
            lines.append("\(artifact.role.shown) \(Console.bytes(artifact.sizeBytes)) \(artifact.sha256)")
        }
        for dependency in version.dependencies {
            lines.append("needs \(dependency.id.shown) \(dependency.range.shown)")
        }
        return lines.joined(separator: "\n")
    }

    @Sendable private static func showAgent(_ info: AgentInfo, _ style: Style) -> String {
        let (agent, summary) = (info.agent, info.agent.summary)
        var lines = [
            "\(style.bold(summary.agentID.shown)) \(summary.isYanked ? style.red("yanked") : summary.latestVersion.shown)  "
                + summary.displayName.shown
        ]
        if summary.isDeprecated {
            let replacement = (agent.deprecation?.replacement).shown
            let use = replacement.isEmpty ? "" : ", use \(replacement)"
            lines.append(style.yellow("deprecated\(use) \((agent.deprecation?.note).shown)"))
        }
        if let hold = agent.quarantine {
            lines.append(style.red("held by moderators since \(hold.since): \(hold.reason.shown) \(hold.note.shown)"))
        }
        if let changed = agent.ownersChanged, isRecent(changed) {
            lines.append(style.yellow("its owners changed on \(changed)"))
        }
        lines.append(summary.summary.shown)
        lines.append("")
        let facts: [(String, String)] = [
            ("publisher", summary.publisher.username.shown), ("licence", agent.license.shown),
            ("runtime", agent.runtime.shown), ("downloads", "\(summary.downloads)"), ("stars", "\(summary.stars)"),
            ("rating", summary.ratings == 0 ? "" : "\(rating(summary.ratingHundredths)) of 5 (\(summary.ratings))"),
            ("source", agent.sourceURL.shown),
        ]
        for (name, text) in facts where !text.isEmpty {
            lines.append("\(style.dim(name + String(repeating: " ", count: 10 - name.count))) \(text)")
        }
        let versions = info.versions.map {
            $0.version.shown + ($0.quarantine != nil ? " (held)" : $0.isYanked ? " (yanked)" : "")
        }
        lines.append("\(style.dim("versions  ")) \(versions.joined(separator: ", "))")
        return lines.joined(separator: "\n")
    }

    /// A change of owners is said for 90 days.
    private static func isRecent(_ time: Timestamp) -> Bool {
        Host.wallClockMilliseconds() - time.milliseconds < 90 * Timestamp.dayMilliseconds
    }

    /// Hundredths as the number they are, such as 4.5.
    private static func rating(_ hundredths: Int64) -> String { "\(Double(hundredths) / 100)" }
}

/// An agent with its versions.
private struct AgentInfo: Body {
    let agent: AgentDetail
    let versions: [VersionPage]

    static let form = Form.object(
        nil, Self.init, .required("agent", \.agent, AgentDetail.form),
        .required("versions", \.versions, .list(VersionPage.form)))
}

/// Agents that need another one.
private struct Dependents: Body {
    let dependents: [DependentBody]

    static let form = Form.object(
        nil, Self.init, .required("dependents", \.dependents, .list(DependentBody.form)))
}

/// The README of a version.
private struct Readme: Body {
    let agent: AgentKey
    let version: String
    let text: String

    /// Its lines, without what a terminal would obey.
    var lines: [String] {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { String($0).shown }
        return lines.last == "" ? lines.dropLast() : lines
    }

    static let form = Form.object(
        nil, Self.init, .required("id", \.agent, .agentKey), .required("version", \.version, .text),
        .required("text", \.text, .text))
}
