import Crypto
public import Postgres
import System

/// A private Postgres 15 server for one data folder, reachable only over a Unix socket.
///
/// `start` creates the cluster the first time and adopts a server that a crashed run left behind. The server never runs
/// as root: where this process does, the cluster lies under `/var/lib/mentatlab/` and belongs to the user `postgres`,
/// who could not reach a data folder below `/root`. Everybody logs in with a password (SCRAM-SHA-256), the superuser
/// too.
public struct EmbeddedPostgres: Sendable {
    /// The reason why the server can't be started or stopped.
    public struct Failure: Error, Sendable, CustomStringConvertible {
        /// What failed and, where there is a remedy, what to do.
        public let description: String
    }

    private struct Place {
        let cluster: String
        let socket: String
        let log: String
        /// The file for the output of the server's tools; its folder is one that the server's user can't write to.
        let tools: String
        /// The file that tells `initdb` the superuser's password, while it runs.
        let password: String
        /// The file that holds the settings, while a cluster is made.
        let settings: String
        /// The file in the data folder that names the cluster outside of it.
        let claim: String
        /// The words before each command that give up root rights.
        let prefix: [String]
        let owner: Host.User?
    }

    private static let binaries = "/usr/lib/postgresql/15/bin"
    private let place: Place

    /// Where the server is and its superuser's login, password included; it names no database.
    public let superuser: PostgresConnectionString

    /// Starts the server of a data folder and waits until it accepts connections; creates the cluster where it is
    /// missing.
    ///
    /// Blocks the calling thread, at most about 10 minutes: a server that recovers from a crash may need that long. The
    /// caller holds a lock on the data folder, so that no two programs do this at once.
    ///
    /// - Parameters:
    ///   - dataFolder: an existing folder.
    ///   - password: the superuser's. A new cluster gets it. An existing cluster must have it already; `start` does not
    ///     check that.
    ///   - progress: gets a line before each step that takes long.
    /// - Throws: `Failure` where Postgres is not installed, the folder was moved, or the server does not start.
    public static func start(
        dataFolder: String, password: String, progress: (String) -> Void
    ) throws(Failure) -> EmbeddedPostgres {
        do {
            return try start(in: locate(dataFolder), password, progress)
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(description: "Postgres can't be started: \(error)")
        }
    }

    /// True where the data folder has a cluster, whose superuser therefore has a password.
    public static func hasCluster(dataFolder: String) throws(Failure) -> Bool {
        do {
            let place = try locate(dataFolder)
            // As root a cluster that the folder does not name belongs to one that stood here before.
            if place.owner != nil, try FileSystem.status(place.claim) == nil { return false }
            return try FileSystem.status("\(place.cluster)/PG_VERSION") != nil
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(description: "the cluster can't be looked for: \(error)")
        }
    }

    /// Starts the server again where it no longer runs, and waits until it accepts connections. Blocks the calling
    /// thread.
    ///
    /// While the server's first process lives, it recovers from crashes itself. A missing cluster is not created again,
    /// since its disk may come back.
    ///
    /// - Returns: true where the server was gone and runs again.
    public func restartIfGone(progress: (String) -> Void) throws(Failure) -> Bool {
        do {
            if try Self.runs(place) { return false }
            guard try FileSystem.status("\(place.cluster)/PG_VERSION") != nil else {
                throw Failure(description: "the cluster \(place.cluster) is gone")
            }
            try Self.boot(place, progress)
            return true
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(description: "Postgres can't be started again: \(error)")
        }
    }

    /// Stops the server and waits until it has ended, at most 60 seconds. Blocks the calling thread.
    ///
    /// Open transactions are rolled back. A server that does not run is no error.
    public func stop() throws(Failure) {
        do {
            guard try Self.runs(place) else { return }
            let outcome = try Self.run(place, "pg_ctl", ["stop", "-D", place.cluster, "-m", "fast", "-w", "-t", "60"])
            guard outcome.exitCode == 0 else {
                throw Failure(description: "Postgres can't be stopped: \(outcome.output)")
            }
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(description: "Postgres can't be stopped: \(error)")
        }
    }

    /// Removes the oldest files of the server's log beyond 32 MiB. Blocks the calling thread.
    public func boundLog() throws {
        let old = try Self.logFiles(place).dropLast(Self.keptLogFiles).map { "\(place.cluster)/log/\($0)" }
        // As the server's user, whose folder it is: for root it could lead elsewhere.
        if !old.isEmpty { _ = try Self.asServer(place, ["/bin/rm", "-f", "--"] + old) }
    }

