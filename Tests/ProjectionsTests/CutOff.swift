import EventLog
import Events
import Projections
import TestSupport
import Testing

extension Rebuild {
    /// Begins a rebuild and cuts it off after three batches.
    static func cutOff(_ url: String, _ projections: [Projection], batchEntries: Int) async {
        let reports = Shared(0)
        let running = Shared<Task<[Rebuild.Result], any Error>?>(nil)
        var options = BuildOptions(program: "cut off")
        options.batchEntries = batchEntries
        options.report = { _ in
            reports.value += 1
            if reports.value == 3 { running.value?.cancel() }
        }
        let rebuild = Rebuild(DatabaseAccess(url: url), options)
        let task = Task {
            while running.value == nil { await Task.yield() }
            return try await rebuild.run(projections)
        }
        running.value = task
        await #expect(throws: (any Error).self) { try await task.value }
    }
}
