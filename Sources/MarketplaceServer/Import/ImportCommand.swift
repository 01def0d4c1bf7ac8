import CommandLine
import System

/// `marketplace import`
struct ImportCommand {
    private let file: String
    private let folder: String
    private let url: String?
    private let tokenFile: String?

    init(_ invocation: Invocation) {
        file = invocation.arguments[0]
        folder = invocation.values["data"] ?? ".mentatlab"
        url = invocation.values["url"]
        tokenFile = invocation.values["token-file"]
    }

    func run() async throws -> Int32 {
        let data = try DataFolder(folder)
        guard let url = url ?? data.runningURL() else {
            throw UsageError("no marketplace runs in \(data.path); start one with `marketplace up`, or give --url.")
        }
        let publisher = try Publisher(url: url, tokenFile: tokenFile ?? data.adminToken)
        return try await CatalogImport(file: file, publisher: publisher).run()
    }
}
