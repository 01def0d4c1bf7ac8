import AgentIndex
import Contract
import EventLog
import Events
import HTTPFront
import Manifest
import Marketplace
import System

/// `POST /downloads`: takes downloads that another server has answered. Each line counts once, however often the server
/// sends it.
struct DownloadReportEndpoint: Sendable {
    private static let maximumTries = 8

    let handler: CommandHandler
    let index: IndexFolder
    let keys: DayKeys
    let readers: ReaderLedger
    /// Gets downloads as they are noted.
    let downloaded: @Sendable (DownloadSource, Int64) -> Void

    func add(to routes: inout CommandRoutes) {
        routes.onOwnBody(Endpoints.reportDownloads) { principal, _, _, request in
            try await take(principal, request)
        }
    }

    private func take(
        _ principal: Principal, _ request: FrontRequest
    ) async throws -> CommandOutcome<DownloadReportAnswer> {
        try await handler.authorize(principal, .reportDownloads, on: .marketplace)
        let report = try await receive(request)
        for _ in 0..<Self.maximumTries {
            let known = try await handler.log.knownLines(
                report.lines.map { LineID(sender: principal.user, id: $0.line.id) })
            let new = report.lines.map(\.line).filter {
                !known.contains(LineID(sender: principal.user, id: $0.id))
            }
            let answer = DownloadReportAnswer(
                accepted: Int64(new.count), repeated: Int64(report.lines.count - new.count))
            guard !new.isEmpty else { return CommandOutcome(status: 200, answer: answer, position: nil) }
            if let last = try await append(new, principal, request) {
                return CommandOutcome(status: 201, answer: answer, position: last)
            }
        }
        throw Problem(.busy, "others sent the same lines at the same time; try again")
    }

    private func receive(_ request: FrontRequest) async throws -> DownloadReport {
        let bytes = try await RequestBody.bytes(of: request, for: Endpoints.reportDownloads.declaration)
        let now = handler.now()
        let report = try await request.blocking.run { [index] in
            var report = DownloadReport(bytes) { DayKeys.isAlive($0, at: now) && $0 <= now }
            try report.resolve { try index.resolve(.exact($1), of: $0) }
            return report
        }
        guard report.findings.isEmpty else {
            throw Problem(
                .invalidBody, "the batch has errors, so nothing of it was taken; each is listed with its line",
                findings: report.findings)
        }
        return report
    }

    /// Appends lines; nil where another append held some of them, or changed the right to send them, meanwhile.
    private func append(
        _ lines: [DownloadLine], _ principal: Principal, _ request: FrontRequest
    ) async throws -> Position? {
        let past = try await handler.past.read(ofHolder: principal.token)
        do throws(Rejection) {
            try past.authorize(principal, .reportDownloads, on: .marketplace, at: handler.now())
        } catch {
            throw Problem(error)
        }
        let (counts, seen) = try await request.blocking.run { [keys] in
            var counts = DownloadCounts()
            var seen: [SeenReader] = []
            for line in lines {
                let (domain, token) = try keys.token(
                    line.reader, agent: line.agent.key, at: line.time, sender: principal.user)
                let download = SpooledDownload(
                    agent: line.agent.key, version: line.version.description, time: line.time, source: line.source,
                    domain: domain, reader: token)
                counts.add(download)
                seen.append(download.seen)
            }
            return (counts, seen)
        }
        // Before the append: a sender that gets no answer sends again, and a reader that is appended twice counts once.
        try await readers.note(seen)
        let outcome = try await handler.log.append(
            Append(
                expected: past.versions, events: counts.events(log: handler.log.id),
                effects: lines.map { DownloadLineEffect(LineID(sender: principal.user, id: $0.id)) }))
        guard case .appended(let last?) = outcome else { return nil }
        for line in lines { downloaded(line.source, 1) }
        return last
    }
}
