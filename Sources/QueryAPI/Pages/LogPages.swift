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
        routes.onDocument(Endpoints.logPage, of: []) { query in
            let choice = try Self.choice(query)
            let head = try await entries.head()
            let page = try await entries.readBack(choice, before: query.before ?? head, limit: LogPage.lines)
            let lines = page.entries.map(LogLine.init)
            return Document(
                page: LogPage(query: query, lines: lines, first: page.first, head: head),
                reflecting: Reflection(next: head, builds: ""))
        }
        routes.onDocument(Endpoints.entryPage, of: []) { input in
            guard let entry = try await entries.read(from: input.position, limit: 1).entries.first else {
                throw Problem(.pathNotFound, "the log has no entry \(input.position) yet")
            }
            let line = LogLine(entry)
            let head = try await entries.head()
            let page = EntryPage(
                line: line, bytes: entry.bytes, commitments: try await commitments(of: entry, line),
                remarks: try await remarks(on: line), head: head)
            return Document(page: page, reflecting: Reflection(next: head, builds: ""))
        }
    }

    private static func choice(_ query: LogQuery) throws(Problem) -> EventReader.Choice {
        guard [query.agent != nil, query.type != nil, query.stream != nil].count(where: { $0 }) < 2 else {
            throw Problem(.invalidParameter, "give one of 'agent', 'type' and 'stream'")
        }
        if let agent = query.agent { return .agent(agent) }
        if let type = query.type {
            try checkType(type)
            return .type(type)
        }
        guard let stream = query.stream else { return .all }
        guard let name = StreamName(stream) else {
            throw Problem(.invalidParameter, "'stream' is '\(stream.prefix(200))'; it has to be <kind>/<id>")
        }
        return .stream(name)
    }

    /// What an entry commits to, with what became of each content.
    private func commitments(of entry: RecordedEntry, _ line: LogLine) async throws -> [EntryPage.Commitment] {
        let data = try? JSONValue(entry.bytes)["data"]
        var commitments: [EntryPage.Commitment] = []
        for field in ContentKind.allCases.map(\.field) {
            guard let digest = data?[field]?.string.flatMap({ SHA256Digest(hex: $0) }) else { continue }
            commitments.append(
                EntryPage.Commitment(field: field, digest: digest, state: try await state(of: field, of: line)))
        }
        return commitments
    }

    private func state(of field: String, of line: LogLine) async throws -> EntryPage.Commitment.State {
        if let found = try await entries.content(at: line.position, field: field) { return .kept(found.content) }
        // An erasure is an entry of the same stream.
        var next = line.position.next
        while let id = line.envelope?.id {
            let page = try await entries.read(stream: line.stream, from: next, limit: EventReader.maximumEntries)
            for entry in page.entries {
                let erased = (try? entry.envelope())?.event as? ContentErased
                if let erased, erased.entry == id, erased.field == field {
                    return .erased(at: entry.position, reason: erased.reason.rawValue)
                }
            }
            guard let last = page.entries.last, page.next > last.position else { break }
            guard page.entries.count == EventReader.maximumEntries else { break }
            next = page.next
        }
        return ContentKind(field: field)?.isPublic == false ? .hidden : .missing
    }

    /// What holds by now of what an entry is about.
    private func remarks(on line: LogLine) async throws -> [EntryPage.Remark] {
        guard case .agent(let key)? = line.envelope?.stream, let agent = try await agents.agent(key).value else {
            return []
        }
        var remarks: [EntryPage.Remark] = []
        if let held = try AgentDetail(agent).quarantine {
            remarks.append(
                EntryPage.Remark(
                    "Moderators hold all versions since \(held.since.day): \(held.reason). Nothing of them is served.",
                    gravity: "bad"))
        }
        guard let published = line.envelope?.event as? VersionPublished, let number = SemVer(published.version),
            let row = try await agents.version(number, of: key).value
        else { return remarks }
        let version = VersionPage(row, of: key)
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
        if !row.removed.isEmpty {
            remarks.append(
                EntryPage.Remark(
                    "Files were removed for good: \(row.removed.joined(separator: ", ")). Their digests stay.",
                    gravity: "bad"))
        }
        return remarks
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
