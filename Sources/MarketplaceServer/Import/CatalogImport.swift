import Crypto
import HTTPClient
import System

/// Publishes a catalogue, several lines at once. Publishing the same again changes nothing, so an import
/// that was cut off is resumed by running it again.
struct CatalogImport {
    private static let maximumBytes = 1 << 30

    private struct Counts {
        var read = 0
        var published = 0
        var unchanged = 0
        var duplicate = 0
        var failed = 0
    }

    private struct Job {
        let line: Int
        let entry: CatalogPackage
    }

    private let file: String
    private let publisher: Publisher

    init(file: String, publisher: Publisher) {
        self.file = file
        self.publisher = publisher
    }

    /// Returns the exit code: 1 where a line failed.
    func run() async throws -> Int32 {
        var counts = Counts()
        let jobs = try read(&counts)
        let progress = Progress("import", total: jobs.count)
        await withTaskGroup(of: Result<Publisher.Outcome, LineFault>.self) { group in
            var waiting = jobs.makeIterator()
            func startNext() {
                guard !Task.isCancelled, let job = waiting.next() else { return }
                group.addTask { await publish(job) }
            }
            for _ in 0..<Publisher.concurrency { startNext() }
            while let result = await group.next() {
                switch result {
                case .success(.published): counts.published += 1
                case .success(.unchanged): counts.unchanged += 1
                case .failure(let fault):
                    counts.failed += 1
                    progress.interrupt("\(file): \(fault)")
                }
                progress.step()
                startNext()
            }
        }
        progress.finish()
        Host.write(
            "\(counts.read) read, \(counts.published) published, \(counts.unchanged) unchanged, "
                + "\(counts.duplicate) duplicate, \(counts.failed) failed\n", to: 1)
        return counts.failed == 0 ? 0 : 1
    }

    private struct LineFault: Error, CustomStringConvertible {
        let line: Int
        let reason: String
        var description: String { "line \(line): \(reason)" }
    }

    /// The lines to publish: the first of each package.
    private func read(_ counts: inout Counts) throws -> [Job] {
        let bytes = try FileSystem.read(file, limit: Self.maximumBytes)
        var jobs: [Job] = []
        var packages: Set<String> = []
        for (index, line) in bytes.split(separator: 0x0a, omittingEmptySubsequences: false).enumerated() {
            guard line.contains(where: { ![0x20, 0x09, 0x0d].contains($0) }) else { continue }
            counts.read += 1
            do {
                let entry = try CatalogPackage(line: Array(line))
                if packages.insert(entry.package).inserted {
                    jobs.append(Job(line: index + 1, entry: entry))
                } else {
                    counts.duplicate += 1
                }
            } catch {
                counts.failed += 1
                Host.write("\(file): \(LineFault(line: index + 1, reason: "\(error)"))\n", to: 2)
            }
        }
        return jobs
    }

    private func publish(_ job: Job) async -> Result<Publisher.Outcome, LineFault> {
        let manifest = job.entry.manifest
        do {
            return .success(
                try await publisher.publish(
                    [HTTPClientRequest.Part(name: "manifest", bytes: manifest)],
                    idempotencyKey: "import-\(Hex.encode(SecureRandom.bytes(16)))"))
        } catch {
            return .failure(LineFault(line: job.line, reason: "\(job.entry.package): \(error)"))
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