    /// The names of the log's files, the oldest first: their names are times.
    private static func logFiles(_ place: Place) throws(SystemError) -> [String] {
        guard try FileSystem.status("\(place.cluster)/log") != nil else { return [] }
        return try FileSystem.names(in: "\(place.cluster)/log").filter { $0.hasSuffix(".log") }.sorted()
    }

    private static let logFileMebibytes = 8
    private static let keptLogFiles = 4

    /// Creates a database where it is missing, and takes all rights on `postgres` and `template1` from `PUBLIC`.
    ///
    /// - Parameter name: lower-case letters and underscores; a missing database with another name traps.
    /// - Returns: the superuser's connection string of the database.
    /// - Throws: `PostgresError` where the server can't be reached or refuses.
    public func makeDatabase(_ name: String) async throws -> PostgresConnectionString {
        var maintenance = superuser
        maintenance["dbname"] = "postgres"
        let session = PostgresSession(
            PostgresConfiguration(
                url: maintenance.text, applicationName: "marketplace-setup",
                settings: PostgresConfiguration.builtInNames))
        let exists = try await session.run { connection in
            try connection.execute(Self.findDatabase, [.text(name)]).count > 0
        }
        if !exists {
            // Identifiers can't be parameters of a statement; the name comes from the program.
            precondition(name.utf8.allSatisfy { (0x61...0x7a).contains($0) || $0 == UInt8(ascii: "_") })
            try await session.run { try $0.executeScript("CREATE DATABASE \(name)") }
        }
        try await session.run {
            try $0.executeScript("REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC")
        }
        await session.close()
        var database = superuser
        database["dbname"] = name
        return database
    }

    private static let findDatabase = PostgresStatement(
        "find_database", Array("SELECT true FROM pg_database WHERE datname = $1".utf8))

    private static func locate(_ dataFolder: String) throws -> Place {
        guard try FileSystem.status("\(binaries)/postgres") != nil else {
            throw Failure(description: "Postgres 15 is missing: apt-get install postgresql-15")
        }
        let hash = SHA256Digest(of: Array(try FileSystem.resolve(dataFolder).utf8)).hex.prefix(16)
        guard Host.userID == 0 else {
            let base = "/tmp/mentatlab-\(Host.userID)"
            return Place(
                cluster: "\(dataFolder)/postgres", socket: "\(base)/\(hash)", log: "\(dataFolder)/postgres.log",
                tools: "\(dataFolder)/postgres-tools.log", password: "\(dataFolder)/postgres-password",
                settings: "\(dataFolder)/postgres-settings", claim: "\(dataFolder)/postgres-cluster", prefix: [],
                owner: nil)
        }
        guard let owner = Host.user(named: "postgres") else {
            throw Failure(
                description: "the user 'postgres' is missing, as whom the server runs: apt-get install postgresql-15")
        }
        let base = "/var/lib/mentatlab/\(hash)"
        return Place(
            cluster: "\(base)/postgres", socket: "\(base)/socket", log: "\(base)/postgres.log",
            tools: "\(base).tools.log", password: "\(base).password", settings: "\(base).settings",
            claim: "\(dataFolder)/postgres-cluster",
            prefix: ["/usr/bin/setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"], owner: owner)
    }

    private static func start(
        in place: Place, _ password: String, _ progress: (String) -> Void
    ) throws -> EmbeddedPostgres {
        // As root all files of the server lie in one folder outside the data folder.
        if place.owner != nil {
            try claim(FileSystem.parent(of: place.cluster), place, progress)
        } else if let other = try FileSystem.readIfThere(place.claim, limit: 4096) {
            throw Failure(
                description:
                    "the database of this data folder lies in \(String(decoding: other, as: UTF8.self)), where only a program of root finds it: "
                    + "run it as root, or take a data folder of its own")
        }
        // A run that was killed may have left it.
        try FileSystem.remove(place.password)
        try makePrivate(FileSystem.parent(of: place.socket), place)
        try makePrivate(place.socket, place)
        if try FileSystem.status("\(place.cluster)/PG_VERSION") == nil {
            progress("making a database cluster in \(place.cluster)")
            try makeCluster(place, password)
        }
        try boot(place, progress)
        var superuser = try PostgresConnectionString("")
        superuser["host"] = place.socket
        superuser["user"] = superuserName
        superuser["password"] = password
        return EmbeddedPostgres(place: place, superuser: superuser)
    }

