import AgentIndex
import Contract
import EventLog
import Events
import HTTPFront
import HTTPServer
import JSON
import Manifest
import Marketplace

/// `POST /downloads`: what another server has answered. Each line counts once, however often it is sent.
struct DownloadReportEndpoint: Sendable {
    private static let maximumTries = 8

    let handler: CommandHandler
    let authenticator: Authenticator
    let index: IndexFolder
    let keys: DayKeys
    let readers: ReaderLedger

    func addRoutes(to door: inout FrontDoor) {
        door.on("POST", "\(Paths.base)/downloads") { try await take($0) }
    }

    private func take(_ request: FrontRequest) async throws -> HTTPResponse {
        try request.allow([])
        let principal = try await authenticator.principal(of: request.http.head.fields)
        try await handler.authorize(principal, .reportDownloads, on: .marketplace)
        let report = try await receive(request)
        for _ in 0..<Self.maximumTries {
            let known = try await handler.log.knownLines(
                report.lines.map { LineID(sender: principal.user, id: $0.line.id) })
            let new = report.lines.map(\.line).filter {
                !known.contains(LineID(sender: principal.user, id: $0.id))
            }
            let repeated = report.lines.count - new.count
            guard !new.isEmpty else { return answer(200, accepted: 0, repeated: repeated, nil) }
            if let last = try await append(new, principal) {
                return answer(201, accepted: new.count, repeated: repeated, last)
            }
        }
        throw Problem(.busy, "others sent the same lines at the same time; try again")
    }

    private func receive(_ request: FrontRequest) async throws -> DownloadReport {
        let type = request.http.head.fields["content-type"]?.split(separator: ";").first?.lowercased()
        guard let type, ["application/x-ndjson", "application/jsonl"].contains(type.split(separator: " ").joined())
        else {
            throw Problem(.unsupportedMediaType, "the body has to be application/x-ndjson: a JSON object a line")
        }
        try await request.http.body.limit(to: DownloadReport.maximumBytes)
        var bytes: [UInt8] = []
        while let piece = try await request.http.body.next() { bytes += piece }
        let now = handler.now()
        var report = DownloadReport(bytes) { DayKeys.isAlive($0, at: now) && $0 <= now }
        for (number, line) in report.lines {
            guard let file = try index.file(line.agent) else {
                report.refuse(number, "agent", "there is no agent '\(line.agent)' here")
                continue
            }
            if let version = try? file.document.resolve(.exact(line.version)) {
                report.know(number, version.version)
            } else {
                report.refuse(number, "version", "the agent '\(line.agent)' has no version \(line.version) here")
            }
        }
        guard report.findings.isEmpty else {
            throw Problem(
                .invalidBody, "the batch has errors, so nothing of it was taken; each is listed with its line",
                findings: report.findings)
        }
        return report
    }

    /// Appends lines; nil where some of them, or the right to send them, changed meanwhile.
    private func append(_ lines: [DownloadReport.Line], _ principal: Principal) async throws -> Position? {
        let past = try await handler.past.read(principal.streams)
        do throws(Rejection) {
            try past.authorize(principal, .reportDownloads, on: .marketplace, at: handler.now())
        } catch {
            throw Problem(error)
        }
        var counts = DownloadCounts()
        var seen: [SeenReader] = []
        for line in lines {
            let (domain, token) = try keys.token(
                line.reader, agent: line.agent, at: line.time, sender: principal.user)
            let download = SpooledDownload(
                agent: line.agent, version: line.version.description, time: line.time, source: line.source,
                domain: domain, reader: token)
            counts.add(download)
            seen.append(download.seen)
        }
        // Before the append: a sender that gets no answer sends again, and readers that are told twice count once.
        try await readers.note(seen)
        let outcome = try await handler.log.append(
            Append(
                expected: past.versions, events: counts.events(log: handler.log.id),
                effects: lines.map { DownloadLineEffect(LineID(sender: principal.user, id: $0.id)) }))
        guard case .appended(let last?) = outcome else { return nil }
        return last
    }

    private func answer(_ status: Int, accepted: Int, repeated: Int, _ position: Position?) -> HTTPResponse {
        var writer = JSONWriter()
        writer.object { object in
            object.member("accepted", Int64(accepted))
            object.member("position", position?.value)
            object.member("repeated", Int64(repeated))
        }
        var fields: HTTPFields = ["cache-control": "no-store"]
        if let position { fields.append(Fields.position, position.description) }
        return .json(status, writer.bytes, fields: fields)
    }
}
