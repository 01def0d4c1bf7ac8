import Contract
import Crypto
import HTTPClient
import System

/// Agents in folders, each with `manifest.yaml` and what else belongs to a version.
struct AgentFolders {
    /// The file of each part.
    private static let files = [
        ("changelog", "CHANGELOG.md"), ("manifest", "manifest.yaml"), ("package", "package.tar.gz"),
        ("readme", "README.md"), ("wasm_module", "agent.wasm"),
    ]

    private let path: String

    init(_ path: String) {
        self.path = path
    }

    /// Publishes every agent below the folder, in the order of the names.
    func publish(_ publisher: Publisher) async throws {
        for name in try FileSystem.names(in: path) {
            let folder = "\(path)/\(name)"
            guard try FileSystem.status("\(folder)/manifest.yaml") != nil else { continue }
            var parts: [HTTPClientRequest.Part] = []
            for (part, file) in Self.files where try FileSystem.status("\(folder)/\(file)") != nil {
                parts.append(
                    HTTPClientRequest.Part(name: part, bytes: try FileSystem.read("\(folder)/\(file)", limit: 64 << 20))
                )
            }
            switch try await publisher.publish(parts, idempotencyKey: "publish-\(Hex.encode(SecureRandom.bytes(16)))") {
            case .published(let answer): Host.write("published \(answer.agentID) \(answer.version)\n", to: 1)
            case .unchanged(let answer): Host.write("\(answer.agentID) \(answer.version) is there already\n", to: 1)
            }
        }
    }
}
