import Contract
import EventLog
import Events
import HTTPFront
import HTTPServer
import Manifest
import Projections
import System

extension QueryFront {
    func addPast(to routes: inout QueryRoutes) {
        routes.on(Endpoints.showHistory, of: AgentReader.shownModels) { try await showHistory($0) }
        routes.onAny(Endpoints.showExposure) { query, request in
            try await awaitMinimum(query, in: AgentReader.shownModels)
            let page = try await replaying(for: request) { try await showExposure(query) }
            return request.response(Endpoints.showExposure, Reply(page.value, position: page.position))
        }
    }

    /// The moment that a request is about.
    ///
    /// - Throws: `Problem` for a position that the log does not have yet, and for a time before its first entry.
    func moment(_ asOf: AsOf, orElse problem: ProblemCode = .agentNotFound) async throws -> Moment {
        let position = try await asOf.position(orElse: problem) { try await entries.position(at: $0) }
        guard let time = try await entries.time(of: position) else {
            try checkIsKnown(position, past: try await entries.head())
            throw Problem(.unavailable, "the entry \(position) can't be read")
        }
        // Days are over by the time that was asked for, also where nothing happened since, but not before they are.
        let now = Timestamp(milliseconds: Host.wallClockMilliseconds())
        var day = time.day
        if case .time(let end) = asOf { day = max(day, min(end.adding(milliseconds: 1).day, now.day)) }
        return Moment(position: position, time: time, day: day)
    }

    /// Adds the fields of every answer about the past.
    static func add(_ moment: Moment, to fields: inout HTTPFields) {
        fields.append(Fields.asOf, moment.position.description)
        fields.append("x-robots-tag", "noindex")
    }

    /// Answers a question about the past, of which a network has some under way at once.
    ///
    /// - Throws: `Problem` where it has too many, and where more has happened than is read for one answer.
    func replaying<Value>(for request: FrontRequest, _ answer: () async throws -> Value) async throws -> Value {
        do {
            return try await pastShares.run(for: request.clientNetwork, answer)
        } catch let fault as PastFault {
            throw Problem(.pastTooLong, "\(fault)")
        }
    }

    /// The problem that there was no such agent at a moment.
    static func noAgent(_ key: AgentKey, at moment: Moment) -> Problem {
        Problem(.agentNotFound, "there was no agent '\(key)' here at position \(moment.position) (\(moment.time))")
    }

    func showHistory(_ query: AgentPageParameters) async throws -> Page<HistoryPage> {
        let from = try query.cursor.map { text throws(Problem) in
            guard let position = Int64(text), position >= 0 else { throw badCursor }
            return Position(position)
        }
        let found = try await past.history(of: query.id, from: from ?? Position(0), limit: Int(query.limit))
        guard let (happenings, next) = found.value else { throw FrontRequest.noAgent(query.id) }
        let pagination = Pagination(limit: query.limit, nextCursor: next?.description)
        return Page(
            value: HistoryPage(
                id: query.id, history: happenings.map(HistoryItem.init), pagination: pagination),
            reflecting: found.reflection, cursor: pagination.nextCursor)
    }

    func showExposure(_ query: VersionQuery) async throws -> Page<ExposurePage> {
        let version: SemVer
        if let named = query.version {
            version = named
        } else {
            guard let shown = try await agents.agent(query.id).value,
                let latest = SemVer(shown.summary.latestVersion)
            else { throw FrontRequest.noAgent(query.id) }
            version = latest
        }
        let found = try await past.exposure(of: version, query.id)
        guard let exposure = found.value else {
            if try await agents.agent(query.id).value == nil { throw FrontRequest.noAgent(query.id) }
            throw Problem(.versionNotFound, "the agent '\(query.id)' has no version \(version) here")
        }
        return Page(value: ExposurePage(exposure, of: query.id), reflecting: found.reflection)
    }
}

extension HistoryItem {
    init(_ happening: PastReader.Happening) {
        self.init(
            position: happening.position, time: happening.time, type: happening.event.typeName,
            actor: happening.actor.map(PersonBody.init), token: happening.token?.hex, note: happening.note,
            data: RawObject(happening.event.data))
    }
}

extension ExposurePage {
    fileprivate init(_ exposure: Exposure, of key: AgentKey) {
        self.init(
            id: key, version: exposure.version, publisher: exposure.publisher.map(PersonBody.init),
            resolvable: Self.listed(exposure.resolvable), downloadable: Self.listed(exposure.downloadable),
            spansLeftOut: Self.leftOut(exposure),
            downloads: exposure.days.reduce(0) { $0 + $1.downloads },
            readers: exposure.days.reduce(0) { $0 + $1.readers }, days: exposure.days.map(DayDownloads.init),
            news: exposure.news.map { news in
                ExposureNews(
                    against: news.against, capabilities: news.capabilities,
                    dependencies: news.dependencies.map(DependencyBody.init),
                    otherPublisher: news.otherPublisher.map(PersonBody.init))
            })
    }

    /// Of so many times the first and the last are listed, so that nobody hides one behind many others.
    private static let listedSpans = 500

    private static func listed(_ spans: [Exposure.Span]) -> [SpanBody] {
        guard spans.count > 2 * listedSpans else { return spans.map(SpanBody.init) }
        return (spans.prefix(listedSpans) + spans.suffix(listedSpans)).map(SpanBody.init)
    }

    private static func leftOut(_ exposure: Exposure) -> Int64? {
        let count = [exposure.resolvable, exposure.downloadable].map { max(0, $0.count - 2 * listedSpans) }.reduce(0, +)
        return count == 0 ? nil : Int64(count)
    }
}

extension SpanBody {
    fileprivate init(_ span: Exposure.Span) {
        self.init(from: span.from, since: span.since, until: span.until, ended: span.ended)
    }
}
