import Contract
import Events
import HTTPFront
import Projections
import System

extension QueryFront {
    func addDownloads(to routes: inout QueryRoutes) {
        routes.on(Endpoints.showDownloads, of: [.agents]) { input in
            let found = try await agents.downloads(of: input.id)
            guard let total = found.value else { throw FrontRequest.noAgent(input.id) }
            let today = Timestamp(milliseconds: Host.wallClockMilliseconds()).day
            // Another server's clock may be ahead.
            let last = today.adding(days: 2)
            return try await downloads(
                input, total, on: today.adding(days: 1 - input.days)..<last, reflecting: found.reflection)
        } past: { input, moment in
            let found = try await past.downloads(of: input.id, at: moment)
            guard let total = found.value else { throw Self.noAgent(input.id, at: moment) }
            let days = moment.day.adding(days: -input.days)..<moment.day
            return try await downloads(input, total, on: days, reflecting: found.reflection)
        }
    }

    private func downloads(
        _ input: DownloadQuery, _ total: (downloads: Int64, readers: Int64), on shown: Range<Day>,
        reflecting reflection: Reflection
    ) async throws -> Page<Downloads> {
        let days = try await agents.dailyDownloads(of: input.id, on: shown)
        let versions = try await agents.versionDownloads(of: input.id, on: shown)
        return Page(
            value: Downloads(
                id: input.id, downloads: total.downloads, readers: total.readers, days: days.map(DayDownloads.init),
                versions: versions.map { count in
                    VersionDownloads(version: count.name, downloads: count.downloads, readers: count.readers)
                }), reflecting: reflection)
    }
}
