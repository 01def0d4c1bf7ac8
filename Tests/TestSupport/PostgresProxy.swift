import Foundation

/// A proxy before the test server that can hold back the last message of a statement, so that the client looks
/// as if it were stopped between its last two packets.
public struct PostgresProxy {
    private let folder: URL
    private let process: Process

    /// The URL of a database through the proxy.
    public let url: String

    /// Runs `body` with a proxy before a database's server.
    public static func with<Value>(
        _ url: String, _ body: (PostgresProxy) async throws -> Value
    ) async throws -> Value {
        let proxy = try await PostgresProxy(url)
        defer {
            // Children of a test process start with SIGTERM blocked.
            kill(proxy.process.processIdentifier, SIGKILL)
            proxy.process.waitUntilExit()
            try? FileManager.default.removeItem(at: proxy.folder)
        }
        return try await body(proxy)
    }

    private init(_ url: String) async throws {
        guard let python = ProcessInfo.processInfo.environment["MENTATLAB_PYTHON"],
            let host = url.firstMatch(of: /host=(\S+)/)
        else { throw Oracle.Failure(description: "run the tests by ./test") }
        folder = FileManager.default.temporaryDirectory.appending(path: "pg-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        self.url = url.replacing(host.0, with: "host=\(folder.path)")
        process = Process()
        process.executableURL = URL(filePath: python)
        process.arguments = [
            Oracle.root.appending(path: "Tests/Oracles/pg_proxy.py").path, folder.path, "\(host.1)/.s.PGSQL.5432",
            folder.path,
        ]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.start()
        try await appears("ready")
    }

    /// Holds back the last message of the next run of a statement; call `held` to wait for it.
    public func hold(_ statement: String) throws {
        try statement.write(to: folder.appending(path: "hold"), atomically: true, encoding: .utf8)
    }

    /// Leaves connections without an answer from now on.
    public func stall() throws {
        try Data().write(to: folder.appending(path: "stall"))
    }

    /// Takes new connections again.
    public func resume() throws {
        try FileManager.default.removeItem(at: folder.appending(path: "stall"))
    }

    /// Waits until a message is held back.
    public func held() async throws {
        try await appears("held")
        try FileManager.default.removeItem(at: folder.appending(path: "held"))
    }

    /// Lets it go.
    public func release() throws {
        try Data().write(to: folder.appending(path: "release"))
    }

    private func appears(_ name: String) async throws {
        for _ in 0..<2_000 {
            if FileManager.default.fileExists(atPath: folder.appending(path: name).path) { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw Oracle.Failure(description: "the proxy's '\(name)' did not come")
    }
}
