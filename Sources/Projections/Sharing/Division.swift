import Crypto
import Postgres

/// How a build is divided among workers, and how it should be.
///
/// A model that is sliced is divided by slices of the log, which all of those present get alike; any other one goes to one of
/// them as a whole.
struct Division: Sendable {
    let projection: Projection
    let build: Build
    /// Rises with each division of the build.
    let number: Int64
    /// The workers that hold something of it.
    let holders: [Int64]
    /// The workers that could, in the order in which they came.
    let present: [Int64]

    init(_ row: PostgresRow) throws {
        let name = try row.text("projection")
        guard let projection = ProjectionCatalogue.all.first(where: { $0.name == name }) else {
            throw BuildFault(description: "there is no projection '\(name)'")
        }
        self.projection = projection
        build = try Build(row, of: name)
        holders = try row.integers(3)
        present = try row.integers(4)
        number = try row.integer("division")
    }

    /// The workers that should hold something of it.
    var wanted: [Int64] {
        switch projection.reach {
        case .sliced: return Array(present.prefix(SliceCursors.count))
        case .whole:
            guard !present.isEmpty else { return [] }
            // Every release gives it to the same one, whatever other models it has.
            let chosen = SHA256Digest(of: Array(projection.name.utf8)).leadingWord % UInt64(present.count)
            return [present[Int(chosen)]]
        }
    }

    /// True where it is not divided among those that should hold it, and no others.
    var isDue: Bool { holders != wanted }

    /// The slices that each of those should hold.
    var shares: [(worker: Int64, slices: [Int])] {
        wanted.enumerated().map { number, worker in
            (worker, (0..<SliceCursors.count).filter { $0 % wanted.count == number })
        }
    }
}
