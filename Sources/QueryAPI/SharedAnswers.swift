import Contract
import Events
import HTTPFront
import Projections

/// What was read, with how far the models were at least when that began.
private struct Shared<Value: Sendable>: Sendable {
    let value: Value
    let next: Position
}

extension QueryFront {
    /// Answers what goes through many rows with what was read for somebody else within some seconds, where that reflects the
    /// position that the request names. So naming one leads to no more reads than the log has news.
    ///
    /// - Parameters:
    ///   - answers: where it is kept.
    ///   - question: names it, with all that the answer depends on but the position.
    ///   - models: what it is read from.
    func shared<Value: Sendable>(
        _ answers: RecentAnswers, _ question: String, _ query: some PositionedParameters, of models: [Projection],
        _ read: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let minimum = query.minimumPosition
        let key = (query as? any AboutOneAgent)?.id
        return try await answers.value(question) { (kept: Shared<Value>) in
            minimum.map { $0 < kept.next } ?? true
        } read: {
            let next = try await agents.reflected(in: models, about: key)
            return Shared(value: try await read(), next: next)
        }.value
    }

    /// What an endpoint is asked for, without the position that the answer has to reflect.
    func question<Input: PositionedParameters>(_ endpoint: Endpoint<Input, NoBody, NoBody>, _ input: Input) -> String {
        let parts = endpoint.target(input).split(separator: "?", maxSplits: 1)
        let items = parts.dropFirst().first?.split(separator: "&").filter { !$0.hasPrefix("min_position=") } ?? []
        return items.isEmpty ? String(parts[0]) : "\(parts[0])?\(items.joined(separator: "&"))"
    }
}
