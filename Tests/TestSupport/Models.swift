import EventLog
public import Events
public import Projections

extension Projector {
    /// Applies until nothing is left; returns the position that is reached.
    @discardableResult
    public func catchUp() async throws -> Position {
        var cursor = try await applyBatch()
        while true {
            let next = try await applyBatch()
            if next == cursor { return cursor }
            cursor = next
        }
    }
}

extension TestDatabase {
    /// What in the models is not what the log says, read by one thread from the beginning; empty where all of it is.
    public static func wrongModels(_ url: String) async throws -> [String] {
        try await Comparison(DatabaseAccess(url: url), BuildOptions(program: "tests")).run(ProjectionCatalogue.all)
            .filter { !$0.isRight }
            .map { "\($0.projection): \($0.differences.prefix(3)) parked: \($0.parked)" }
    }
}
