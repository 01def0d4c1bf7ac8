import CommandLine
import Contract
import Crypto
import Events
import LocalRegistry
import Manifest
import RegistryClient

/// What moderators hold, and files that administrators remove.
enum ModerationCommands {
    static let all = [quarantine, unquarantine, removeArtifact]

    private static let note = Subcommand.Option.value("note", "TEXT", "a few words that everybody sees")
    private static let matter = Subcommand.Option.value("case", "ID", "ties together what is done about one matter")

    private static let quarantine = RunnableCommand(
        Subcommand(
            "agent quarantine", "Holds an agent or one version of it: nobody gets it until the hold is lifted.",
            notes: "It takes a token with the scope moderate. Nobody moderates what is theirs.",
            arguments: [Subcommand.Argument("AGENT", "an agent, or one of its versions as AGENT@VERSION")],
            options: [
                .value("reason", "REASON", "why", choices: QuarantineReason.allCases.map(\.rawValue)), note, matter,
            ],
            examples: ["mentatctl agent quarantine eve.tool@1.2.0 --reason malware"])
    ) { context in
        let reason = try context.requiredChoice("reason", of: QuarantineReason.self)
        let hold = NewHold(because: reason, note: context.prose("note"), matter: try matter(context))
        let (id, version) = try held(context)
        let said = "\(id)\(version.map { "@\($0)" } ?? "") is held"
        return try await context.say(said, changing: id) { registry in
            guard let version else {
                return try await registry.send(Endpoints.quarantineAgent, AgentParameters.Changed(id: id.key), hold)
            }
            return try await registry.send(
                Endpoints.quarantineVersion, VersionParameters.Changed(id: id.key, version: version), hold)
        }
    }

    private static let unquarantine = RunnableCommand(
        Subcommand(
            "agent unquarantine", "Lifts the hold on an agent, or the one on a version.",
            notes: "The hold on all versions and those on each are independent.",
            arguments: [Subcommand.Argument("AGENT", "an agent, or one of its versions as AGENT@VERSION")],
            options: [note, matter],
            examples: ["mentatctl agent unquarantine eve.tool --note 'reviewed'"])
    ) { context in
        let lifted = LiftedHold(note: context.prose("note"), matter: try matter(context))
        let (id, version) = try held(context)
        let said = "the hold on \(id)\(version.map { "@\($0)" } ?? "") is lifted"
        return try await context.say(said, changing: id) { registry in
            guard let version else {
                return try await registry.send(Endpoints.liftAgent, AgentParameters.Changed(id: id.key), lifted)
            }
            return try await registry.send(
                Endpoints.liftVersion, VersionParameters.Changed(id: id.key, version: version), lifted)
        }
    }

    private static let removeArtifact = RunnableCommand(
        Subcommand(
            "artifact remove", "Removes the bytes of a file for good.",
            notes:
                "It takes a token with the scope admin. Digest and proof stay, and nobody can publish the file again.",
            arguments: [Subcommand.Argument("DIGEST", "the SHA-256 of the file, 64 hexadecimal digits")],
            options: [
                .value("reason", "REASON", "why", choices: ArtifactRemoved.Reason.allCases.map(\.rawValue)),
                .flag("everywhere", "also where more than one agent names it"), matter,
            ],
            examples: ["mentatctl artifact remove 9f86d081884c7d65… --reason legal"])
    ) { context in
        let text = context.argument(0) ?? ""
        guard let digest = SHA256Digest(hex: text.lowercased()) else {
            throw Failure(
                .usage, "usage", "DIGEST is '\(text.prefix(80))'; it has to be 64 hexadecimal digits.")
        }
        let reason = try context.requiredChoice("reason", of: ArtifactRemoved.Reason.self)
        let removal = Removal(reason: reason, matter: try matter(context))
        let isEverywhere = context.flag("everywhere")
        let answer = try await context.registry().send(
            Endpoints.removeArtifact, RemovalParameters(digest: digest, isEverywhere: isEverywhere), removal)
        return Report(answer.value, lines: { $0.versions.map { "\($0.id)@\($0.version)".shown } }) { removed, style in
            "the file is removed; these versions named it:\n"
                + style.table(["AGENT", "VERSION"], removed.versions.map { [$0.id.description, $0.version.shown] })
        }
    }

    private static func held(_ context: Context) throws -> (AgentID, SemVer?) {
        let reference = try context.reference()
        return (reference.id, reference.version != nil ? try reference.exactVersion() : nil)
    }

    private static func matter(_ context: Context) throws(Failure) -> CaseID? {
        guard let text = context.option("case") else { return nil }
        guard let matter = CaseID(text) else {
            throw Failure(.usage, "usage", "--case is '\(text.prefix(64))'; it has to be 32 hexadecimal digits.")
        }
        return matter
    }
}
