import Contract
import Crypto
import Events
import Projections

// Conversions from rows of the read models to the bodies of answers.

extension AgentSummary {
    init(_ row: AgentReader.Summary) throws {
        guard let key = AgentKey(row.key) else { throw ModelFault("an agent has the key '\(row.key)'") }
        self.init(
            id: key, agentID: row.agentID, displayName: row.title.isEmpty ? row.agentID : row.title,
            summary: row.summary, publisher: PublisherMention(username: row.username, isVerified: false),
            latestVersion: row.isWithheld ? nil : row.latestVersion, isYanked: row.isWithheld, downloads: row.readers,
            stars: row.stars,
            ratingHundredths: row.rating.hundredths, ratings: row.rating.count,
            categories: row.category.isEmpty ? [] : [row.category], isVerified: false, hasWASM: row.hasWASM,
            isDeprecated: row.isDeprecated, isQuarantined: row.isQuarantined, created: row.created, updated: row.updated
        )
    }
}

/// A row of a read model is invalid.
struct ModelFault: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}

extension AgentDetail {
    init(_ row: AgentReader.Detail) throws {
        let (published, listing) = (row.latest.published, row.latest.listing)
        self.init(
            summary: try AgentSummary(row.summary), author: row.latest.author, description: listing?.description,
            capabilities: published.capabilities ?? [], dependencies: published.dependencyBodies,
            inputs: (listing?.inputs ?? []).map(PinBody.init), outputs: (listing?.outputs ?? []).map(PinBody.init),
            tags: listing?.tags ?? [], icon: listing?.icon, image: listing?.image, license: published.license,
            isListed: published.listed, runtime: published.runtime, sourceURL: listing?.sourceURL,
            deprecation: row.deprecation.map { remark in
                DeprecationRemark(replacement: remark.replacement, note: remark.note, since: remark.since)
            }, quarantine: row.hold.map(ReasonRemark.init),
            ownersChanged: row.ownersChanged)
    }
}

extension VersionPage {
    init(_ row: AgentReader.Version, of key: AgentKey) {
        let published = row.published
        self.init(
            id: key, version: published.version, release: published.release, published: row.time,
            position: row.position, publisher: PublisherMention(username: row.publisher, isVerified: false),
            artifacts: published.artifacts.map { artifact in
                ArtifactBody(
                    role: artifact.role.rawValue, sha256: artifact.sha256, sizeBytes: artifact.sizeBytes,
                    url: Endpoints.showArtifact.target(ArtifactParameters(digest: artifact.sha256)),
                    isRemoved: row.removed.contains(artifact.sha256.hex) ? true : nil)
            }, author: row.author, capabilities: published.capabilities ?? [],
            dependencies: published.dependencyBodies, license: published.license, isListed: published.listed,
            listing: row.listing.map { RawObject($0.document) },
            minimumMentatVersion: published.minimumMentatVersion, runtime: published.runtime,
            isYanked: row.yank != nil, yank: row.yank.map(ReasonRemark.init),
            quarantine: row.hold.map(ReasonRemark.init))
    }
}

extension VersionPublished {
    fileprivate var dependencyBodies: [DependencyBody] {
        (dependencies ?? []).map(DependencyBody.init)
    }
}

extension DependencyBody {
    init(_ dependency: Dependency) {
        self.init(id: dependency.id.description, range: dependency.range, isPeer: dependency.isPeer)
    }
}

extension AgentHit {
    /// The agents of some rows as pages show them: not those that moderators hold.
    static func shown(_ rows: [AgentReader.Summary]) throws -> [AgentHit] {
        try rows.filter { !$0.isQuarantined }.map { AgentHit(try AgentSummary($0)) }
    }
}

extension DayDownloads {
    init(_ count: AgentReader.DownloadCount) {
        self.init(day: count.name, downloads: count.downloads, readers: count.readers)
    }
}

extension PinBody {
    fileprivate init(_ pin: ListingContent.Pin) {
        self.init(name: pin.name, type: pin.type, description: pin.description)
    }
}

extension ReasonRemark {
    fileprivate init(_ remark: Remark) {
        self.init(reason: remark.reason, note: remark.note, since: remark.since)
    }
}
