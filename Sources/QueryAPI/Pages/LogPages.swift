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
            // What is looked at as it comes is read once for each entry that comes.
            guard query.before == nil, query.minimumPosition == nil, let head = hub.head else {
                return try await logPage(query, choice)
            }
            // There are few types, and any number of agents and streams.
            let isNamed = choice.agent != nil || choice.stream != nil
            let question = [choice.type, choice.agent?.description, choice.stream?.description].map { $0 ?? "" }
            return try await (isNamed ? lastEntriesNamed : lastEntries).value(
                "\(head) \(question.joined(separator: " "))"
            ) { try await logPage(query, choice) }
        }
        routes.onDocument(Endpoints.entryPage, of: AgentReader.shownModels, within: logShares) { input in
            // Entries can be long, and what they commit to as well.
            try await withTaskExecutorPreference(globalConcurrentExecutor) { try await entryPage(input) }
        }
    }

    private func logPage(_ query: LogQuery, _ choice: EventReader.Choice) async throws -> Document {
        try await withTaskExecutorPreference(globalConcurrentExecutor) {
            let page = try await (choice.isFoundAtOnce ? entries : searchedEntries).readBack(
                choice, before: query.before, limit: LogPage.lines)
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
        let (remarks, reflecting) = try await remarks(on: line, entry)
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

    /// What holds by now of the agent and version that an entry is about, and what that reflects; nil where no model was
    /// asked.
    private func remarks(on line: LogLine, _ entry: RecordedEntry) async throws -> ([EntryPage.Remark], Reflection?) {
        var remarks: [EntryPage.Remark] = []
        switch line.envelope?.event {
        case is ArtifactRemoved:
            remarks.append(
                EntryPage.Remark(
                    "The file was taken out of the marketplace: nobody gets it any more, and nobody can publish it again. "
                        + "Its digest stays.", gravity: "bad"))
        case let removed as AgentArtifactRemoved:
            remarks.append(
                EntryPage.Remark(
                    "The file \(removed.sha256) of these versions was removed for good. Its digest stays in their entries.",
                    gravity: "bad"))
        default: break
        }
        guard let key = line.agent else { return (remarks, nil) }
        let found = try await agents.agent(key)
        guard let agent = found.value else { return (remarks, found.reflection) }
        if let held = try AgentDetail(agent).quarantine {
            remarks.append(
                EntryPage.Remark(
                    "Moderators hold all versions since \(held.since.day): \(held.reason). No file of them is served.",
                    gravity: "bad"))
        }
        guard let text = try? JSONValue(entry.bytes)["data"]?["version"]?.string, let number = SemVer(text) else {
            return (remarks, found.reflection)
        }
        let row = try await agents.version(number, of: key)
        let reflection = found.reflection.merged(with: row.reflection)
        guard let value = row.value else { return (remarks, reflection) }
        let version = VersionPage(value, of: key)
        if let held = version.quarantine {
            remarks.append(
                EntryPage.Remark(
                    "Moderators hold the version \(number) since \(held.since.day): \(held.reason). No file of it is served.",
                    gravity: "bad"))
        }
        if let yank = version.yank {
            remarks.append(
                EntryPage.Remark(
                    "The version \(number) is yanked since \(yank.since.day): \(yank.reason). Who names it exactly still gets it.",
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
