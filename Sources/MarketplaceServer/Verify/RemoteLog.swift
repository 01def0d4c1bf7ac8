import Contract
import Crypto
import EventLog
import Events
import HTTPClient
import JSON

/// Verifies the log of a marketplace from outside, by what it tells everybody: entries, and public contents with their
/// nonces.
struct RemoteLog {
    /// The marketplace did not answer as it should.
    struct Fault: Error, CustomStringConvertible {
        let description: String
    }

    private static let pageLimit = 1_000
    private static let maximumBytes = 8 << 20

    private let url: String
    private let client = HTTPClient(connections: 2)

    init(url: String) {
        self.url = url.hasSuffix("/") ? String(url.dropLast()) : url
    }

    /// Reads everything up to the head that the log has now.
    ///
    /// - Returns: the numbers of entries and of contents that were checked.
    func verify(
        report: (LogDifference) -> Void, progress: (_ done: Int64, _ head: Int64) -> Void
    ) async throws -> LogVerifier.Counts {
        let head = try await head()
        var counts = LogVerifier.Counts()
        var (next, log) = (Position(0), "")
        var contents = PublicContents()
        while next < head {
            let page = try await get("events?from=\(next)&limit=\(Self.pageLimit)", EventPage.form)
            guard page.next > next else {
                report(LogDifference(.gap, at: next, "positions \(next) to \(head.value - 1) are missing"))
                break
            }
            for logged in page.events where logged.position < head {
                if logged.position != next {
                    report(
                        LogDifference(
                            .gap, at: next, "position \(logged.position) stands where \(next) is expected"))
                }
                if next == Position(0) { log = (try? Envelope(bytes: logged.entry.bytes))?.log.hex ?? "" }
                let written = try await contents.take(at: logged.position) {
                    try await get("contents?from=\($0)&limit=\(Self.pageLimit)", ContentPage.form)
                }
                counts.entries += 1
                counts.contents += Int64(written.count)
                _ = EntryCheck(position: logged.position, bytes: logged.entry.bytes, contents: written)
                    .run(log: log, report)
                next = logged.position.next
            }
            // Only entries lead on: a marketplace that says that it goes on behind others has kept these to itself.
            let behind = min(page.next, head)
            if next < behind {
                report(LogDifference(.gap, at: next, "positions \(next) to \(behind.value - 1) are missing"))
                next = behind
            }
            progress(next.value, head.value)
        }
        return counts
    }

    private func head() async throws -> Position {
        let list = try await get("projections", ProjectionList.form)
        guard let head = list.projections.map(\.head).max() else {
            throw Fault(description: "\(url) does not say how far its log is")
        }
        return head
    }

    private func get<Value>(_ path: String, _ form: Form<Value>) async throws -> Value {
        let answer = try await client.send(HTTPClientRequest("GET", "\(url)/api/v1/marketplace/\(path)"))
        guard answer.status == 200 else {
            throw Fault(description: "\(url) answered \(path) with the status \(answer.status)")
        }
        let document = try JSONValue(answer.body, limits: JSONLimits(bytes: Self.maximumBytes))
        do {
            return try form.value(document, isStrict: false)
        } catch {
            throw Fault(description: "\(url) answered \(path) with something else: \(error)")
        }
    }
}

/// Public contents in the order of the log, a page at a time.
private struct PublicContents {
    private var waiting: [ContentBody] = []
    private var next = Position(0)

    /// The contents of an entry; those before it are passed over.
    mutating func take(
        at position: Position, _ page: (Position) async throws -> ContentPage
    ) async throws -> [(field: String, content: Content)] {
        while next <= position {
            let read = try await page(next)
            guard read.next > next else { throw RemoteLog.Fault(description: "the contents from \(next) on end early") }
            waiting += read.contents
            next = read.next
        }
        waiting.removeFirst(waiting.prefix { $0.position < position }.count)
        let here = waiting.prefix { $0.position == position }
        waiting.removeFirst(here.count)
        return try here.map { body in
            guard let nonce = Hex.decode(body.nonce), nonce.count == 32 else {
                throw RemoteLog.Fault(description: "the nonce at \(position) is '\(body.nonce.prefix(80))'")
            }
            return (body.field, Content(document: body.document.bytes, nonce: nonce))
        }
    }
}
