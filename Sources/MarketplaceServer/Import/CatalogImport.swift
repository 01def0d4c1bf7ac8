import Contract
import Crypto
import Events
import HTTPClient
import System

/// Publishes a catalogue, several packages at once. Where a version is there with another text, its page says the new one;
/// publishing the same again changes nothing, so an import that was cut off is resumed by running it again.
struct CatalogImport {
    private struct Counts {
        var read = 0
        var published = 0
        var refreshed = 0
        var unchanged = 0
        var duplicate = 0
        var failed = 0
    }

    private struct Job {
        let place: String
        let entry: CatalogPackage
    }

    private enum Outcome {
        case published
        case refreshed
        case unchanged
    }

    private let file: String
    private let publisher: Publisher

    init(file: String, publisher: Publisher) {
        self.file = file
        self.publisher = publisher
    }

    /// Returns the exit code: 1 where a package failed.
    func run() async throws -> Int32 {
        var counts = Counts()
        let source = try CatalogFile(file)
        let jobs = try read(source, &counts)
        let progress = Progress("import", total: jobs.count)
        await withTaskGroup(of: Result<Outcome, EntryFault>.self) { group in
            var waiting = jobs.makeIterator()
            func startNext() {
                guard !Task.isCancelled, let job = waiting.next() else { return }
                group.addTask { await publish(job) }
            }
            for _ in 0..<Publisher.concurrency { startNext() }
            while let result = await group.next() {
                switch result {
                case .success(.published): counts.published += 1
                case .success(.refreshed): counts.refreshed += 1
                case .success(.unchanged): counts.unchanged += 1
                case .failure(let fault):
                    counts.failed += 1
                    progress.interrupt("\(source.name): \(fault)")
                }
                progress.step()
                startNext()
            }
        }
        progress.finish()
        Host.write(
            "\(counts.read) read, \(counts.published) published, \(counts.refreshed) refreshed, \(counts.unchanged) unchanged, "
                + "\(counts.duplicate) duplicate, \(counts.failed) failed\n", to: 1)
        return counts.failed == 0 ? 0 : 1
    }

    private struct EntryFault: Error, CustomStringConvertible {
        let place: String
        let reason: String
        var description: String { "\(place): \(reason)" }
    }

    /// What to publish: of each package what the file says last, and of packages whose ids are one the first.
    private func read(_ source: CatalogFile, _ counts: inout Counts) throws -> [Job] {
        func say(_ place: String, _ reason: String) {
            Host.write("\(source.name): \(EntryFault(place: place, reason: reason))\n", to: 2)
        }
        var jobs: [Job] = []
        var places: [String: Int] = [:]
        for entry in try source.entries() {
            counts.read += 1
            do {
                let package = try CatalogPackage(line: entry.bytes)
                for warning in package.warnings { say(entry.place, "warning: \(package.package): \(warning)") }
                let job = Job(place: entry.place, entry: package)
                if let known = places["\(package.registry):\(package.package)"] {
                    counts.duplicate += 1
                    jobs[known] = job
                } else {
                    places["\(package.registry):\(package.package)"] = jobs.count
                    jobs.append(job)
                }
            } catch {
                counts.failed += 1
                say(entry.place, "\(error)")
            }
        }
        var holders: [String: Job] = [:]
        return jobs.filter { job in
            let id = job.entry.agentID
            guard let holder = holders[AgentID(id)?.key.description ?? id] else {
                holders[AgentID(id)?.key.description ?? id] = job
                return true
            }
            counts.failed += 1
            say(
                job.place,
                "'\(job.entry.package)' would have the id '\(id)' of '\(holder.entry.package)' (\(holder.place)); it is left out"
            )
            return false
        }
    }

    private func publish(_ job: Job) async -> Result<Outcome, EntryFault> {
        let manifest = job.entry.manifest
        do {
            do {
                let part = HTTPClientRequest.Part(name: "manifest", bytes: manifest)
                let key = "import-\(Hex.encode(SecureRandom.bytes(16)))"
                if case .published = try await publisher.publish([part], idempotencyKey: key) {
                    return .success(.published)
                }
            } catch let refusal as Publisher.Refusal where refusal.code == ProblemCode.versionExists.rawValue {
                // The version is there with another text, which its page can say anew.
            }
            let isNew = try await publisher.changeListing(
                job.entry.agentID, job.entry.publishedVersion, manifest: manifest)
            return .success(isNew ? .refreshed : .unchanged)
        } catch {
            return .failure(EntryFault(place: job.place, reason: "\(job.entry.package): \(error)"))
        }
    }
}

/// Shows how far something is, on stderr: one line that moves on a terminal, one every few seconds off it.
final class Progress {
    private let label: String
    private let total: Int
    private let isTerminal = Host.isTerminal(2)
    private var done = 0
    private let began = Host.steadyClockMilliseconds()
    private var shown = Host.steadyClockMilliseconds()

    init(_ label: String, total: Int) {
        self.label = label
        self.total = total
    }

    func step() {
        done += 1
        let now = Host.steadyClockMilliseconds()
        guard now - shown >= (isTerminal ? 100 : 5_000) else { return }
        shown = now
        Host.write(isTerminal ? "\r\(label): \(done) of \(total)" : "\(label): \(done) of \(total)\n", to: 2)
    }

    /// Writes a line of its own.
    func interrupt(_ line: String) {
        Host.write(isTerminal ? "\r\u{1b}[K\(line)\n" : "\(line)\n", to: 2)
    }

    func finish() {
        let milliseconds = Host.steadyClockMilliseconds() - began
        let took = "\(label): \(done) of \(total) in \(milliseconds / 1000).\(milliseconds % 1000 / 100) s\n"
        Host.write(isTerminal ? "\r\u{1b}[K\(took)" : took, to: 2)
    }
}
