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

    private enum Outcome {
        case published
        case refreshed
        case unchanged
    }

    /// What a file holds.
    enum Format: String, CaseIterable {
        /// Packages of other registries, one JSON object each.
        case catalog
        /// What a registry of the MCP Registry API lists.
        case registry = "mcp-registry"
    }

    private let file: String
    private let format: Format
    private let publisher: Publisher

    init(file: String, format: Format = .catalog, publisher: Publisher) {
        self.file = file
        self.format = format
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
        // It is published whatever comes of this.
        if counts.published + counts.refreshed > 0, (try? await publisher.awaitShown()) != true {
            Host.write("import: the lists do not show all of it yet\n", to: 2)
        }
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

    /// What to publish. Of entries with one identity the last one, unless only an earlier one is marked as the latest;
    /// of different packages with one agent id, the first one.
    private func read(_ source: CatalogFile, _ counts: inout Counts) throws -> [ImportedVersion] {
        func say(_ place: String, _ reason: String) {
            Host.write("\(source.name): \(EntryFault(place: place, reason: reason))\n", to: 2)
        }
        var jobs: [ImportedVersion] = []
        var places: [String: Int] = [:]
        for (place, read) in try packages(source) {
            counts.read += 1
            do {
                let job = try read()
                for warning in job.warnings { say(place, "warning: \(job.name): \(warning)") }
                if let known = places[job.identity] {
                    counts.duplicate += 1
                    // What the source calls the latest is not replaced by an older one of the same version.
                    if job.isLatest || !jobs[known].isLatest { jobs[known] = job }
                    if job.ownVersion != jobs[known].ownVersion {
                        say(
                            place,
                            "warning: \(job.name): several versions that are no SemVer are published as one, \(job.version)"
                        )
                    }
                } else {
                    places[job.identity] = jobs.count
                    jobs.append(job)
                }
            } catch {
                counts.failed += 1
                say(place, "\(error)")
            }
        }
        var holders: [String: ImportedVersion] = [:]
        return jobs.filter { job in
            let key = AgentID(job.agentID)?.key.description ?? job.agentID
            let holder = holders[key] ?? job
            holders[key] = holder
            if holder.name == job.name { return true }
            counts.failed += 1
            say(
                job.place,
                "'\(job.name)' would have the id '\(job.agentID)' of '\(holder.name)' (\(holder.place)); it is left out"
            )
            return false
        }
    }

    /// The places of a file with what reads them.
    private func packages(
        _ source: CatalogFile
    ) throws -> [(place: String, read: () throws -> ImportedVersion)] {
        switch format {
        case .catalog:
            try source.entries().map { entry in
                (entry.place, { try CatalogPackage(line: entry.bytes).imported(from: entry.place) })
            }
        case .registry:
            try source.servers().map { place, server in (place, { try RegistryServer(server).imported(from: place) }) }
        }
    }

    /// Makes the marketplace say what the registry says of a version. Only what an import said is taken back: a yank or a
    /// deprecation of somebody else stays.
    ///
    /// - Returns: true where that changed something.
    private func follow(_ job: ImportedVersion) async throws -> Bool {
        let page = try await publisher.version(job.agentID, job.version)
        var isNew = false
        if job.status == .deleted, !page.isYanked {
            isNew = try await publisher.yank(job.agentID, job.version, note: Publisher.importNote)
        } else if job.status != .deleted, page.yank?.note == Publisher.importNote {
            isNew = try await publisher.unyank(job.agentID, job.version)
        }
        guard job.isLatest else { return isNew }
        let deprecation = try await publisher.agent(job.agentID).deprecation
        if job.status == .deprecated, deprecation == nil {
            return try await publisher.deprecate(job.agentID, note: Publisher.importNote) || isNew
        }
        if job.status != .deprecated, deprecation?.note == Publisher.importNote {
            return try await publisher.undeprecate(job.agentID) || isNew
        }
        return isNew
    }

    private func publish(_ job: ImportedVersion) async -> Result<Outcome, EntryFault> {
        do {
            do {
                let part = HTTPClientRequest.Part(name: "manifest", bytes: job.manifest)
                let key = "import-\(Hex.encode(SecureRandom.bytes(16)))"
                if case .published = try await publisher.publish([part], idempotencyKey: key) {
                    if format == .registry { _ = try await follow(job) }
                    return .success(.published)
                }
            } catch let refusal as Publisher.Refusal where refusal.code == ProblemCode.versionExists.rawValue {
                // The version is there with another text, which its page can say anew.
            }
            var isNew = try await publisher.changeListing(job.agentID, job.version, manifest: job.manifest)
            if format == .registry, try await follow(job) { isNew = true }
            return .success(isNew ? .refreshed : .unchanged)
        } catch {
            return .failure(EntryFault(place: job.place, reason: "\(job.name): \(error)"))
        }
    }
}
