import Contract
import Crypto
import EventLog
import Events
import HTTPFront
import Projections

extension QueryFront {
    func addLog(to routes: inout QueryRoutes) {
        routes.onPage(Endpoints.listEvents) { query in
            let page = try await entries(query)
            // Who follows another log, or a log that was restored from a backup, would wait for ever.
            if page.entries.isEmpty, page.next == query.from, query.from > Position(0) {
                try checkIsKnown(Position(query.from.value - 1), past: try await entries.head())
            }
            let logged = page.entries.map { LoggedEntry(position: $0.position, entry: RawObject($0.bytes)) }
            return Page(
                value: EventPage(events: logged, next: page.next), reflecting: Reflection(next: page.next, builds: ""))
        }
        routes.onPage(Endpoints.listContents) { query in
            let page = try await entries.contents(from: query.from, limit: Int(query.limit))
            return Page(
                value: ContentPage(contents: page.contents.map(ContentBody.init), next: page.next),
                reflecting: Reflection(next: page.next, builds: ""))
        }
        routes.onAny(Endpoints.showContent) { input, request in
            let position = Int64(input.position).flatMap { $0 >= 0 ? Position($0) : nil }
            guard let position, let found = try await entries.content(at: position, field: input.field) else {
                throw Problem(
                    .contentNotFound,
                    "there is no public content '\(input.field.prefix(64))' at '\(input.position.prefix(32))'")
            }
            return request.response(Endpoints.showContent, Reply(ContentBody(found)))
        }
        routes.onAny(Endpoints.listProjections) { _, request in
            let (rows, faults) = (try await builds.builds(), try await builds.faults())
            let progress = ProjectionCatalogue.all.compactMap { ProjectionBody($0, among: rows, faults) }
            return request.response(Endpoints.listProjections, Reply(ProjectionList(projections: progress)))
        }
    }

    private func entries(_ query: EventQuery) async throws -> EventReader.Page {
        let (from, limit) = (query.from, Int(query.limit))
        switch (query.stream, query.type) {
        case (nil, nil): return try await entries.read(from: from, limit: limit)
        case (let stream?, nil):
            guard StreamName(stream) != nil else {
                throw Problem(.invalidParameter, "'stream' is '\(stream.prefix(200))'; it has to be <kind>/<id>")
            }
            return try await entries.read(stream: stream, from: from, limit: limit)
        case (nil, let type?):
            guard EventCatalogue.types.contains(type) else {
                throw Problem(
                    .invalidParameter,
                    "'type' is '\(type.prefix(64))'; there are \(EventCatalogue.types.joined(separator: ", "))")
            }
            return try await entries.read(type: type, from: from, limit: limit)
        case (_?, _?): throw Problem(.invalidParameter, "give 'stream' or 'type', not both")
        }
    }
}

extension ContentBody {
    fileprivate init(_ content: EventReader.PublicContent) {
        self.init(
            position: content.position, field: content.field, nonce: Hex.encode(content.content.nonce),
            document: RawObject(content.content.document))
    }
}

extension ProjectionBody {
    /// How far a projection is; nil where it has no build of this program's version.
    fileprivate init?(_ projection: Projection, among rows: [BuildReader.Row], _ faults: [BuildReader.Fault]) {
        let rows = rows.filter { $0.projection == projection.name }
        let read = rows.first { $0.state == .active && $0.version == Int64(projection.version) }
        guard let read else { return nil }
        self.init(
            name: projection.name, cursor: read.cursor, head: read.head, lag: read.head.value - read.cursor.value,
            oldestWaitMilliseconds: read.oldestWaitMilliseconds,
            builds: rows.map { row in
                BuildBody(
                    build: row.build, version: row.version,
                    state: BuildBody.State(rawValue: row.state.rawValue) ?? .retired,
                    isCheck: row.isCheck, program: row.program, cursor: row.cursor, begun: row.begun, moved: row.moved,
                    beat: row.beat)
            },
            faults: faults.filter { $0.projection == projection.name }.map { fault in
                FaultBody(build: fault.build, key: fault.key, position: fault.position, since: fault.since)
            })
    }
}
