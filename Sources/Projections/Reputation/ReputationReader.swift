public import Events
import Postgres

extension AgentReader {
    /// The models that a reputation is read from.
    public static let reputationModels: [Projection] = [.agents, .publishers, .reputation]

    /// The points of a person by a rule.
    public struct RulePoints: Sendable {
        /// The rule.
        public let rule: ReputationRule
        /// For how many things.
        public let items: Int64
        /// The sum of the points.
        public let points: Int64
    }

    /// Points of a person for one thing.
    public struct Points: Sendable {
        /// The rule.
        public let rule: ReputationRule
        /// The agent that they are for.
        public let key: AgentKey
        /// The version or file of the agent; empty where they are for all of it.
        public let detail: String
        /// The position of the entry that gave them.
        public let position: Position
        /// How many.
        public let points: Int64
    }

    /// Where a list of points goes on.
    public struct PointCursor: Sendable {
        /// The rule of the last one.
        public let rule: String
        /// Its agent.
        public let key: String
        /// Its version or file.
        public let detail: String

        /// Names the last one; by default none.
        public init(rule: String = "", key: String = "", detail: String = "") {
            self.rule = rule
            self.key = key
            self.detail = detail
        }
    }

    /// A page of what a person has points for.
    public struct Reputation: Sendable {
        /// All points, by rule.
        public let rules: [RulePoints]
        /// What they are for, by rule and agent.
        public let items: [Points]
    }

    /// The points of a person now, or right after a position.
    ///
    /// - Parameter cursor: behind which the list goes on.
    public func reputation(
        of person: String, at position: Position?, after cursor: PointCursor, limit: Int
    ) async throws -> Reflecting<Reputation> {
        let moment = [PostgresValue.text(person), .int8(position?.value ?? 0)]
        let behind: [PostgresValue] = [
            .text(cursor.rule), .text(cursor.key), .text(cursor.detail), .int8(Int64(limit)),
        ]
        let isNow = position == nil
        return try await steps(Self.reputationModels) { connection in
            let sums = try connection.execute(isNow ? Statements.sumPoints : Statements.sumPastPoints, moment)
            let items = try connection.execute(
                isNow ? Statements.listPoints : Statements.listPastPoints, moment + behind)
            return Reputation(
                rules: try sums.compactMap { row in
                    guard let rule = ReputationRule(rawValue: try row.text("rule")) else { return nil }
                    return RulePoints(rule: rule, items: try row.integer("items"), points: try row.integer("points"))
                },
                items: try items.compactMap { row in
                    guard let rule = ReputationRule(rawValue: try row.text("rule")),
                        let key = AgentKey(try row.text("key"))
                    else { return nil }
                    return Points(
                        rule: rule, key: key, detail: try row.text("detail"),
                        position: Position(try row.integer("since")), points: try row.integer("points"))
                })
        }
    }
}
