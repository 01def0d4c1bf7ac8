import Foundation
import System

/// A Postgres server of a test's own, to be stopped, killed and starved.
public final class PrivatePostgres: Sendable {
    private static let binaries = "/usr/lib/postgresql/15/bin"
    private let folder: String

    /// What to connect to: the database `postgres` as its superuser.
    public let url: String

    /// Runs `body` with a server that was started with more settings, and removes it afterwards.
    public static func with<Value>(
        settings: [String: String] = [:], environment: [String: String] = [:],
        _ body: (PrivatePostgres) async throws -> Value
    ) async throws -> Value {
        let server = try await PrivatePostgres()
        do {
            try await server.start(settings: settings, environment: environment)
            let value = try await body(server)
            await server.remove()
            return value
        } catch {
            await server.remove()
            throw error
        }
    }

    private init() async throws {
        folder = "/tmp/mentatlab-pg-\(UUID().uuidString.prefix(8))"
        url = "host=\(folder) user=mentatlab dbname=postgres"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        if getuid() == 0 {
            try await Self.run(["chown", "postgres:postgres", folder])
        }
        try await tool(
            "initdb",
            [
                "-D", "\(folder)/data", "-U", "mentatlab", "--auth=trust", "--no-sync", "--encoding=UTF8",
                "--lc-collate=C", "--lc-ctype=C.UTF-8",
            ])
    }

    /// Starts the server and waits until it answers.
    public func start(settings: [String: String] = [:], environment: [String: String] = [:]) async throws {
        var options = "-c listen_addresses= -c unix_socket_directories=\(folder) -c fsync=off"
        for (name, value) in settings { options += " -c \(name)=\(value)" }
        // What a killed server leaves names a process whose number may live on.
        if !isRunning { try? FileManager.default.removeItem(atPath: "\(folder)/data/postmaster.pid") }
        // The backends of a killed server hold its memory for a moment longer.
        for attempt in 1... {
            do {
                return try await tool(
                    "pg_ctl", ["start", "-D", "\(folder)/data", "-w", "-l", "\(folder)/log", "-o", options],
                    environment)
            } catch {
                guard attempt < 20 else { throw error }
                try await Task.sleep(for: .milliseconds(250))
            }
        }
    }

    /// Stops the server in a mode of `pg_ctl`.
    public func stop(_ mode: String = "fast") async throws {
        try await tool("pg_ctl", ["stop", "-D", "\(folder)/data", "-m", mode, "-w"])
    }

    /// Ends the first process at once, as a crash would.
    public func killNow() {
        if let processID { kill(processID, SIGKILL) }
    }

    private var isRunning: Bool { processID.map(ProcessState.isAlive) ?? false }

    private var processID: Int32? {
        (try? String(contentsOfFile: "\(folder)/data/postmaster.pid", encoding: .utf8))?
            .split(separator: "\n").first.flatMap { Int32($0) }
    }

    private func remove() async {
        try? await stop("immediate")
        try? FileManager.default.removeItem(atPath: folder)
    }

    private func tool(_ name: String, _ arguments: [String], _ environment: [String: String] = [:]) async throws {
        var words = environment.map { "\($0.key)=\($0.value)" } + ["\(Self.binaries)/\(name)"] + arguments
        if getuid() == 0 {
            words = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--", "env"] + words
        } else {
            words = ["env"] + words
        }
        try await Self.run(words)
    }

    /// Waits on a thread: Foundation's `Process` would wait for the server that the tool leaves behind as well.
    private static func run(_ words: [String]) async throws {
        let output = "/tmp/mentatlab-tool-\(UUID().uuidString.prefix(8))"
        let worker = Worker(name: "tool")
        defer {
            worker.stop()
            try? FileManager.default.removeItem(atPath: output)
        }
        let outcome = try await worker.run {
            try Subprocess.run(["/usr/bin/env", "-C", "/"] + words, outputPath: output)
        }
        guard outcome.exitCode == 0 else {
            throw Oracle.Failure(description: "\(words.joined(separator: " ")): \(outcome)")
        }
    }
}
