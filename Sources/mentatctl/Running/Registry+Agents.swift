import CommandLine
import Events
import JSON

extension Registry {
    /// Asks about an agent; where there is none, an id that is like the one that was asked for is named.
    func send(agent id: AgentID, _ path: String) async throws -> Answer {
        do {
            return try await send("GET", path)
        } catch var failure as Failure where failure.code == "agent-not-found" {
            failure.fix = await nearest(id.description) ?? failure.fix
            throw failure
        }
    }

    private func nearest(_ id: String) async -> String? {
        let words = id.split { ".-_".contains($0) }.joined(separator: " or ")
        guard let answer = try? await send("GET", "agents?limit=50&q=\(words.asSegment)").json else { return nil }
        let known = (answer["agents"]?.array ?? []).compactMap { $0["agent_id"]?.string }
        let hint = CommandSet.didYouMean(id, known)
        return hint.isEmpty ? nil : String(hint.dropFirst())
    }
}
