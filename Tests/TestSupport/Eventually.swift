/// Waits until something is so, which a part that runs by itself brings about.
///
/// The bound only ends a test that would hang: how long a loaded machine takes is nothing that a test may assert.
///
/// - Parameters:
///   - what: What is waited for, in the words of the failure.
///   - every: The pause between two questions.
///   - isSo: Asks. What it throws ends the waiting.
/// - Throws: ``NeverHappened`` after two minutes.
public func eventually(
    _ what: @autoclosure () -> String, every pause: Duration = .milliseconds(20), file: StaticString = #fileID,
    line: Int = #line, _ isSo: () async throws -> Bool
) async throws {
    let end = ContinuousClock.now + .seconds(120)
    while !(try await isSo()) {
        guard ContinuousClock.now < end else { throw NeverHappened(description: "\(file):\(line): never \(what())") }
        try await Task.sleep(for: pause)
    }
}

/// What a test waited for did not happen.
public struct NeverHappened: Error, CustomStringConvertible {
    public let description: String
}
