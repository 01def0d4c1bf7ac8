import CommandLine
import Projections

extension Projection {
    /// The names of all projections, for a person.
    static var names: String { ProjectionCatalogue.all.map(\.name).joined(separator: ", ") }

    /// The projections of some names.
    static func named(_ names: [String]) throws(UsageError) -> [Projection] {
        for name in names where !ProjectionCatalogue.all.contains(where: { $0.name == name }) {
            throw UsageError("there is no projection '\(name)'; there are \(Self.names).")
        }
        return ProjectionCatalogue.all.filter { names.contains($0.name) }
    }
}
