import CommandLine
import System

/// `marketplace import`
struct ImportCommand {
    private let file: String
    private let folder: String
    private let url: String?
    private let tokenFile: String?
    private let format: CatalogImport.Format

    init(_ invocation: Invocation) {
        file = invocation.arguments[0]
        folder = invocation.values["data"] ?? ".mentatlab"
        url = invocation.values["url"]
        tokenFile = invocation.values["token-file"]
        format = invocation.values["format"].flatMap(CatalogImport.Format.init) ?? .catalog
    }

    func run() async throws -> Int32 {
        // A folder that is not there is not made: nothing of a marketplace is in it.
        let data = try FileSystem.status(folder) == nil ? nil : DataFolder(folder)
        guard let url = url ?? data?.runningURL() else {
            throw UsageError("no marketplace runs in \(folder); start one with `marketplace up`, or give --url.")
        }
        guard let tokenFile = tokenFile ?? data?.adminToken else {
            throw UsageError("there is no folder \(folder) with the administrator's token; give --token-file.")
        }
        let publisher = try Publisher(url: url, tokenFile: tokenFile)
        return try await CatalogImport(file: file, format: format, publisher: publisher).run()
    }
}
