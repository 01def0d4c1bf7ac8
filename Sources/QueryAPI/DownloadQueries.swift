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
            let first = Timestamp(milliseconds: Host.wallClockMilliseconds()).day.number - input.days + 1
            let days = try await agents.dailyDownloads(of: input.id, from: first)
            let versions = try await agents.versionDownloads(of: input.id, from: first)
            return Page(
                value: Downloads(
                    id: input.id, downloads: total.downloads, readers: total.readers,
                    days: days.map { DayDownloads(day: $0.name, downloads: $0.downloads, readers: $0.readers) },
                    versions: versions.map { count in
                        VersionDownloads(version: count.name, downloads: count.downloads, readers: count.readers)
                    }), reflecting: found.reflection)
        }
    }
}
