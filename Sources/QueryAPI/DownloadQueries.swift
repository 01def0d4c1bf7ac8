import AgentIndex
import Contract
import Crypto
import Events
import HTTPFront
import HTTPServer
import JSON
import Projections
import System

extension QueryFront {
    /// `GET /agents/{id}/downloads`: by day and by version, over the last days.
    func showDownloads(_ request: FrontRequest) async throws -> HTTPResponse {
        try request.allow(["days", "min_position"])
        let key = try request.agentKey()
        let days = try request.integer("days", default: 90, in: 1...3_660)
        try await awaitPosition(request, [Agents.self])
        let found = try await agents.downloads(of: key)
        guard let total = found.value else { throw request.noAgent }
        let first = Timestamp(milliseconds: Host.wallClockMilliseconds()).day.number - days + 1
        let daily = try await agents.dailyDownloads(of: key, from: first)
        let versions = try await agents.versionDownloads(of: key, from: first)
        var writer = JSONWriter(reservingBytes: 8_192)
        func list(_ name: String, _ counts: [AgentReader.DownloadCount], _ writer: inout JSONWriter) {
            writer.array(counts) { count, writer in
                writer.object { object in
                    if name < "downloads" { object.member(name, count.name) }
                    object.member("downloads", count.downloads)
                    object.member("unique_downloads", count.readers)
                    if name > "downloads" { object.member(name, count.name) }
                }
            }
        }
        writer.object { object in
            object.member("days") { list("day", daily, &$0) }
            object.member("downloads", total.downloads)
            object.member("id", key.description)
            object.member("unique_downloads", total.readers)
            object.member("versions") { list("version", versions, &$0) }
        }
        return request.page(writer.bytes, next: found.next, cursor: nil)
    }

    /// `GET /index/{key}`: what installers read of an agent, from the disk alone.
    func showIndex(_ request: FrontRequest) async throws -> HTTPResponse {
        try request.allow(["min_position"])
        let key = try request.agentKey()
        let wanted = try request.integer("min_position", default: -1, in: 0...(Int64(1) << 53) - 1)
        if wanted >= 0 { try await awaitIndex(Position(wanted)) }
        guard let file = try index.file(key) else { throw request.noAgent }
        return request.conditional(
            etag: String(file.digest.hex.prefix(32)),
            .json(
                200, file.bytes,
                fields: [Fields.position: file.document.position.description, "access-control-allow-origin": "*"]))
    }

    /// Waits until the folder is past a position, as its mark says.
    private func awaitIndex(_ position: Position) async throws {
        let deadline = Host.steadyClockMilliseconds() + Self.waitMilliseconds
        while try index.mark().map({ $0.next <= position }) ?? true {
            guard Host.steadyClockMilliseconds() < deadline else {
                throw Problem(.positionNotReached, "the index does not reflect position \(position) yet; try again")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
