import Artifacts
import CommandLine
import Crypto
import EventLog
import Events
import JSON
import Postgres
import System

/// `marketplace log verify`: checks the database and the artifacts against the log.
struct VerifyCommand {
    private static let application = "marketplace-verify"

    /// What is verified.
    private enum Subject {
        /// The database and the files themselves.
        case own(PostgresConfiguration, ArtifactFolder)
        /// What a marketplace tells everybody.
        case remote(RemoteLog)
    }

    private let subject: Subject
    private let isJSON: Bool

    init(_ invocation: Invocation) throws {
        isJSON = invocation.flags.contains("json")
        if let url = invocation.values["url"] {
            let others = ["data", "artifacts", "database-url", "database-url-file", "logins"]
            if let other = others.first(where: { invocation.values[$0] != nil }) {
                throw UsageError("--url and --\(other) are both given; one is enough.")
            }
            subject = .remote(RemoteLog(url: url))
            return
        }
        let named = try invocation.database([.readers], takesEnvironment: invocation.values["data"] == nil)
        if let named {
            let running = try invocation.values["data"].flatMap { try DataFolder($0).runningArtifacts() }
            guard let artifacts = invocation.values["artifacts"] ?? running else {
                throw UsageError("`marketplace log verify` with a database needs --artifacts as well.")
            }
            subject = .own(named.configuration(.readers, Self.application), ArtifactFolder(artifacts))
        } else {
            let path = invocation.values["data"] ?? ".mentatlab"
            guard try FileSystem.status(path) != nil else {
                throw UsageError("there is no data folder \(path); name one with --data, or a database.")
            }
            let data = try DataFolder(path)
            guard let artifacts = data.runningArtifacts() else {
                throw UsageError(
                    "no marketplace runs in \(data.path); start it with `marketplace up --data \(path)`, or name a database."
                )
            }
            let access = try invocation.databaseBeside(data, [.readers])
            subject = .own(
                access.configuration(.readers, Self.application),
                ArtifactFolder(invocation.values["artifacts"] ?? artifacts))
        }
    }

    func run() async throws -> Int32 {
        // Those of a document, which is printed as a whole; of lines only the number.
        var differences: [LogDifference] = []
        var count = 0
        let report = { (difference: LogDifference) in
            count += 1
            if isJSON { differences.append(difference) } else { Host.write(Self.line(difference), to: 1) }
        }
        let progress = { (done: Int64, head: Int64) in
            if Host.isTerminal(2) {
                Host.write("\rverifying: \(done) of \(head)\(done == head ? "\n" : "")", to: 2)
            }
        }
        let counts: LogVerifier.Counts
        switch subject {
        case .remote(let log): counts = try await log.verify(report: report, progress: progress)
        case .own(let database, let folder):
            let worker = Worker(name: "verify")
            defer { worker.stop() }
            let verifier = LogVerifier(database) { artifact, position in
                try await worker.run { try Self.check(artifact, at: position, in: folder) }
            }
            counts = try await verifier.verify(report: report, progress: progress)
        }
        if isJSON {
            try Self.show(counts, differences)
        } else {
            Host.write(Self.summary(counts, count), to: 1)
        }
        return count == 0 ? 0 : 1
    }

    private static func check(
        _ artifact: Artifact, at position: Position, in folder: ArtifactFolder
    ) throws -> LogDifference? {
        let name = "\(artifact.role.rawValue) \(artifact.sha256.hex)"
        guard let found = try folder.measure(artifact.sha256) else {
            return LogDifference(.artifactMissing, at: position, "the file \(name) is not there")
        }
        guard found.sizeBytes == artifact.sizeBytes else {
            return LogDifference(
                .artifactChanged, at: position,
                "the file \(name) has \(found.sizeBytes) bytes, the entry says \(artifact.sizeBytes)")
        }
        guard found.sha256 == artifact.sha256 else {
            return LogDifference(
                .artifactChanged, at: position, "the file \(name) has the digest \(found.sha256.hex)")
        }
        return nil
    }

    private static func line(_ difference: LogDifference) -> String {
        let place = difference.position.map { "position \($0)" } ?? "log"
        return "\(place): \(difference.kind.rawValue): \(difference.detail)\n"
    }

    private static func summary(_ counts: LogVerifier.Counts, _ differences: Int) -> String {
        "\(counts.entries) entries, \(counts.contents) contents, \(counts.artifacts) artifacts verified, \(differences) differences\n"
    }

    private static func show(_ counts: LogVerifier.Counts, _ differences: [LogDifference]) throws {
        try printDocument { writer in
            writer.object { object in
                object.member("artifacts", counts.artifacts)
                object.member("contents", counts.contents)
                object.member("differences") { writer in
                    writer.array(differences) { difference, writer in
                        writer.object { object in
                            object.member("detail", difference.detail)
                            object.member("kind", difference.kind.rawValue)
                            object.member("position", difference.position?.value)
                        }
                    }
                }
                object.member("entries", counts.entries)
            }
        }
    }
}
