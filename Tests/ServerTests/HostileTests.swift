import Foundation
import HTTPClient
import JSON
import TestSupport
import Testing

/// Nothing hostile gets through, costs memory, or keeps others waiting. The program runs as a process of its own.
@Suite struct HostileTests {
    private func port(_ marketplace: MarketplaceProcess) throws -> String {
        String(try #require(marketplace.url.split(separator: ":").last))
    }

    private func memory(_ marketplace: MarketplaceProcess, _ field: String = "VmRSS") throws -> Int {
        try #require(ProcessState.kibibytes(marketplace.processID, field))
    }

    /// Files that an upload has left half-way.
    private func incoming(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(folder)/artifacts/incoming")
    }

    @Test func eachRequestIsRefusedByNameAndLeavesNothing() async throws {
        try await withMarketplace { marketplace, _ in
            let folder = marketplace.folder
            let (port, token) = (try port(marketplace), try marketplace.token)
            let head = try await marketplace.head()
            var kinds = 0
            func send(_ count: Int) async throws {
                let lines = try await Oracle.run("hostile", arguments: [port, token, "\(count)"], input: "")
                for line in lines {
                    let kind = try JSONValue(Array(line.utf8))
                    #expect(kind["as_expected"]?.bool == true, "\(line)")
                }
                kinds = lines.count
            }
            try await send(1_000)
            let before = try memory(marketplace)
            try await send(9_000)
            let after = try memory(marketplace)
            print(
                "hostile: \(kinds) kinds, 10000 requests, resident \(before) KiB after 1000, \(after) KiB after 10000")
            #expect(after - before <= 16 << 10)
            #expect(try await marketplace.head() == head)
            #expect(try incoming(folder).isEmpty)
            #expect(try await marketplace.publish([manifest("acme.sound")]).status == 201)
        }
    }

    @Test(arguments: ["declared", "chunked"])
    func anUploadOf512MiBIsRefusedInLittleMemory(_ kind: String) async throws {
        try await withMarketplace { marketplace, _ in
            let folder = marketplace.folder
            let head = try await marketplace.head()
            let before = try memory(marketplace, "VmHWM")
            let answer = try await Oracle.run(
                "upload", arguments: [try port(marketplace), try marketplace.token, kind, "512"], input: "")
            #expect(answer == ["413"])
            let growth = try memory(marketplace, "VmHWM") - before
            print("upload of 512 MiB, \(kind): the highest resident size grew by \(growth) KiB")
            #expect(growth < 64 << 10)
            #expect(try await marketplace.head() == head)
            try await eventually("nothing is left incoming") { try incoming(folder).isEmpty }
        }
    }

    @Test(arguments: [("cut", "left"), ("stalled", "408")])
    func anUploadThatDoesNotEndLeavesNothing(_ kind: String, _ expected: String) async throws {
        try await withMarketplace(["--stall-seconds", "1"]) { marketplace, _ in
            let folder = marketplace.folder
            let head = try await marketplace.head()
            let answer = try await Oracle.run(
                "upload", arguments: [try port(marketplace), try marketplace.token, kind, "8"], input: "")
            #expect(answer == [expected])
            try await eventually("nothing is left incoming") { try incoming(folder).isEmpty }
            #expect(try await marketplace.head() == head)
        }
    }

    @Test(arguments: ["heads", "bodies"])
    func aThousandSlowSendersLeaveOthersAnswered(_ kind: String) async throws {
        try await withMarketplace { marketplace, _ in
            let folder = marketplace.folder
            let crowd = try OracleProcess("crowd", [try port(marketplace), try marketplace.token, kind, "1000"])
            #expect(try await crowd.line("open") == "open 1000 turned away 0")
            for index in 0..<20 {
                #expect(try await marketplace.publish([manifest("acme.n\(index)")]).status == 201)
                #expect(try await marketplace.get("agents").status == 200)
            }
            print("1000 slow senders of \(kind): resident \(try memory(marketplace)) KiB")
            await crowd.stop()
            try await eventually("nothing is left incoming") { try incoming(folder).isEmpty }
        }
    }

    @Test func tenThousandIdleConnectionsCostLittle() async throws {
        var limit = rlimit()
        _ = unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        // As many as the server may have here, should that be less.
        let count = min(10_000, max(Int(limit.rlim_max) / 2, Int(limit.rlim_max) - 8_192) - 400)
        let arguments = ["--connections", "\(count + 100)", "--limit", "connections-address=\(count + 100)"]
        try await withMarketplace(arguments) { marketplace, _ in
            let (port, token) = (try port(marketplace), try marketplace.token)
            let before = try memory(marketplace)
            let crowd = try OracleProcess("crowd", [port, token, "idle", "\(count)"])
            #expect(try await crowd.line("open") == "open \(count) turned away 0")
            let each = (try memory(marketplace) - before) * 1024 / count
            print("\(count) idle connections: \(each) bytes each")
            #expect(each < 8_192)
            #expect(try await marketplace.get("agents").status == 200)
            await crowd.stop()
        }
    }

    @Test func whoIsIdleMakesRoomForSomebodyNew() async throws {
        try await withMarketplace(["--connections", "150"]) { marketplace, _ in
            let (port, token) = (try port(marketplace), try marketplace.token)
            let idle = try OracleProcess("crowd", [port, token, "idle", "400"])
            #expect(try await idle.line("open") == "open 400 turned away 0")
            #expect(try await marketplace.get("agents").status == 200)
            await idle.stop()
        }
    }

    @Test func whatIsPastTheBoundIsTurnedAway() async throws {
        try await withMarketplace(["--connections", "60"]) { marketplace, _ in
            let (port, token) = (try port(marketplace), try marketplace.token)
            let busy = try OracleProcess("crowd", [port, token, "bodies", "100"])
            #expect(try await busy.line("open") == "open 100 turned away 0")
            let raw = try await RawHTTP.exchange(port: try #require(UInt16(port)), [.send("GET / HTTP/1.1\r\n")])
            #expect(raw.hasPrefix("HTTP/1.1 503 "))
            #expect(raw.contains("retry-after: 1"))
            await busy.stop()
            try await eventually("it answers") { (try? await marketplace.get("agents"))?.status == 200 }
        }
    }

    /// One address gets no more than its share of what half of all clients may have.
    @Test func oneAddressLeavesRoomForOthers() async throws {
        let arguments = ["--connections", "60", "--limit", "connections-address=20"]
        try await withMarketplace(arguments) { marketplace, _ in
            let (port, token) = (try port(marketplace), try marketplace.token)
            let busy = try OracleProcess("crowd", [port, token, "bodies", "100"])
            #expect(try await busy.line("open") == "open 100 turned away 0")
            // Of 60 places half are anybody's.
            try await eventually("uploads are given up") { try incoming(marketplace.folder).count <= 30 }
            let raw = try await RawHTTP.exchange(port: try #require(UInt16(port)), [.send("GET / HTTP/1.1\r\n")])
            #expect(raw.hasPrefix("HTTP/1.1 503 "))
            // Another address of this machine still gets in.
            let other = try await run([
                "curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--interface", "127.0.0.7",
                "http://127.0.0.1:\(port)/api/v1/marketplace/agents",
            ])
            #expect(other.output == "200")
            await busy.stop()
        }
    }

    /// Readers that take nothing hold no memory to speak of, and the end of the program does not wait for them.
    @Test func readersThatTakeNothingHoldNothingUp() async throws {
        try await withMarketplace(["--drain-seconds", "1"]) { marketplace, _ in
            let module = HTTPClientRequest.Part(
                name: "wasm_module",
                bytes: [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00] + [UInt8](repeating: 7, count: 30 << 20))
            #expect(try await marketplace.publish([manifest("acme.large"), module]).status == 201)
            let version = try await marketplace.json("agents/acme.large/versions/1.0.0?min_position=5")
            let digest = try #require(
                version["artifacts"]?.array?.first { $0["role"]?.string == "wasm_module" }?["sha256"]?.string)
            let before = try memory(marketplace)
            let crowd = try OracleProcess(
                "crowd",
                [
                    try port(marketplace), try marketplace.token, "readers", "500",
                    "/api/v1/marketplace/artifacts/sha256/\(digest)",
                ])
            _ = try await crowd.line("open 500")
            try await Task.sleep(for: .seconds(1))
            let each = (try memory(marketplace) - before) * 1024 / 500
            print("500 readers of a file that take nothing: \(each) bytes each")
            #expect(each < 160 << 10)
            #expect(try await marketplace.get("agents").status == 200)
            #expect(try await marketplace.stop() == 0)
            await crowd.stop()
        }
    }
}
