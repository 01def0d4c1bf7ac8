import Foundation

/// A broker of a test's own, which may be killed.
public final class PrivateBroker: Sendable {
    /// Its address, `HOST:PORT`.
    public let servers: String
    private let folder: String
    private let port: Int
    private let settings: [String]

    /// Starts a broker in a folder.
    ///
    /// - Parameter settings: `key=value`, for its `server.properties`.
    public init(_ folder: String, port: Int, settings: [String] = []) async throws {
        self.folder = folder
        self.port = port
        self.settings = settings
        servers = "127.0.0.1:\(port)"
        try await start()
    }

    deinit {
        // Where a test failed half-way.
        guard let text = try? String(contentsOfFile: "\(folder)/broker.pid", encoding: .utf8),
            let process = Int32(text.trimmingCharacters(in: .whitespacesAndNewlines))
        else { return }
        kill(process, SIGKILL)
    }

    /// Starts it again where it was stopped.
    public func start() async throws {
        try await TestBroker.run("kafka-start", [folder, "\(port)"] + settings)
    }

    /// Stops it; `-KILL` for a crash.
    public func stop(_ how: String...) async throws {
        try await TestBroker.run("kafka-stop", [folder] + how)
    }
}
