import Events
import Postgres
import Search

extension Generations {
    /// The scores that rank agents: one generation each day, and one more whenever the agents have grown by a quarter.
    public static let searchScores = Generations(name: "scores", models: [.agents]) { day, _, connection in
        guard let last = try connection.execute(Statements.lastGenerations).first else { return .now(1) }
        let number = Int32(clamping: try last.integer("generation")) + 1
        if try last.integer("day") < day.number { return .now(number) }
        let known = try last.integer("agents")
        let agents = try connection.execute(Statements.countAgents).first?.integer(0) ?? 0
        return agents > known + max(known / 4, 10) ? .now(number) : .settled
    } make: { number, day, next, connection in
        let (generation, day) = (PostgresValue.int4(number), PostgresValue.int4(Int32(clamping: day.number)))
        let agents = try connection.execute(
            Statements.beginGeneration, [generation, day, .int8(next.value)]
        ).first?.integer("agents")
        try connection.execute(Statements.scoreAgents, [generation, day])
        try connection.execute(
            Statements.countWords, [generation, .int8(agents ?? 0), .int8(ListedWord.maximumPlaces)])
        try connection.execute(Statements.dropGenerations, [generation])
    }
}
