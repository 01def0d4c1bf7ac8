/// A word that many agents have.
public struct ListedWord: Sendable {
    /// The most places that are listed: those of the best known agents.
    public static let maximumPlaces: Int64 = 200_000

    /// In how many agents it stands.
    public let agents: Int64
    /// The places of those that have it, of the best known ones.
    let places: PlaceSet

    /// Creates the value.
    ///
    /// - Parameters:
    ///   - agents: in how many agents it stands.
    ///   - places: all up to `maximumPlaces` that have it, in their order.
    public init(agents: Int64, places: [Int32]) {
        self.agents = agents
        self.places = PlaceSet(places)
    }
}
