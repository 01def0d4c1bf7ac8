import CommandLine
import HTTPClient
import JSON
import Metrics
import System

/// `marketplace status`: what a running part counts of itself, for people.
struct StatusCommand {
    private static let pauseSeconds = 2

    private let given: String?
    private let folder: String
    private let isWatching: Bool
    private let isJSON: Bool
    private let client = HTTPClient(connections: 1, timeoutMilliseconds: 10_000)

    init(_ invocation: Invocation) throws {
        isWatching = invocation.flags.contains("watch")
        isJSON = invocation.flags.contains("json")
        given = invocation.values["metrics-url"]
        folder = invocation.values["data"] ?? ".mentatlab"
        _ = try url
    }

    /// Where the measures are; a marketplace that is started anew may have another address.
    private var url: String {
        get throws {
            if let given { return given }
            guard try FileSystem.status(folder) != nil, let running = try DataFolder(folder).runningMetricsURL() else {
                throw UsageError(
                    "no marketplace runs in '\(folder)'; start one, or name the /metrics of a part with --metrics-url.")
            }
            return running
        }
    }

    func run() async throws -> Int32 {
        var before: (report: StatusReport, milliseconds: Int64)?
        var hasAnswered = false
        while true {
            let report: StatusReport
            do {
                report = StatusReport(try await read())
            } catch {
                // Who watches wants to see it come back, and to be told at once where it was never there.
                guard isWatching, hasAnswered, !Task.isCancelled else { throw error }
                _ = Host.write("no answer, trying again: \(StatusReport.shown("\(error)"))\n", to: 2)
                before = nil
                try await Task.sleep(for: .seconds(Self.pauseSeconds))
                continue
            }
            hasAnswered = true
            let now = Host.steadyClockMilliseconds()
            let seconds = before.map { Double(now - $0.milliseconds) / 1_000 }
            if isJSON {
                try printDocument { report.encode(to: &$0) }
            } else {
                // A terminal shows one at a time; elsewhere they follow each other.
                if before != nil, Host.isTerminal(1) { try printPart("\u{1b}[H\u{1b}[2J") }
                try printPart(report.text(since: before?.report, seconds: seconds))
            }
            guard isWatching else { return 0 }
            before = (report, now)
            try await Task.sleep(for: .seconds(Self.pauseSeconds))
        }
    }

    private func read() async throws -> [MetricFamily] {
        let url = try url
        let answer = try await client.send(HTTPClientRequest("GET", url))
        guard answer.status == 200 else { throw StatusFault(reason: "\(url) answers \(answer.status)") }
        do {
            return try OpenMetricsText.families(String(decoding: answer.body, as: UTF8.self))
        } catch {
            throw StatusFault(
                reason: "\(url) answers with something else than measures: \(StatusReport.shown("\(error)"))")
        }
    }
}

/// What keeps measures from being read.
struct StatusFault: Error, CustomStringConvertible {
    let reason: String

    var description: String { reason }
}
