/// The builds that one answer is read from, one for each projection.
///
/// As long as an instance lives, its builds are held and not dropped.
public final class BuildVector: Sendable {
    /// The build of each projection.
    let builds: [String: Build]
    /// Names the vector: other builds have another id, and so has a build after what was parked in it is applied.
    public let id: String
    /// The schemas of the builds, as the setting `search_path` names them.
    let searchPath: String

    init(_ builds: [String: Build]) {
        self.builds = builds
        let sorted = builds.sorted { $0.key < $1.key }
        id = sorted.map { "\($0.key)=\($0.value.name)" }.joined(separator: " ")
        searchPath = sorted.map(\.value.schema).joined(separator: ", ")
    }

    /// Names the builds of some projections.
    func id(of projections: [Projection]) -> String {
        projections.map { "\($0.name)=\(builds[$0.name]?.name ?? "")" }.sorted().joined(separator: " ")
    }
}
