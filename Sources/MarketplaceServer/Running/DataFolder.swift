import CommandAPI
import CommandLine
import Contract
import Crypto
import JSON
import Projections
import System

/// The folder that a marketplace keeps everything in, and who runs in it.
struct DataFolder: Sendable {
    /// The absolute path.
    let path: String

    /// Opens the folder, making it where it is missing.
    ///
    /// - Throws: `UsageError` for a folder that is somebody else's, or that others can write to.
    init(_ path: String) throws {
        try FileSystem.makeDirectory(path)
        self.path = try FileSystem.resolve(path)
        try Self.checkIsOurs(self.path, "the data folder")
    }

    /// Refuses what others could have put there or can change: the programs of the folder trust what they read in it.
    static func checkIsOurs(_ path: String, _ what: String) throws {
        guard let status = try FileSystem.status(path) else { return }
        guard status.owner == Host.userID else {
            throw UsageError(
                "\(what) \(path) belongs to user \(status.owner), and this program runs as \(Host.userID).")
        }
        guard status.mode & 0o022 == 0 else {
            throw UsageError("others can write to \(what) \(path); `chmod go-w` it.")
        }
    }

    var artifacts: String { "\(path)/artifacts" }
    /// The copy of the index; a release whose index differs keeps a copy of its own.
    var index: String { Projection.index.version == 1 ? "\(path)/index" : "\(path)/index-\(Projection.index.version)" }
    var spool: String { "\(path)/spool" }
    var readers: String { "\(path)/readers" }
    var dayKeys: String { "\(path)/day-keys" }
    var adminToken: String { "\(path)/admin-token" }
    var logins: DatabaseLogins { DatabaseLogins("\(path)/logins") }
    private var runFile: String { "\(path)/run.json" }

    /// Claims the folder for this process; nil while another one holds it.
    func lock() throws(SystemError) -> FileLock? {
        try FileLock.acquire("\(path)/lock")
    }

    /// Says where this process serves and what it keeps its files in.
    ///
    /// - Parameter databaseURL: a login that reads and changes nothing; nil where there is none.
    func announce(url: String, metricsURL: String, databaseURL: String?, artifacts: String) throws(SystemError) {
        var writer = JSONWriter()
        writer.object { object in
            object.member("artifacts", artifacts)
            object.member("database_url", databaseURL)
            object.member("metrics_url", metricsURL)
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
    func runningURL() -> String? { announcement?["url"]?.string }

    /// Where the measures of the marketplace of this folder are; nil where none says so.
    func runningMetricsURL() -> String? { announcement?["metrics_url"]?.string }

    /// The folder of files of the marketplace that runs in this folder; nil where none says so.
    func runningArtifacts() -> String? { announcement?["artifacts"]?.string }

    /// The database of the marketplace that runs in this folder, under a login that only reads; nil where none says so.
    func runningDatabaseURL() -> String? { announcement?["database_url"]?.string }

    private var announcement: JSONValue? {
        guard let bytes = try? FileSystem.read(runFile, limit: 65_536) else { return nil }
        return try? JSONValue(bytes)
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

    /// The administrator's secret: the one that is kept here, or a new one, kept now for its owner alone. Two
    /// programs that share the folder get the same, and it is new to one of them.
    func adminSecret() throws -> (secret: TokenSecret, isNew: Bool) {
        while true {
            if let kept = try keptSecret() { return (kept, false) }
            let secret = TokenSecret(random: SecureRandom.bytes(32))
            if try FileSystem.create(adminToken, with: Array("\(secret.text)\n".utf8)) { return (secret, true) }
        }
    }

    /// The secret in the file; nil where there is no file. One that holds no secret is refused and left alone.
    func keptSecret() throws -> TokenSecret? {
        try Self.checkIsOurs(adminToken, "the token file")
        guard let bytes = try FileSystem.readIfThere(adminToken, limit: 256) else { return nil }
        guard let secret = TokenSecret(String(decoding: bytes.filter { $0 != 0x0a }, as: UTF8.self)) else {
            throw UsageError("\(adminToken) holds no token; put the right one there, or move the file away.")
        }
        return secret
    }
}
