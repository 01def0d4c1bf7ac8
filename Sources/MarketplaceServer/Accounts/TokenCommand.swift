import CommandAPI
import CommandLine
import Contract
import EventLog
import Events
import JSON
import System

/// `marketplace token issue`
struct TokenCommand {
    private let name: String
    private let folder: String
    private let invocation: Invocation
    private let isJSON: Bool
    private let scopes: [PermissionWord]

    init(_ invocation: Invocation) throws {
        guard let name = invocation.values["user"] else {
            throw UsageError("`marketplace token issue` needs --user: whose token it will be.")
        }
        self.name = name
        folder = invocation.values["data"] ?? ".mentatlab"
        self.invocation = invocation
        isJSON = invocation.flags.contains("json")
        scopes = try (invocation.allValues["scope"] ?? []).map { text in
            guard let word = PermissionWord(text) else {
                throw UsageError("--scope is '\(text.prefix(128))'; it has to be one of \(PermissionWord.forms).")
            }
            return word
        }
    }

    func run() async throws -> Int32 {
        let data = try DataFolder(folder)
        let database = try invocation.databaseBeside(data, [.owner, .commands])
        let eventLog = try await EventLog.open(EventLog.Configuration(database))
        let issued = try await OperatorTokens(log: eventLog, now: Services.now).issue(to: name, scopes: scopes)
        await eventLog.close()
        guard let issued else {
            Host.write("marketplace: there is nobody of the name or id '\(name)' here\n", to: 2)
            return 1
        }
        if isJSON {
            try printDocument { writer in
                writer.object { object in
                    object.member("expires_at", issued.expires.description)
                    object.member("id", issued.id.hex)
                    object.member("token", issued.secret.text)
                    object.member("user", name)
                }
            }
        } else {
            Host.write("\(issued.secret.text)\n", to: 1)
            Host.write("a token of \(name), good until \(issued.expires); it is shown this once\n", to: 2)
        }
        return 0
    }
}
