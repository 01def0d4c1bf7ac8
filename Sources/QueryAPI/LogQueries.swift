import Contract
import Crypto
import EventLog
import Events
import HTTPFront
import HTTPServer
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
        routes.onAny(Endpoints.followEvents) { query, request in
            if let stream = query.stream { _ = try Self.stream(stream) }
            if let type = query.type { try Self.checkType(type) }
            var from = query.last?.next ?? query.from
            // A crowd that comes back at once asks for nothing that is known here.
            if let known = hub.head, from ?? known <= known {
                from = from ?? known
            } else {
                let head = try await entries.head()
                if let from, from > head { try checkIsKnown(Position(from.value - 1), past: head) }
                from = from ?? head
            }
            let filter = EventFilter(agent: query.agent, type: query.type, stream: query.stream)
            let following = EventFollowing(
                hub, catchUp, from: from ?? Position(0), filter, try hub.enter(from: request.clientNetwork), followers)
            return HTTPResponse(
                status: 200,
                fields: [
                    "content-type": EndpointDeclaration.eventStream, "cache-control": "no-store",
                    // A proxy that gathers an answer before it passes it on would keep events back (nginx).
                    "x-accel-buffering": "no",
                ], body: .stream(following.body))
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
            _ = try Self.stream(stream)
            return try await entries.read(stream: stream, from: from, limit: limit)
        case (nil, let type?):
            try Self.checkType(type)
            return try await searchedEntries.read(type: type, from: from, limit: limit)
        case (_?, _?): throw Problem(.invalidParameter, "give 'stream' or 'type', not both")
        }
    }

    /// The stream that a parameter names.
    static func stream(_ text: String) throws(Problem) -> StreamName {
        guard let stream = StreamName(text) else {
            throw Problem(.invalidParameter, "'stream' is '\(text.prefix(200))'; it has to be <kind>/<id>")
        }
        return stream
    }

    static func checkType(_ type: String) throws(Problem) {
        guard !EventCatalogue.types.contains(type) else { return }
        throw Problem(
            .invalidParameter,
            "'type' is '\(type.prefix(64))'; there are \(EventCatalogue.types.joined(separator: ", "))")
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
        let read = rows.first { $0.isRead(with: projection) }
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
