import Contract
import Crypto
import EventLog
import Events
import HTTPFront
import JSON
import Manifest
import Projections
import Web

extension QueryFront {
    /// Adds the pages of the log.
    func addLogPages(to routes: inout QueryRoutes) {
        routes.onDocument(Endpoints.logPage, of: [], within: logShares) { query in
            let choice = try Self.choice(query)
            // What everybody looks at is read once for each entry that comes.
            guard query.before == nil, choice.agent == nil, choice.stream == nil, query.minimumPosition == nil,
                let head = hub.head
            else { return try await logPage(query, choice) }
            return try await lastEntries.value("\(head) \(choice.type ?? "")") { try await logPage(query, choice) }
        }
        routes.onDocument(Endpoints.entryPage, of: AgentReader.shownModels, within: logShares) { input in
            // Entries can be long, and what they commit to as well.
            try await withTaskExecutorPreference(globalConcurrentExecutor) { try await entryPage(input) }
        }
    }

    private func logPage(_ query: LogQuery, _ choice: EventReader.Choice) async throws -> Document {
        try await withTaskExecutorPreference(globalConcurrentExecutor) {
            let page = try await entries.readBack(choice, before: query.before, limit: LogPage.lines)
            let lines = page.entries.map(LogLine.init)
            return Document(
                page: LogPage(query: query, lines: lines, first: page.first, head: page.head),
                reflecting: Reflection(next: page.head, builds: ""))
        }
    }

    private func entryPage(_ input: EntryParameters) async throws -> Document {
        guard let entry = try await entries.read(from: input.position, limit: 1).entries.first else {
            throw Problem(.pathNotFound, "the log has no entry \(input.position) yet")
        }
        let line = LogLine(entry)
        let head = try await entries.head()
        let (remarks, reflecting) = try await remarks(on: line)
        let page = EntryPage(
            line: line, bytes: entry.bytes, commitments: try await commitments(of: entry, line), remarks: remarks,
            head: head)
        return Document(page: page, reflecting: reflecting ?? Reflection(next: head, builds: ""))
    }

    private static func choice(_ query: LogQuery) throws(Problem) -> EventReader.Choice {
        guard query.agent == nil || query.stream == nil else {
            throw Problem(.invalidParameter, "give 'agent' or 'stream', not both")
        }
        if let type = query.type { try checkType(type) }
        return EventReader.Choice(
            type: query.type, stream: try query.stream.map { text throws(Problem) in try stream(text) },
            agent: query.agent)
    }

    /// What an entry commits to, with what became of each content.
    private func commitments(of entry: RecordedEntry, _ line: LogLine) async throws -> [EntryPage.Commitment] {
        let data = try? JSONValue(entry.bytes)["data"]
        let named = ContentKind.allCases.compactMap { kind in
            (data?[kind.field]?.string).flatMap { SHA256Digest(hex: $0) }.map { (kind: kind, digest: $0) }
        }
        guard !named.isEmpty else { return [] }
        var erasures: [String: (position: Position, erased: ContentErased)] = [:]
        if let envelope = line.envelope {
            erasures = try await entries.erasures(of: envelope.id, at: line.position, in: envelope.stream)
        }
        var commitments: [EntryPage.Commitment] = []
        for (kind, digest) in named {
            let state: EntryPage.Commitment.State
            if let found = try await entries.content(at: line.position, field: kind.field) {
                state = .kept(found.content)
            } else if let erasure = erasures[kind.field] {
                state = .erased(at: erasure.position, reason: erasure.erased.reason.rawValue)
            } else {
                state = kind.isPublic ? .missing : .hidden
            }
            commitments.append(EntryPage.Commitment(field: kind.field, digest: digest, state: state))
        }
        return commitments
    }

    /// What the models say now of the agent or version that an entry is about, and what that reflects; nil where no
    /// model was asked.
    private func remarks(on line: LogLine) async throws -> ([EntryPage.Remark], Reflection?) {
        guard case .agent(let key)? = line.envelope?.stream else { return ([], nil) }
        let found = try await agents.agent(key)
        guard let agent = found.value else { return ([], found.reflection) }
        var remarks: [EntryPage.Remark] = []
        if let held = try AgentDetail(agent).quarantine {
            remarks.append(
                EntryPage.Remark(
                    "Moderators hold all versions since \(held.since.day): \(held.reason). Nothing of them is served.",
                    gravity: "bad"))
        }
        guard let published = line.envelope?.event as? VersionPublished, let number = SemVer(published.version) else {
            return (remarks, found.reflection)
        }
        let row = try await agents.version(number, of: key)
        let reflection = found.reflection.merged(with: row.reflection)
        guard let value = row.value else { return (remarks, reflection) }
        let version = VersionPage(value, of: key)
        if let held = version.quarantine {
            remarks.append(
                EntryPage.Remark(
                    "Moderators hold this version since \(held.since.day): \(held.reason). It is not served.",
                    gravity: "bad"))
        }
        if let yank = version.yank {
            remarks.append(
                EntryPage.Remark(
                    "This version is yanked since \(yank.since.day): \(yank.reason). Who names it exactly still gets it.",
                    gravity: "warn"))
        }
        if !value.removed.isEmpty {
            remarks.append(
                EntryPage.Remark(
                    "Files were removed for good: \(value.removed.joined(separator: ", ")). Their digests stay.",
                    gravity: "bad"))
        }
        return (remarks, reflection)
    }
}

extension LogLine {
    fileprivate init(_ entry: RecordedEntry) {
        let followed = FollowedEntry(entry)
        self.init(
            position: entry.position, envelope: try? entry.envelope(), type: followed.type, stream: followed.stream,
            agent: followed.agent)
    }
}