    /// Starts the server of an existing cluster, or adopts a running one, and waits until it accepts connections.
    private static func boot(_ place: Place, _ progress: (String) -> Void) throws {
        var tries = 0
        var isWaiting = false
        let deadline = Host.steadyClockMilliseconds() + startMilliseconds
        while Host.steadyClockMilliseconds() < deadline {
            switch try run(place, "pg_isready", ["-h", place.socket, "-U", superuserName, "-d", "postgres", "-t", "1"])
                .exitCode
            {
            case 0:
                if tries == 0 { progress("adopting the Postgres server of an earlier run") }
                return
            case 1:
                // It recovers from a crash, or an earlier run is stopping it.
                if !isWaiting { progress("waiting for Postgres, which starts or stops") }
                isWaiting = true
                pauseThread(milliseconds: 200)
            default:
                // The backends of a server that was killed may hold its memory for a moment longer.
                guard tries < 20 else { throw Failure(description: "Postgres did not start: \(logTail(place))") }
                if tries == 0 { progress("starting Postgres") } else { pauseThread(milliseconds: 500) }
                tries += 1
                try removeStaleProcessFile(place)
                let options = "-c listen_addresses= -c unix_socket_directories=\(place.socket)"
                _ = try run(
                    place, "pg_ctl", ["start", "-D", place.cluster, "-l", place.log, "-w", "-t", "60", "-o", options])
            }
        }
        throw Failure(description: "Postgres is not ready after \(startMilliseconds / 1000) s: \(logTail(place))")
    }

    /// The time to wait for the server: recovery replays everything written since the last checkpoint, which can be
    /// gigabytes.
    private static let startMilliseconds: Int64 = 600_000

    /// Removes the process file of a server that was killed.
    ///
    /// Postgres trusts this file: it would not start while the process id in it belongs to a zombie or to another
    /// program.
    private static func removeStaleProcessFile(_ place: Place) throws {
        if try !runs(place) { try FileSystem.remove(processFile(place)) }
    }

    private static func processFile(_ place: Place) -> String { "\(place.cluster)/postmaster.pid" }

    /// True while the server's first process lives.
    ///
    /// The working directory of that process is the cluster; the one of a dead process can't be resolved.
    private static func runs(_ place: Place) throws -> Bool {
        guard let bytes = try FileSystem.readIfThere(processFile(place), limit: 4096),
            let process = bytes.split(separator: 0x0a).first.map({ String(decoding: $0, as: UTF8.self) }),
            let directory = try? FileSystem.resolve("/proc/\(process)/cwd")
        else { return false }
        return directory == (try FileSystem.resolve(place.cluster))
    }

    private static func logTail(_ place: Place) -> String {
        let newest = (try? logFiles(place))?.last.map { "\(place.cluster)/log/\($0)" }
        let tails = [place.log, newest].compactMap { $0 }.map { path in
            (try? asServer(place, ["/usr/bin/tail", "-c", "2000", "--", path]))?.output ?? ""
        }
        return tails.joined(separator: "\n")
    }

    /// Checks that the cluster outside the data folder belongs to this data folder.
    ///
    /// A cluster of an earlier data folder at the same path is stopped and renamed, never deleted.
    private static func claim(_ base: String, _ place: Place, _ progress: (String) -> Void) throws {
        if let claimed = try FileSystem.readIfThere(place.claim, limit: 4096) {
            guard claimed.elementsEqual(base.utf8) else {
                throw Failure(
                    description:
                        "the data folder was moved: its cluster is \(String(decoding: claimed, as: UTF8.self)). "
                        + "Move the folder back, or rename the cluster to \(base) and remove \(place.claim)")
            }
            return
        }
        if try FileSystem.status(place.cluster) != nil {
            let aside = "\(base).\(Host.wallClockMilliseconds())"
            progress("the data folder is new: the cluster of one that stood here before goes to \(aside)")
            // It may still run; the lock on the data folder says that no program uses it.
            _ = try run(place, "pg_ctl", ["stop", "-D", place.cluster, "-m", "fast", "-w", "-t", "60"])
            try FileSystem.rename(base, to: aside)
        }
        try FileSystem.replace(place.claim, with: Array(base.utf8))
    }

