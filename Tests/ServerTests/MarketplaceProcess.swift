import Archive
import Foundation
import HTTPClient
import JSON
import Synchronization
import TestSupport
import Testing

/// The real program, started as a user would.
final class MarketplaceProcess: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let url: String
    let folder: String
    /// The options of the database that it was started with.
    private let database: [String]
    private let process: Mutex<Process>
    private let output: OutputFile
    // Nothing here asserts how long an answer takes.
    let client = HTTPClient(connections: 16, timeoutMilliseconds: 300_000)

    /// The program that `./test` built.
    static var program: String {
        get throws {
            guard let path = ProcessInfo.processInfo.environment["MENTATLAB_MARKETPLACE"] else {
                throw Failure(description: "MENTATLAB_MARKETPLACE is not set: run the tests by ./test")
            }
            return path
        }
    }

    /// Limits that no test reaches, unless it gives its own: all accounts of a test are young and share an address.
    private static let generousLimits: [String] = {
        let rates = [
            "new-agents", "versions", "judgments", "tokens", "invitations", "flags", "changes", "registrations",
            "download-lines", "refused",
        ].flatMap { ["\($0)-burst", "\($0)-hour"] }
        return (rates + ["agent-versions-day", "stream-judgments-day", "holds-day", "reversals-day"]).flatMap {
            ["--limit", "\($0)=1000000"]
        }
    }()

    /// Starts a command and waits until it says where it serves.
    ///
    /// - Parameter program: another program than the one that `./test` built.
    init(
        _ arguments: [String], folder: String, environment: [String: String] = [:], program: String? = nil
    ) async throws {
        self.folder = folder
        database =
            arguments.firstIndex { ["--database-url", "--logins"].contains($0) }
            .map { Array(arguments[$0...($0 + 1)]) } ?? []
        let process = Process()
        process.executableURL = URL(filePath: try program ?? Self.program)
        let takesLimits = ["up", "command"].contains(arguments.first)
        process.arguments = arguments.prefix(1) + (takesLimits ? Self.generousLimits : []) + arguments.dropFirst()
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let output = try OutputFile()
        let log = "\(folder)-\(arguments.first ?? "").log"
        if !FileManager.default.fileExists(atPath: log) { try Data().write(to: URL(filePath: log)) }
        let logHandle = try #require(FileHandle(forWritingAtPath: log))
        try logHandle.seekToEnd()
        process.standardOutput = try output.handle
        process.standardError = logHandle
        try process.start()
        var url: String?
        for _ in 0..<1_200 where url == nil && process.isRunning {
            try await Task.sleep(for: .milliseconds(50))
            url = output.text.firstMatch(of: /ready at (http:\S+)/).map { String($0.1) }
        }
        guard let url else {
            // SIGTERM would only ask, and children of a test process start with it blocked.
            Foundation.kill(process.processIdentifier, SIGKILL)
            let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
            throw Failure(description: "not ready: \(output.text) \(text.suffix(2000))")
        }
        self.url = url
        self.output = output
        self.process = Mutex(process)
    }

    deinit {
        // A test that failed half-way leaves nothing running.
        process.withLock { if $0.isRunning { Foundation.kill($0.processIdentifier, SIGKILL) } }
    }

    var printed: String { output.text }
    var processID: Int32 { process.withLock(\.processIdentifier) }

    /// Asks it to stop, waits, and returns the exit code.
    @discardableResult
    func stop() async throws -> Int32 {
        process.withLock { $0.interrupt() }
        return try await end()
    }

    /// Ends it at once.
    func kill() async throws {
        Foundation.kill(processID, SIGKILL)
        _ = try await end()
    }

    private func end() async throws -> Int32 {
        for _ in 0..<1_200 {
            if process.withLock({ !$0.isRunning }) { return process.withLock(\.terminationStatus) }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw Failure(description: "the program does not stop")
    }

    /// The administrator's token.
    var token: String {
        get throws {
            try String(contentsOfFile: "\(folder)/admin-token", encoding: .utf8).trimmingCharacters(
                in: .whitespacesAndNewlines)
        }
    }

    // MARK: Requests

    func get(_ path: String, _ fields: [(name: String, value: String)] = [], method: String = "GET") async throws
        -> HTTPClientResponse
    {
        let prefix = path.hasPrefix("/") ? "" : "/api/v1/marketplace/"
        return try await client.send(HTTPClientRequest(method, "\(url)\(prefix)\(path)", fields: fields))
    }

    func json(_ path: String) async throws -> JSONValue {
        let response = try await get(path)
        #expect(response.status == 200, "\(path): \(String(decoding: response.body, as: UTF8.self))")
        return try JSONValue(response.body, limits: JSONLimits(bytes: 16 << 20))
    }

    func publish(
        _ parts: [HTTPClientRequest.Part], token: String? = nil, key: String? = nil
    ) async throws -> HTTPClientResponse {
        var fields = [(name: "Authorization", value: "Bearer \(try token ?? self.token)")]
        if let key { fields.append((name: "Idempotency-Key", value: key)) }
        return try await client.send(
            HTTPClientRequest("POST", "\(url)/api/v1/marketplace/publish", fields: fields, parts: parts))
    }

    /// A command with a JSON body, or none.
    func send(
        _ method: String, _ path: String, _ json: String? = nil, token: String? = nil, key: String? = nil,
        type: String = "application/json"
    ) async throws -> HTTPClientResponse {
        var fields: [(name: String, value: String)] = []
        if let token { fields.append(("Authorization", "Bearer \(token)")) }
        if let key { fields.append(("Idempotency-Key", key)) }
        if json != nil { fields.append(("Content-Type", type)) }
        return try await client.send(
            HTTPClientRequest(
                method, "\(url)/api/v1/marketplace/\(path)", fields: fields, body: json.map { Array($0.utf8) }))
    }

    /// Somebody new: id and token.
    func register(_ name: String) async throws -> (user: String, token: String) {
        let answer = try await send("POST", "users", "{\"name\":\"\(name)\"}")
        try #require(answer.status == 201, "\(name): \(String(decoding: answer.body, as: UTF8.self))")
        let body = try JSONValue(answer.body)
        return (try #require(body["user"]?.string), try #require(body["token"]?.string))
    }

    /// A token of somebody with other scopes.
    func issue(_ scopes: String..., by token: String) async throws -> String {
        let list = scopes.map { "\"\($0)\"" }.joined(separator: ",")
        let answer = try await send("POST", "tokens", "{\"name\":\"t\",\"scopes\":[\(list)]}", token: token)
        try #require(answer.status == 201, "\(String(decoding: answer.body, as: UTF8.self))")
        return try #require(try JSONValue(answer.body)["token"]?.string)
    }

    /// Runs a command of the operator's beside the marketplace, as whoever started it would.
    func operate(_ words: [String]) async throws -> (code: Int32, output: String, errors: String) {
        try await run([try Self.program] + words + ["--data", folder] + database)
    }

    /// A token that the operator issues to somebody, found by name or id.
    func operatorToken(for user: String, scopes: [String]) async throws -> String {
        let issued = try await operate(
            ["token", "issue", "--user", user] + scopes.flatMap { ["--scope", $0] })
        try #require(issued.code == 0, "\(issued.errors)")
        return issued.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Offers somebody a role, which they accept.
    ///
    /// - Parameter place: the path of an agent or a namespace.
    func give(
        _ role: String, of place: String, to person: (name: String, token: String), by token: String
    ) async throws {
        let offer = try await send(
            "POST", "\(place)/invitations", "{\"user\":\"\(person.name)\",\"role\":\"\(role)\"}", token: token)
        try #require(offer.status == 201, "\(String(decoding: offer.body, as: UTF8.self))")
        let invitation = try #require(try JSONValue(offer.body)["invitation"]?.string)
        let accepted = try await send("POST", "invitations/\(invitation)/acceptance", token: person.token)
        try #require(accepted.status == 201, "\(String(decoding: accepted.body, as: UTF8.self))")
    }

    func head() async throws -> Int64 {
        try #require(try await json("projections")["projections"]?.array?.first?["head"]?.integer)
    }
}

/// A part of a publication.
func part(_ name: String, _ text: String) -> HTTPClientRequest.Part {
    HTTPClientRequest.Part(name: name, bytes: Array(text.utf8))
}

/// A manifest that can be published.
func manifest(_ id: String, _ version: String = "1.0.0", more: String = "") -> HTTPClientRequest.Part {
    part(
        "manifest",
        """
        id: \(id)
        version: \(version)
        image: test/\(id):\(version)
        description: An agent of the tests that frobnicates zebras.
        inputs: []
        outputs: []
        \(more)
        """)
}

/// A package that holds files.
func package(_ files: [String: String]) throws -> HTTPClientRequest.Part {
    let folder = FileManager.default.temporaryDirectory.appending(path: "package-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let sources = try files.enumerated().map { index, file in
        let path = folder.appending(path: "\(index)").path
        try file.value.write(toFile: path, atomically: true, encoding: .utf8)
        return TarGzip.Source(name: file.key, path: path, isExecutable: false)
    }
    let archive = folder.appending(path: "package.tar.gz")
    try TarGzip.pack(sources, to: archive.path)
    return HTTPClientRequest.Part(name: "package", bytes: [UInt8](try Data(contentsOf: archive)))
}

/// A folder that is gone after the test.
func withFolder<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    let folder = FileManager.default.temporaryDirectory.appending(path: "marketplace-\(UUID().uuidString)").path
    defer {
        for path in [folder, "\(folder)-up.log", "\(folder)-command.log", "\(folder)-query.log"] {
            try? FileManager.default.removeItem(atPath: path)
        }
    }
    return try await body(folder)
}
