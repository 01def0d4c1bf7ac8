import Artifacts
import Events
import Following
import Logging
import Marketplace

/// Carries out removals: deletes the bytes, then notes the removal on each agent that names the file.
///
/// The read model of files tells what is left to do, so an interrupted removal continues at the next start. The model
/// is complete for a removed file once it reflects the removal: no publish can name the file afterwards.
struct RemovalFollower: Sendable {
    let handler: CommandHandler
    let artifacts: ArtifactStore
    let files: FileReading
    let log: Log

    /// The rest after the model has moved: it moves with every entry.
    private static let gatheringMilliseconds: Int64 = 100

    /// Runs until the task is cancelled.
    func run() async {
        let gathering = Follower.Gathering(Self.gatheringMilliseconds...Self.gatheringMilliseconds)
        await Follower("removals", gathering: gathering, log: log) { _ in
            let position = try await files.next(nil)
            while true {
                let left = try await files.unnoted()
                guard !left.isEmpty else { return position }
                for digest in Set(left.map(\.sha256)) { try await artifacts.remove(digest) }
                var reached = position
                for (digest, key) in left {
                    let command = NoteRemovedArtifact(key: key, digest: digest)
                    reached = max(reached, try await handler.append(CommandAttempt(command: command)) ?? reached)
                }
                // The model has to reflect the new entries before the next query. What other programs have appended
                // meanwhile moves the model as well, and with it the next step.
                guard reached > position else { return position }
                _ = try await files.next(reached)
            }
        } wait: {
            _ = try await files.next($0)
        }.run()
    }
}
