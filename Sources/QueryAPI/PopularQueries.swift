import Contract
import Events
import HTTPFront
import HTTPServer
import Projections

extension QueryFront {
    func addPopular(to routes: inout QueryRoutes) {
        routes.on(Endpoints.listPopular, of: AgentReader.shownModels) { try await listPopular($0) }
    }

    private func listPopular(_ query: PopularQuery) async throws -> Page<PopularList> {
        let days = query.kind == .trending ? 7 : Int64(query.days.rawValue) ?? 7
        let after = try query.cursor.map { text throws(Problem) in
            let parts = text.split(separator: "-").map { Int64($0) }
            guard parts.count == 2, let generation = parts[0].flatMap(Int32.init(exactly:)), let rank = parts[1],
                rank > 0
            else { throw badCursor }
            return (generation: generation, rank: rank)
        }
        let found: Reflecting<(made: AgentReader.MadeFrom?, agents: [AgentReader.Popular])>
        do {
            found = try await agents.popular(
                query.kind.rawValue, days: days, category: query.category, of: after?.generation,
                after: after?.rank ?? 0, limit: Int(query.limit) + 1)
        } catch is AgentReader.ExpiredGeneration {
            throw Problem(
                .cursorExpired, "'cursor' belongs to a list that is not kept any more; leave it out to begin anew")
        }
        let generation = found.value.made?.generation ?? 0
        let page = PageRows(found.value.agents, limit: query.limit) { "\(generation)-\($0.rank)" }
        return Page(
            value: PopularList(
                rows: page.rows.map(PopularLine.init), day: found.value.made?.day.description,
                counted: found.value.made?.position,
                pagination: page.pagination),
            reflecting: found.reflection, cursor: page.pagination.nextCursor,
            fields: [Fields.counting: Counting.all])
    }
}

extension PopularLine {
    init(_ row: AgentReader.Popular) {
        self.init(
            rank: row.rank, downloads: row.downloads, readers: row.readers, growth: row.growth == 0 ? nil : row.growth,
            agent: AgentLine(row.summary))
    }
}
