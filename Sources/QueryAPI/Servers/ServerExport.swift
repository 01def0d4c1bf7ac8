import Contract
import Events
import HTTPServer
import Logging
import Projections
import Synchronization

/// All servers in one document, which is read and written a page at a time: what waits in memory does not grow with their number.
///
/// A page is what was so when it was read; where a later one can't be read, the document ends without its closing brackets,
/// so nobody takes it for a whole one.
final class ServerExport: Sendable {
    private enum Place {
        case behind(AgentReader.ServerPlace, count: Int64)
        case ended
    }

    private static let pageRows = 100

    private let agents: AgentReader
    private let log: Log
    private let place: Mutex<Place>

    /// Begins with a page that was read already.
    private init(_ agents: AgentReader, _ log: Log, behind place: AgentReader.ServerPlace, count: Int64) {
        self.agents = agents
        self.log = log
        self.place = Mutex(.behind(place, count: count))
    }

    /// Reads the first page; what can't be answered is known before the answer begins.
    static func begin(_ agents: AgentReader, _ log: Log) async throws -> (body: HTTPStream, reflection: Reflection) {
        let first = try await read(agents, behind: AgentReader.ServerPlace())
        let export = ServerExport(
            agents, log, behind: first.value.last?.place ?? AgentReader.ServerPlace(), count: Int64(first.value.count))
        let opening = Mutex<[UInt8]?>(
            Array("{\"servers\":[".utf8) + bytes(first.value, isFirst: true)
                + (first.value.count < pageRows ? export.end() : []))
        let body = HTTPStream {
            if let piece = opening.withLock({ $0.take() }) { return piece }
            return await export.next()
        }
        return (body, first.reflection)
    }

    private static func read(
        _ agents: AgentReader, behind place: AgentReader.ServerPlace
    ) async throws -> Reflecting<[AgentReader.Server]> {
        var filter = AgentReader.ServerFilter()
        filter.isLatest = true
        return try await agents.servers(filter, after: place, limit: pageRows)
    }

    private func next() async -> [UInt8]? {
        guard case .behind(let place, let count) = self.place.withLock({ $0 }) else { return nil }
        do {
            let rows = try await Self.read(agents, behind: place).value
            if let last = rows.last {
                self.place.withLock { $0 = .behind(last.place, count: count + Int64(rows.count)) }
            }
            let piece = Self.bytes(rows, isFirst: false)
            return rows.count < Self.pageRows ? piece + end() : piece
        } catch {
            log.debug("an export ends early", ["error": "\(error)"])
            return nil
        }
    }

    /// The end of the document.
    private func end() -> [UInt8] {
        place.withLock { place in
            guard case .behind(_, let count) = place else { return [] }
            place = .ended
            return Array("],\"metadata\":{\"count\":\(count)}}".utf8)
        }
    }

    private static func bytes(_ rows: [AgentReader.Server], isFirst: Bool) -> [UInt8] {
        var bytes: [UInt8] = []
        for (index, row) in rows.enumerated() {
            if !isFirst || index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes += ServerEntry.form.bytes(ServerEntry(row))
        }
        return bytes
    }
}
