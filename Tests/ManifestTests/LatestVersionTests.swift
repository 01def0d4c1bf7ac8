import Manifest
import Testing

@Suite struct LatestVersionTests {
    @Test(arguments: [
        (["1.0.0", "1.10.0", "1.9.0"], [], "1.10.0"), (["1.0.0", "2.0.0-rc.1"], [], "1.0.0"),
        (["2.0.0-rc.1", "2.0.0-rc.2"], [], "2.0.0-rc.2"), (["1.0.0", "2.0.0"], ["2.0.0"], "1.0.0"),
        (["1.0.0", "2.0.0-rc.1"], ["1.0.0"], "2.0.0-rc.1"), (["1.0.0", "0.9.0"], ["1.0.0", "0.9.0"], "1.0.0"),
    ])
    func theLatestIsTheBestThatIsLeft(_ versions: [String], _ yanked: [String], _ latest: String) {
        for order in [versions, versions.reversed()] {
            #expect(LatestVersion.shown(among: order) { (SemVer($0), yanked.contains($0)) } == latest)
        }
        #expect(LatestVersion.shown(among: [String]()) { (SemVer($0), false) } == nil)
    }
}
