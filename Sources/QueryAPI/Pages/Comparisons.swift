import Contract
import Crypto
import Events
import HTTPFront
import Manifest
import Projections
import Web

extension QueryFront {
    /// Adds the page that shows two agents, or two versions, side by side.
    func addComparison(to routes: inout QueryRoutes) {
        routes.onDocument(Endpoints.comparePage, of: AgentReader.shownModels, within: documentShares) { query in
            guard let left = query.left, let right = query.right else {
                return Document(
                    page: ComparePage(query: query, sides: [], manifests: nil, position: nil),
                    reflecting: try await agents.agents([]).reflection)
            }
            let copied = try await filesKnown(from: query.minimumPosition)
            let (first, firstReflection) = try await side(left)
            let (second, secondReflection) = try await side(right)
            var manifests: ComparePage.Manifests?
            if left.id == right.id, let old = first.manifest, let new = second.manifest {
                manifests = try await documents.difference(old, new)
            }
            let reflection = firstReflection.merged(with: secondReflection).withFiles(copied)
            let page = ComparePage(
                query: query, sides: [first, second], manifests: manifests, position: reflection.position)
            return Document(page: page, reflecting: reflection)
        }
    }

    private func side(_ asked: Compared) async throws -> (ComparePage.Side, Reflection) {
        let (agent, reflection) = try await shownAgent(asked.id)
        let version: VersionPage
        let read: Reflection
        if let number = asked.version ?? agent.summary.latestVersion.flatMap({ SemVer($0) }) {
            let found = try await self.version(VersionParameters(id: asked.id, version: number))
            (version, read) = (VersionPage(found.value, of: asked.id), found.reflection)
        } else {
            // All are yanked or held.
            let found = try await listVersions(VersionListParameters(id: asked.id, limit: 1))
            guard let highest = found.value.versions.first else { throw FrontRequest.noAgent(asked.id) }
            (version, read) = (highest, found.reflecting)
        }
        return (
            ComparePage.Side(asked: asked, agent: agent, version: version), reflection.merged(with: read)
        )
    }
}

extension ComparePage.Side {
    fileprivate var manifest: SHA256Digest? {
        version.artifacts.first { $0.role == Artifact.Role.manifest.rawValue }?.sha256
    }
}
