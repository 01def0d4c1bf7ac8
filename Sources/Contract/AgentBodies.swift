import Crypto
public import Events
public import JSON

/// One agent in a list, under the names of the specification (1.3, AgentSummary).
///
/// Counts are 0 until the events that they count exist.
public struct AgentSummaryBody: Sendable {
    /// The key.
    public var key: String
    /// The registered spelling.
    public var agentID: String
    /// The owner's name.
    public var username: String
    /// The display name; the registered spelling where there is none.
    public var displayName: String
    /// One line.
    public var summary: String
    /// The category, where there is one.
    public var category: String?
    /// The version that is shown.
    public var latestVersion: String
    /// True where that version has a WebAssembly module.
    public var hasWASM: Bool
    /// When it was registered.
    public var created: Timestamp
    /// When a version was last published.
    public var updated: Timestamp

    /// Puts one together.
    public init(
        key: String, agentID: String, username: String, title: String, summary: String, category: String?,
        latestVersion: String, hasWASM: Bool, created: Timestamp, updated: Timestamp
    ) {
        self.key = key
        self.agentID = agentID
        self.username = username
        displayName = title.isEmpty ? agentID : title
        self.summary = summary
        self.category = category
        self.latestVersion = latestVersion
        self.hasWASM = hasWASM
        self.created = created
        self.updated = updated
    }

    /// Writes the object; `detail` adds what a page of its own shows.
    public func encode(_ writer: inout JSONWriter, detail: AgentVersionBody? = nil) {
        writer.object { object in
            object.member("agent_id", agentID)
            object.member("author", detail?.listing?.author)
            if let detail { object.member("capabilities", detail.published.capabilities ?? []) }
            object.member("categories", category.map { [$0] } ?? [])
            object.member("created_at", created.description)
            if let detail { object.member("dependencies") { detail.encodeDependencies(&$0) } }
            object.member("description", detail?.listing?.description)
            object.member("display_name", displayName)
            object.member("download_count", Int64(0))
            object.member("has_wasm", hasWASM)
            object.member("icon", detail?.listing?.icon)
            object.member("id", key)
            object.member("image", detail?.listing?.image)
            if let detail { object.member("inputs") { detail.encodePins(detail.listing?.inputs, &$0) } }
            object.member("is_verified", false)
            object.member("latest_version", latestVersion)
            object.member("license", detail?.published.license)
            object.member("listed", detail?.published.listed)
            if let detail { object.member("outputs") { detail.encodePins(detail.listing?.outputs, &$0) } }
            object.member("publisher") { writer in
                writer.object { object in
                    object.member("is_verified", false)
                    object.member("username", username)
                }
            }
            object.member("rating_avg", Int64(0))
            object.member("runtime", detail?.published.runtime)
            object.member("source_url", detail?.listing?.sourceURL)
            object.member("star_count", Int64(0))
            object.member("summary", summary)
            if let detail { object.member("tags", detail.listing?.tags ?? []) }
            object.member("updated_at", updated.description)
        }
    }
}

/// One version of an agent.
public struct AgentVersionBody: Sendable {
    /// The key of the agent.
    public var key: String
    /// What the entry says.
    public var published: VersionPublished
    /// What people wrote; nil where it was erased.
    public var listing: ListingContent?
    /// When.
    public var time: Timestamp
    /// Where the log says so.
    public var position: Position

    /// Puts one together.
    public init(
        key: String, published: VersionPublished, listing: ListingContent?, time: Timestamp, position: Position
    ) {
        self.key = key
        self.published = published
        self.listing = listing
        self.time = time
        self.position = position
    }

    /// Writes the object.
    public func encode(_ writer: inout JSONWriter) {
        writer.object { object in
            object.member("artifacts") { writer in
                writer.array(published.artifacts) { artifact, writer in
                    writer.object { object in
                        object.member("role", artifact.role.rawValue)
                        object.member("sha256", artifact.sha256.hex)
                        object.member("size", artifact.sizeBytes)
                        object.member("url", Paths.artifact(artifact.sha256.hex))
                    }
                }
            }
            object.member("capabilities", published.capabilities ?? [])
            object.member("dependencies") { encodeDependencies(&$0) }
            object.member("id", key)
            object.member("license", published.license)
            object.member("listed", published.listed)
            if let listing {
                object.member("listing") { $0.raw(listing.document) }
            }
            object.member("min_mentat_version", published.minimumMentatVersion)
            object.member("position", position.value)
            object.member("published_at", time.description)
            object.member("release", published.release.hex)
            object.member("runtime", published.runtime)
            object.member("version", published.version)
            object.member("yanked", false)
        }
    }

    func encodeDependencies(_ writer: inout JSONWriter) {
        writer.array(published.dependencies ?? []) { dependency, writer in
            writer.object { object in
                object.member("id", dependency.id.description)
                object.member("peer", dependency.isPeer)
                object.member("range", dependency.range)
            }
        }
    }

    func encodePins(_ pins: [ListingContent.Pin]?, _ writer: inout JSONWriter) {
        writer.array(pins ?? []) { pin, writer in
            writer.object { object in
                object.member("description", pin.description)
                object.member("name", pin.name)
                object.member("type", pin.type)
            }
        }
    }
}

/// A page of a list.
public enum PageBody {
    /// Writes `{<name>: […], "pagination": {limit, next_cursor?}}`.
    public static func encode<Element>(
        _ name: String, _ elements: [Element], limit: Int, nextCursor: String?,
        _ body: (Element, inout JSONWriter) -> Void
    ) -> [UInt8] {
        var writer = JSONWriter(reservingBytes: 16_384)
        func list(_ object: inout JSONWriter.Members) {
            object.member(name) { $0.array(elements, body) }
        }
        writer.object { object in
            if name < "pagination" { list(&object) }
            object.member("pagination") { writer in
                writer.object { object in
                    object.member("limit", Int64(limit))
                    object.member("next_cursor", nextCursor)
                }
            }
            if name > "pagination" { list(&object) }
        }
        return writer.bytes
    }
}
