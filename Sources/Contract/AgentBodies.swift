import Crypto
public import Events
public import JSON

/// One agent in a list, under the names of the specification (1.3, AgentSummary).
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
    /// True where it is not recommended any more.
    public var isDeprecated: Bool
    /// How many like it.
    public var stars: Int64
    /// How many have reviewed it.
    public var ratings: Int64
    /// Their average, in hundredths of a star.
    public var ratingHundredths: Int64
    /// How many have downloaded it, once a day each.
    public var downloads: Int64

    /// Puts one together.
    public init(
        key: String, agentID: String, username: String, title: String, summary: String, category: String?,
        latestVersion: String, hasWASM: Bool, created: Timestamp, updated: Timestamp, isDeprecated: Bool, stars: Int64,
        ratings: Int64, ratingHundredths: Int64, downloads: Int64
    ) {
        self.downloads = downloads
        self.isDeprecated = isDeprecated
        self.stars = stars
        self.ratings = ratings
        self.ratingHundredths = ratingHundredths
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

    /// Writes the object; `detail` adds what a page of its own shows, and `deprecation` why it is given up.
    public func encode(
        _ writer: inout JSONWriter, detail: AgentVersionBody? = nil,
        deprecation: (replacement: String?, note: String?)? = nil
    ) {
        writer.object { object in
            object.member("agent_id", agentID)
            object.member("author", detail?.listing?.author)
            if let detail { object.member("capabilities", detail.published.capabilities ?? []) }
            object.member("categories", category.map { [$0] } ?? [])
            object.member("created_at", created.description)
            if let detail { object.member("dependencies") { detail.encodeDependencies(&$0) } }
            if let deprecation {
                object.member("deprecation") { writer in
                    writer.object { object in
                        object.member("note", deprecation.note)
                        object.member("replacement", deprecation.replacement)
                    }
                }
            }
            object.member("description", detail?.listing?.description)
            object.member("display_name", displayName)
            object.member("download_count", downloads)
            object.member("has_wasm", hasWASM)
            object.member("icon", detail?.listing?.icon)
            object.member("id", key)
            object.member("image", detail?.listing?.image)
            if let detail { object.member("inputs") { detail.encodePins(detail.listing?.inputs, &$0) } }
            object.member("is_deprecated", isDeprecated)
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
            object.member("rating_avg") { $0.hundredths(ratingHundredths) }
            object.member("rating_count", ratings)
            object.member("runtime", detail?.published.runtime)
            object.member("source_url", detail?.listing?.sourceURL)
            object.member("star_count", stars)
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
    /// Why it is yanked; nil where it is not.
    public var yank: (reason: String, note: String?)?

    /// Puts one together.
    public init(
        key: String, published: VersionPublished, listing: ListingContent?, time: Timestamp, position: Position,
        yank: (reason: String, note: String?)?
    ) {
        self.yank = yank
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
            if let yank {
                object.member("yank") { writer in
                    writer.object { object in
                        object.member("note", yank.note)
                        object.member("reason", yank.reason)
                    }
                }
            }
            object.member("yanked", yank != nil)
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
            object.member("pagination") { pagination(limit: limit, nextCursor: nextCursor, &$0) }
            if name > "pagination" { list(&object) }
        }
        return writer.bytes
    }

    /// Writes `{limit, next_cursor?}`.
    public static func pagination(limit: Int, nextCursor: String?, _ writer: inout JSONWriter) {
        writer.object { object in
            object.member("limit", Int64(limit))
            object.member("next_cursor", nextCursor)
        }
    }
}

extension JSONWriter {
    /// Writes a number of hundredths as the number it is.
    public mutating func hundredths(_ value: Int64) {
        raw(Array(JSONNumber(Double(value) / 100)?.literal.utf8 ?? "0".utf8))
    }
}