    private static let superuserName = "mentatlab"

    private static func makeCluster(_ place: Place, _ password: String) throws {
        // Built under another name and renamed, so that a killed run leaves no cluster that looks complete. The name is new
        // each time: what a killed run has started may still write to its own.
        let folder = FileSystem.parent(of: place.cluster)
        let unfinished = try FileSystem.names(in: folder).filter { $0.hasPrefix("postgres.") && $0.hasSuffix(".new") }
        if !unfinished.isEmpty {
            _ = try asServer(place, ["/bin/rm", "-rf", "--"] + unfinished.map { "\(folder)/\($0)" })
        }
        let new = "\(place.cluster).\(UInt64.random(in: .min ... .max)).new"
        try FileSystem.replace(place.password, with: Array("\(password)\n".utf8))
        defer { try? FileSystem.remove(place.password) }
        if let owner = place.owner { try FileSystem.changeOwner(place.password, user: owner.id, group: owner.group) }
        let outcome = try run(
            place, "initdb",
            [
                "-D", new, "-U", superuserName, "--pwfile=\(place.password)", "--auth-local=scram-sha-256",
                "--auth-host=reject", "--encoding=UTF8", "--lc-collate=C", "--lc-ctype=C.UTF-8", "--data-checksums",
            ])
        guard outcome.exitCode == 0 else { throw Failure(description: "initdb failed: \(outcome.output)") }
        // As the server's user, whose folder it is; the text is read from one that it can't write to.
        try FileSystem.replace(place.settings, with: Array(settings.utf8), mode: 0o644)
        let added = try asServer(
            place, ["/bin/sh", "-c", #"cat "$1" >> "$2""#, "sh", place.settings, "\(new)/postgresql.conf"])
        try FileSystem.remove(place.settings)
        guard added.exitCode == 0 else { throw Failure(description: "the settings can't be written: \(added.output)") }
        try FileSystem.rename(new, to: place.cluster)
        try FileSystem.synchronizeDirectory(FileSystem.parent(of: place.cluster))
    }

    /// The server's settings, with which the append of the log was measured.
    private static var settings: String {
        let buffers = min(1024, max(64, (Host.memoryBytes / 4) >> 20))
        return """

            # MentatLab Marketplace
            shared_buffers = \(buffers)MB
            wal_buffers = 64MB
            max_wal_size = 8GB
            min_wal_size = 512MB
            checkpoint_timeout = 30min
            wal_compression = lz4
            full_page_writes = on
            synchronous_commit = on
            jit = off
            max_connections = 100
            log_checkpoints = off
            password_encryption = scram-sha-256
            max_locks_per_transaction = 256
            logging_collector = on
            log_filename = '%Y%m%d-%H%M%S.log'
            log_rotation_age = 0
            log_rotation_size = \(logFileMebibytes)MB

            """
    }

    /// Creates a folder that only its owner may enter; refuses one of another user or with other permissions.
    private static func makePrivate(_ path: String, _ place: Place) throws {
        let wanted = place.owner?.id ?? Host.userID
        if try FileSystem.status(path) == nil {
            // The folders above belong to root or are /tmp; users who may pass through those can't enter this one.
            if place.owner != nil { try FileSystem.makeDirectory(FileSystem.parent(of: path), mode: 0o755) }
            try FileSystem.makeDirectory(path)
            if let owner = place.owner { try FileSystem.changeOwner(path, user: owner.id, group: owner.group) }
        }
        guard let status = try FileSystem.status(path), status.isDirectory, status.owner == wanted,
            status.mode & 0o077 == 0
        else {
            throw Failure(
                description: "\(path) has to be a folder that belongs to user \(wanted) alone; remove it and try again")
        }
    }

    private static func run(_ place: Place, _ program: String, _ arguments: [String]) throws -> Subprocess.Outcome {
        try asServer(place, ["\(binaries)/\(program)"] + arguments)
    }

    /// Runs a program as the server's user.
    private static func asServer(_ place: Place, _ words: [String]) throws -> Subprocess.Outcome {
        try Subprocess.run(place.prefix + words, environment: ["LC_ALL": "C.UTF-8"], outputPath: place.tools)
    }
}
