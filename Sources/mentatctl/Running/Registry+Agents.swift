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

    /// Waits until what has changed is shown under some paths, so that the next look finds it. The change is made
    /// whatever comes of that: where a page is late, or the registry stops answering, that is a warning.
    func awaitShown(_ paths: [String], _ position: Int64?, _ console: Console) async {
        guard let position else { return }
        for path in paths {
            do {
                _ = try await send("GET", "\(path)?min_position=\(position)")
            } catch {
                console.warn("the change is made; the registry does not show it yet under \(path)")
            }
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
