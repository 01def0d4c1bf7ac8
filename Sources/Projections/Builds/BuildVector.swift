/// The builds that one answer is read from, one for each projection.
///
/// As long as an instance lives, its builds are held and not dropped.
public final class BuildVector: Sendable {
    /// The number of the build of each projection.
    let builds: [String: Int32]
    /// Names the vector: different builds have different ids.
    public let id: String
    /// The schemas of the builds, as the setting `search_path` names them.
    let searchPath: String

    init(_ builds: [String: Int32]) {
        self.builds = builds
        let sorted = builds.sorted { $0.key < $1.key }
        id = sorted.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        searchPath = sorted.map { Build.schema($0.key, $0.value) }.joined(separator: ", ")
    }

    /// Names the builds of some projections.
    func id(of projections: [Projection]) -> String {
        projections.map { "\($0.name)=\(builds[$0.name] ?? 0)" }.sorted().joined(separator: " ")
    }
}
