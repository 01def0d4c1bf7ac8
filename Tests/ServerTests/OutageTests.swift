import Foundation
import HTTPClient
import JSON
import Postgres
import TestSupport
import Testing

/// Whatever the database lacks, commands are told so and when to come again, what can be read is read, and all
/// recovers by itself.
@Suite struct OutageTests {
    /// How long the database stays away; a minute shows no more than some seconds do.
    private static let outage = Duration.seconds(
        Int(ProcessInfo.processInfo.environment["MENTATLAB_OUTAGE_SECONDS"] ?? "") ?? 4)

    private func withMarketplace(
        _ server: PrivatePostgres, environment: [String: String] = [:],
        _ body: (MarketplaceProcess, _ digest: String) async throws -> Void
    ) async throws {
        try await withFolder { folder in
            let marketplace = try await MarketplaceProcess(
                ["up", "--data", folder, "--database-url", server.url, "--port", "0", "--download-flush", "1"],
                folder: folder,
                environment: environment)
            #expect(try await marketplace.publish([manifest("acme.first")]).status == 201)
            let path = "agents/acme.first/versions/1.0.0?min_position=5"
            let digest = try #require(
                try await marketplace.json(path)["artifacts"]?.array?.first?["sha256"]?.string)
            #expect(try await marketplace.get("/index/acme.first?min_position=5").status == 200)
            try await body(marketplace, digest)
            _ = try await marketplace.stop()
        }
    }

    private func expectUnavailable(_ response: HTTPClientResponse) throws {
        #expect(response.status == 503)
        #expect(response.fields["retry-after"].flatMap { Int($0) } != nil)
        let code = try JSONValue(response.body)["code"]?.string
        #expect(["unavailable", "outcome-unknown", "busy"].contains(code), "\(code ?? "")")
    }

    /// What needs no database goes on without one.
    private func expectFilesAreServed(_ marketplace: MarketplaceProcess, _ digest: String) async throws {
        #expect(try await marketplace.get("/health/live").status == 200)
        #expect(try await marketplace.get("artifacts/sha256/\(digest)").status == 200)
        #expect(try await marketplace.get("/openapi/openapi.json").status == 200)
    }

    /// Publishes until it is taken; under one key it is appended once however often it is sent.
    private func publishUntilTaken(_ marketplace: MarketplaceProcess, _ id: String) async throws {
        for _ in 0..<300 {
            let response = try await marketplace.publish([manifest(id)], key: id)
            if response.status == 201 { return }
            try expectUnavailable(response)
            try await Task.sleep(for: .milliseconds(100))
        }
        Issue.record("\(id) was never taken")
    }

    private func expectRecovery(_ marketplace: MarketplaceProcess, _ ids: [String]) async throws {
        for id in ids { try await publishUntilTaken(marketplace, id) }
        let head = try await marketplace.head()
        for id in ids { #expect(try await marketplace.get("agents/\(id)?min_position=\(head - 1)").status == 200) }
        #expect(try await marketplace.get("/health/ready").status == 200)
        let sound = try await marketplace.operate(["log", "verify"])
        #expect(sound.code == 0, "\(sound)")
    }

    @Test(arguments: ["fast", "immediate"])
    func theDatabaseIsAwayForAWhile(_ mode: String) async throws {
        try await PrivatePostgres.with { server in
            try await withMarketplace(server) { marketplace, digest in
                try await server.stop(mode)
                try expectUnavailable(try await marketplace.publish([manifest("acme.b")]))
                let publishing = Task { try await marketplace.publish([manifest("acme.c")], key: "acme.c") }
                for path in ["/health/ready", "agents/acme.first", "agents", "events", "projections"] {
                    try expectUnavailable(try await marketplace.get(path))
                }
                try await expectFilesAreServed(marketplace, digest)
                try await Task.sleep(for: Self.outage)
                try await expectFilesAreServed(marketplace, digest)
                // Installs go on: the index and downloads need the disk alone, and are counted later.
                #expect(try await marketplace.get("/index/acme.first").status == 200)
                for version in ["latest", "^1", "1.0.0"] {
                    let token = [(name: "Authorization", value: "Bearer \(try marketplace.token)")]
                    let download = try await marketplace.get("agents/acme.first/versions/\(version)/download", token)
                    #expect(download.status == 302)
                }
                // So does the past, where a position says which; a time has to be looked up in the log.
                let position = try #require(try await marketplace.json("/index/acme.first")["position"]?.integer)
                let past = try await marketplace.get("/index/acme.first?as_of=\(position)")
                #expect(past.status == 200 && past.fields["marketplace-as-of"] == "\(position)")
                for path in ["/index/acme.first", "agents/acme.first/versions/latest/download"] {
                    try expectUnavailable(try await marketplace.get("\(path)?as_of=2100-01-01"))
                }
                let earlier = try await marketplace.get(
                    "agents/acme.first/versions/latest/download?as_of=\(position)", method: "HEAD")
                #expect(earlier.status == 302 && earlier.fields["marketplace-version"] == "1.0.0")
                let waiting = try JSONValue(try await marketplace.get("/health/downloads").body)
                #expect(waiting["waiting_bytes"]?.integer ?? 0 > 0 && waiting["lost"]?.integer == 0)
                let response = try await publishing.value
                #expect(response.status == 503)
                try await server.start()
                try await expectRecovery(marketplace, ["acme.b", "acme.c"])
                var counted: Int64 = 0
                try await eventually("three are counted; last \(counted)") {
                    counted = try await marketplace.json("agents/acme.first/downloads")["downloads"]?.integer ?? 0
                    return counted == 3
                }
            }
        }
    }

    @Test func theDatabaseCrashesUnderAppends() async throws {
        try await PrivatePostgres.with { server in
            try await withMarketplace(server) { marketplace, _ in
                let ids = (0..<40).map { "acme.n\($0)" }
                try await withThrowingTaskGroup { group in
                    for id in ids { group.addTask { try await publishUntilTaken(marketplace, id) } }
                    try await Task.sleep(for: .milliseconds(60))
                    server.killNow()
                    try await Task.sleep(for: .milliseconds(300))
                    try await server.start()
                    try await group.waitForAll()
                }
                try await expectRecovery(marketplace, ids)
                #expect(try await marketplace.head() == Int64(4 + 1 + 2 * 41))
            }
        }
    }

    /// Others have taken every connection: the sessions at hand go on, what needs a new one is told to come again.
    @Test func theDatabaseIsOutOfConnections() async throws {
        try await PrivatePostgres.with(settings: ["max_connections": "40", "superuser_reserved_connections": "0"]) {
            server in
            try await withMarketplace(server) { marketplace, digest in
                var others: [PostgresSession] = []
                for _ in 0..<60 {
                    let session = PostgresSession(PostgresConfiguration(url: server.url, applicationName: "others"))
                    guard (try? await session.run({ try $0.executeScript("SELECT 1") })) != nil else { break }
                    others.append(session)
                }
                #expect(others.count < 40)
                // As many at once as there are sessions for, and more.
                let answers = try await withThrowingTaskGroup(of: HTTPClientResponse.self) { group in
                    for _ in 0..<64 { group.addTask { try await marketplace.get("agents/acme.first") } }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                for answer in answers where answer.status != 200 { try expectUnavailable(answer) }
                #expect(answers.contains { $0.status == 200 })
                try await expectFilesAreServed(marketplace, digest)
                for session in others { await session.close() }
                try await expectRecovery(marketplace, ["acme.b"])
            }
        }
    }

    /// The private Postgres is killed under a running program, which starts it again.
    @Test func thePrivateDatabaseIsStartedAgain() async throws {
        try await withEmbedded { folder in
            let marketplace = try await MarketplaceProcess(["up", "--data", folder, "--port", "0"], folder: folder)
            let server = try await EmbeddedServer(folder)
            for round in 0..<3 {
                let first = try #require(server.processID)
                server.killNow()
                // Its sessions outlive it for a moment.
                try await eventually("another server runs") { server.processID != first }
                try await publishUntilTaken(marketplace, "acme.n\(round)")
                #expect(server.processID != first)
            }
            try await expectRecovery(marketplace, ["acme.last"])
            #expect(try await marketplace.stop() == 0)
            #expect(server.processID == nil)
        }
    }

    /// The disk that the database lies on is full: first its tables can't grow, then its log can't, and it goes down.
    /// With room again all goes on. A small file system can be had by root alone.
    @Test func theDatabasesDiskIsFull() async throws {
        guard getuid() == 0 else { return }
        try await withEmbedded { folder in
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let disk = try await EmbeddedServer(folder).place
            try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
            let user = try await run(["id", "-u", "postgres"]).output.trimmingCharacters(in: .newlines)
            let mounted = try await run([
                "mount", "-t", "tmpfs", "-o", "size=200m,mode=0700,uid=\(user)", "tmpfs", disk,
            ])
            // In a container even root may be refused.
            guard mounted.code == 0 else { return print("no small file system can be had here: \(mounted.errors)") }
            do {
                try await fillAndEmpty(disk, folder)
                _ = try await run(["umount", "-l", disk])
            } catch {
                _ = try await run(["umount", "-l", disk])
                throw error
            }
        }
    }

    private func fillAndEmpty(_ disk: String, _ folder: String) async throws {
        let marketplace = try await MarketplaceProcess(["up", "--data", folder, "--port", "0"], folder: folder)
        try await publishUntilTaken(marketplace, "acme.first")
        let ballast = "\(disk)/ballast"
        // Until nothing more goes in.
        _ = try await run(["dd", "if=/dev/zero", "of=\(ballast)", "bs=64k"])
        var taken = ["acme.first"]
        var refused: [String] = []
        for index in 0..<400 where refused.count < 5 {
            let id = "acme.n\(index)"
            let response = try await marketplace.publish(
                [manifest(id, more: "readme: \(String(repeating: "x", count: 200))")], key: id)
            if response.status == 201 {
                taken.append(id)
            } else {
                try expectUnavailable(response)
                refused.append(id)
            }
        }
        print("disk full: \(taken.count) taken, \(refused.count) refused")
        #expect(!refused.isEmpty)
        #expect(try await marketplace.get("/health/live").status == 200)
        try FileManager.default.removeItem(atPath: ballast)
        try await expectRecovery(marketplace, refused)
        for id in taken { #expect(try await marketplace.get("agents/\(id)").status == 200) }
        #expect(try await marketplace.stop() == 0)
    }

    /// The clock of the program's machine jumps away from the database's, and both jump together.
    @Test(arguments: [(3600, 0), (-3600, 0), (3600, 3600), (-3600, -3600)])
    func theClockJumpsByAnHour(_ program: Int64, _ database: Int64) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "clock-\(UUID().uuidString.prefix(8))").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder)
        let (ofProgram, ofDatabase) = (
            try ShiftedClock("\(folder)/program"), try ShiftedClock("\(folder)/database")
        )
        try await PrivatePostgres.with(environment: ofDatabase.environment) { server in
            try await withMarketplace(server, environment: ofProgram.environment) { marketplace, _ in
                #expect(try await marketplace.publish([manifest("acme.before")]).status == 201)
                try ofProgram.set(program)
                try ofDatabase.set(database)
                let now = try await marketplace.publish([manifest("acme.after")])
                #expect(now.status == 201, "\(String(decoding: now.body, as: UTF8.self))")
                try await expectRecovery(marketplace, ["acme.b", "acme.c"])
                // What was stamped is the database's time, wherever the program's clock went.
                let stamped = "(convert_from(entry, 'UTF8')::json->>'recordedtime')::timestamptz"
                let recorded = try await TestDatabase.query(
                    server.url,
                    "SELECT (max(\(stamped)) BETWEEN now() - interval '1 minute' AND now())::text FROM log.events WHERE position >= 9"
                )
                #expect(recorded == ["true"])
                // Log time waits until a clock that went back has caught up.
                let differing = try await TestDatabase.query(
                    server.url,
                    "SELECT count(*)::text FROM (SELECT recorded, max(\(stamped)) OVER (ORDER BY position) AS latest FROM log.events) e WHERE recorded <> latest"
                )
                #expect(differing == ["0"])
            }
        }
    }
}
