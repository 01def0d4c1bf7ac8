import CommandAPI
import JSON
import System

/// The folder that a marketplace keeps everything in, and who runs in it.
struct DataFolder: Sendable {
    /// The absolute path.
    let path: String

    /// Opens the folder, making it where it is missing.
    init(_ path: String) throws(SystemError) {
        try FileSystem.makeDirectory(path)
        self.path = try FileSystem.resolve(path)
    }

    var artifacts: String { "\(path)/artifacts" }
    var adminToken: String { "\(path)/admin-token" }
    private var runFile: String { "\(path)/run.json" }

    /// Claims the folder for this process; nil while another one holds it.
    func lock() throws(SystemError) -> FileLock? {
        try FileLock.acquire("\(path)/lock")
    }

    /// Says where this process serves.
    func announce(url: String, databaseURL: String) throws(SystemError) {
        var writer = JSONWriter()
        writer.object { object in
            object.member("database_url", databaseURL)
            object.member("pid", Int64(Host.processID))
            object.member("url", url)
        }
        try FileSystem.replace(runFile, with: writer.bytes + [0x0a])
    }

    /// Takes the announcement back.
    func withdraw() {
        try? FileSystem.remove(runFile)
    }

    /// Where the marketplace of this folder serves; nil where none says so.
    func runningURL() -> String? {
        guard let bytes = try? FileSystem.read(runFile, limit: 65_536), let run = try? JSONValue(bytes) else {
            return nil
        }
        return run["url"]?.string
    }

    /// Waits for the one that holds the folder to be ready.
    func awaitRunningURL(milliseconds: Int64) async -> String? {
        let deadline = Host.steadyClockMilliseconds() + milliseconds
        while true {
            if let url = runningURL() { return url }
            guard Host.steadyClockMilliseconds() < deadline else { return nil }
            try? await Task.sleep(for: .milliseconds(100))
        }
    }

    /// Keeps the administrator's secret, for its owner alone.
    func keep(_ secret: TokenSecret) throws(SystemError) {
        try FileSystem.replace(adminToken, with: Array("\(secret.text)\n".utf8), mode: 0o600)
    }
}
