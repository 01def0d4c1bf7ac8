import Foundation
import HTTPClient
import JSON
import TestSupport
import Testing

/// Readers that follow the log over server-sent events: each entry once and in order, whatever happens between.
@Suite(.timeLimit(.minutes(10))) struct FollowingTests {
    private static let path = "/api/v1/marketplace/events/stream"

    /// Reads in another language until an entry has come; returns what came, and how many readers got something else.
    private struct Reading {
        let process: OracleProcess

        init(
            _ marketplace: MarketplaceProcess, _ query: String, last: Int64? = nil, readers: Int = 1,
            until position: Int64, pausingWhile file: String? = nil
        ) throws {
            let port = try #require(marketplace.url.split(separator: ":").last.map(String.init))
            process = try OracleProcess(
                "event_readers",
                [port, "\(path)\(query)", last.map { "\($0)" } ?? "-", "\(readers)", "\(position)"]
                    + (file.map { [$0] } ?? []))
        }

        func result() async throws -> JSONValue {
            try JSONValue(
                Array(try await process.line("result ").dropFirst("result ".count).utf8),
                limits: JSONLimits(bytes: 64 << 20))
        }
    }

    /// Positions and bytes of entries, as they came and as pages of the log have them.
    private func came(_ result: JSONValue, kind: String = "message") -> [String] {
        (result["events"]?.array ?? []).filter { $0.array?[1].string == kind }.map {
            "\($0.array?[0].string ?? "") \($0.array?[2].string ?? "")"
        }
    }

    private func logged(_ marketplace: MarketplaceProcess, _ query: String) async throws -> [String] {
        var (all, next): ([String], Int64) = ([], 0)
        let head = try await marketplace.head()
        while next < head {
            let page = try await marketplace.json("events?limit=1000&from=\(next)\(query)")
            for event in page["events"]?.array ?? [] {
                let bytes = try #require(event["entry"]).canonicalBytes
                all.append("\(event["position"]?.integer ?? -1) \(String(decoding: bytes, as: UTF8.self))")
            }
            next = try #require(page["next"]?.integer)
        }
        return all
    }

    @Test func nothingBehindAMissingEntryIsHandedOn() async throws {
        try await withMarketplace { marketplace, url in
            // Given a log out of which somebody took an entry,
            for index in 0..<5 { #expect(try await marketplace.publish([manifest("acme.a\(index)")]).status == 201) }
            try await TestDatabase.script(url, "DELETE FROM log.events WHERE position = 4")
            // when a reader follows it from its beginning,
            let answer = try await marketplace.get("events/stream?from=0")
            let ids = String(decoding: answer.body, as: UTF8.self).split(separator: "\n").filter {
                $0.hasPrefix("id: ")
            }
            // then its stream ends before what is missing.
            #expect(answer.status == 200 && ids == ["id: 0", "id: 1", "id: 2", "id: 3"], "\(ids)")
        }
    }

    @Test func everyEntryComesOnceAndInOrder() async throws {
        try await withMarketplace { marketplace, _ in
            // Given some entries, and readers that began before others were written,
            for index in 0..<5 { #expect(try await marketplace.publish([manifest("acme.a\(index)")]).status == 201) }
            let before = try await marketplace.head()
            let ada = try await marketplace.register("ada")
            let start = try await marketplace.head()
            let (stars, more) = (Int64(8), Int64(10))
            let end = start + more + stars - 1
            let whole = try Reading(marketplace, "?from=0", until: end)
            let live = try Reading(marketplace, "", until: end)
            #expect(try await whole.process.line("open") == "open 1")
            #expect(try await live.process.line("open") == "open 1")
            // when more are written,
            for index in 0..<5 { #expect(try await marketplace.publish([manifest("acme.b\(index)")]).status == 201) }
            #expect(try await marketplace.head() == start + more)
            for turn in 0..<4 {
                for method in ["PUT", "DELETE"] {
                    let answer = try await marketplace.send(method, "agents/acme.a\(turn)/star", token: ada.token)
                    #expect(answer.status == 201)
                }
            }
            // then each reader has the bytes of the log from where it began.
            let all = try await logged(marketplace, "")
            #expect(all.count == Int(end) + 1)
            let (wholeResult, liveResult) = (try await whole.result(), try await live.result())
            #expect(came(wholeResult) == all)
            #expect(came(liveResult) == Array(all[Int(start)...]))
            #expect((1_000...3_000).contains(wholeResult["retry"]?.string.flatMap { Int($0) } ?? 0))
            // Who comes back with the last id goes on behind it, whatever the query says.
            let back = try await Reading(marketplace, "?from=0", last: before - 1, until: end).result()
            #expect(came(back) == Array(all[Int(before)...]))
            // A filter takes what it says, of the past as of what comes.
            let star = try await Reading(marketplace, "?from=0&type=star.added.v1", until: end - 1).result()
            #expect(came(star) == all.filter { $0.contains(#""type":"star.added.v1""#) } && came(star).count == 4)
            let one = try await Reading(marketplace, "?from=0&stream=agents/acme.a1", until: 0).result()
            #expect(one["status"]?.integer == 400 && one["body"]?.string?.contains("invalid-parameter") == true)
            let stream = try #require(
                try await logged(marketplace, "").first { $0.contains("acme.a1") }.flatMap { line in
                    try JSONValue(Array(line.drop { $0 != "{" }.utf8))["subject"]?.string
                })
            let ofStream = try await logged(marketplace, "&stream=\(stream)")
            let last = try #require(ofStream.last?.split(separator: " ").first.flatMap { Int64($0) })
            #expect(came(try await Reading(marketplace, "?from=0&stream=\(stream)", until: last).result()) == ofStream)
            let aboutAgent = all.filter { $0.contains("acme.a1") }
            #expect(aboutAgent.contains { $0.contains("star.") })
            let lastOfAgent = try #require(aboutAgent.last?.split(separator: " ").first.flatMap { Int64($0) })
            let ofAgent = try await Reading(marketplace, "?from=0&agent=acme.A1", until: lastOfAgent).result()
            #expect(came(ofAgent) == aboutAgent)
            // A live filter, of whose kind the log has none yet; downloads of many agents share a stream.
            let downloads = try Reading(marketplace, "?agent=acme.d&type=agent.downloaded.v1", until: end + 1)
            _ = try await downloads.process.line("open")
            let code = try package(["src/main.py": "print()"])
            for id in ["acme.c", "acme.d"] {
                #expect(try await marketplace.publish([manifest(id), code]).status == 201)
                try await eventually("\(id) is in the index") {
                    try await marketplace.get("/index/\(id)").status == 200
                }
                #expect(try await marketplace.get("agents/\(id)/versions/1.0.0/download").status == 302)
            }
            let downloaded = came(try await downloads.result())
            #expect(downloaded.count == 1 && downloaded[0].contains(#""agent":"acme.d""#))
            let place = try #require(downloaded.first?.split(separator: " ").first.flatMap { Int64($0) })
            let ofSlice = try #require(
                try JSONValue(Array((downloaded.first ?? "").drop { $0 != "{" }.utf8))["subject"]?.string)
            for query in ["agent=acme.d", "stream=\(ofSlice)", "agent=acme.d&type=agent.downloaded.v1"] {
                let past = came(try await Reading(marketplace, "?from=0&\(query)", until: place).result())
                #expect(downloaded.first.map(past.contains) == true, "\(query): \(past)")
            }
            #expect(downloaded.first.map(try await logged(marketplace, "&stream=\(ofSlice)").contains) == true)
            // Behind the end of the log is nothing to wait for.
            let beyond = try await Reading(marketplace, "", last: 1_000_000, until: 0).result()
            #expect(beyond["status"]?.integer == 409)
            #expect(beyond["body"]?.string?.contains("position-unknown") == true)
        }
    }

    @Test func twoThousandReadersGetTheSame() async throws {
        var limit = rlimit()
        _ = unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        // Both ends of each connection are open files, those of the server within its half of all connections.
        let count = min(2_000, Int(limit.rlim_max) / 4)
        let arguments = [
            "--connections", "\(count * 2 + 200)", "--limit", "readers-address=\(count)", "--limit",
            "connections-address=\(count * 2)",
        ]
        try await withMarketplace(arguments) { marketplace, _ in
            #expect(try await marketplace.publish([manifest("acme.first")]).status == 201)
            let start = try await marketplace.head()
            let readers = try Reading(marketplace, "?from=0", readers: count, until: start + 39)
            #expect(try await readers.process.line("open") == "open \(count)")
            // One more of the address is refused, and whoever reads pages is not.
            let more = try await marketplace.get(Self.path)
            #expect(more.status == 429 && more.fields["retry-after"] == "30")
            #expect(try JSONValue(more.body)["code"]?.string == "too-many-readers")
            for index in 0..<20 { #expect(try await marketplace.publish([manifest("acme.a\(index)")]).status == 201) }
            let result = try await readers.result()
            #expect(result["different"] == .object([]))
            #expect(came(result) == (try await logged(marketplace, "")))
            // Their places are free again.
            try await eventually("a place is free") {
                try await marketplace.get(Self.path, method: "HEAD").status == 200
            }
            let again = try await marketplace.get(Self.path, method: "HEAD")
            #expect(again.status == 200 && again.fields["content-type"] == "text/event-stream")
        }
    }

    /// Who takes nothing while the log grows past what is kept in memory is told, and loses nothing by coming back.
    @Test func aSlowReaderIsDroppedAndToldAndGoesOn() async throws {
        try await withMarketplace(["--limit", "readers-bytes=65536", "--stall-seconds", "600"]) { marketplace, _ in
            let start = try await marketplace.head()
            let pause = "\(marketplace.folder)/pause"
            let slow = try Reading(marketplace, "", until: .max, pausingWhile: pause)
            #expect(try await slow.process.line("open") == "open 1")
            // One that catches up is never too slow, so it has to be up to date first.
            for index in 1...4 {
                #expect(try await marketplace.publish([manifest("acme.a\(index)")]).status == 201)
                _ = try await slow.process.line("at \(try await marketplace.head() - 1)")
            }
            try Data().write(to: URL(filePath: pause))
            let lines = (0..<600).map { #"{"package":"p\#($0)"}"# }.joined(separator: "\n")
            let file = "\(marketplace.folder)/catalog.jsonl"
            try lines.write(toFile: file, atomically: true, encoding: .utf8)
            let imported = try await run([
                try MarketplaceProcess.program, "import", file, "--url", marketplace.url, "--token-file",
                "\(marketplace.folder)/admin-token",
            ])
            #expect(imported.code == 0, "\(imported.errors)")
            try FileManager.default.removeItem(atPath: pause)
            let result = try await slow.result()
            #expect(result["ended"]?.bool == true)
            let told = try #require(result["events"]?.array?.last?.array)
            #expect(told[1].string == "dropped")
            let next = try #require(try JSONValue(Array((told[2].string ?? "").utf8))["next"]?.integer)
            let all = try await logged(marketplace, "")
            #expect(came(result) == Array(all[Int(start)..<Int(next)]))
            let rest = try await Reading(marketplace, "", last: next - 1, until: Int64(all.count) - 1).result()
            #expect(came(rest) == Array(all[Int(next)...]))
        }
    }

    /// A stream is no reason to wait for the end of the program.
    @Test func whoFollowsIsToldThatTheServerStops() async throws {
        try await withMarketplace { marketplace, _ in
            let reading = try Reading(marketplace, "?from=0", until: .max)
            _ = try await reading.process.line("open")
            #expect(try await marketplace.stop() == 0)
            #expect(try await reading.result()["ended"]?.bool == true)
        }
    }
}
