import CommandLine
import Contract
package import Events
package import Manifest

extension RegistryClient {
    /// Runs a request about an agent. If there is no such agent, the failure suggests a similar id.
    package func about<Result>(_ id: AgentID, _ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch var failure as Failure where failure.code == ProblemCode.agentNotFound.rawValue {
            failure.fix = await nearest(id.description) ?? failure.fix
            throw failure
        }
    }

    /// Waits until a change is shown on the page of an agent and in the index, so that the next look finds it. The
    /// change is made whatever comes of that.
    ///
    /// - Parameters:
    ///   - version: whose page is waited for in place of the agent's.
    ///   - warn: told where a page is late, or the registry stops answering.
    package func awaitShown(
        _ key: AgentKey, version: SemVer? = nil, _ position: Position?, warn: (String) -> Void
    ) async {
        guard let position else { return }
        func wait(_ target: String, _ body: () async throws -> Void) async {
            do {
                try await body()
            } catch {
                warn("the change is made; the registry does not show it yet under \(target)")
            }
        }
        let agent = AgentParameters(id: key, minimumPosition: position)
        if let version {
            let page = VersionParameters(id: key, version: version, minimumPosition: position)
            await wait(Endpoints.showVersion.target(VersionParameters(id: key, version: version))) {
                _ = try await send(Endpoints.showVersion, page)
            }
        } else {
            await wait(Endpoints.showAgent.target(AgentParameters(id: key))) {
                _ = try await send(Endpoints.showAgent, agent)
            }
        }
        await wait(Endpoints.showIndex.target(AgentParameters(id: key))) {
            _ = try await document(Endpoints.showIndex, agent)
        }
    }

    private func nearest(_ id: String) async -> String? {
        guard let answer = try? await send(Endpoints.listAgents, AgentQuery(words: id, limit: 50)) else { return nil }
        let hint = CommandSet.didYouMean(id, answer.value.agents.map(\.summary.agentID))
        return hint.isEmpty ? nil : String(hint.dropFirst())
    }
}
