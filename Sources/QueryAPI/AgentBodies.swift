import Contract
import Crypto
import Events
import JSON
import Projections

/// What lists and pages say of agents, under the names of the specification (1.3, AgentSummary).
extension AgentReader.Summary {
    /// Writes the object; `detail` adds what the agent's own page shows.
    func encode(_ writer: inout JSONWriter, detail: AgentReader.Detail? = nil) {
        let latest = detail?.latest
        writer.object { object in
            object.member("agent_id", agentID)
            object.member("author", latest?.author)
            if let latest { object.member("capabilities", latest.published.capabilities ?? []) }
            object.member("categories", category.isEmpty ? [] : [category])
            object.member("created_at", created.description)
            if let latest { object.member("dependencies") { latest.encodeDependencies(&$0) } }
            if let deprecation = detail?.deprecation {
                object.member("deprecation") { deprecation.encodeDeprecation(&$0) }
            }
            object.member("description", latest?.listing?.description)
            object.member("display_name", title.isEmpty ? agentID : title)
            object.member("download_count", readers)
            object.member("has_wasm", hasWASM)
            object.member("icon", latest?.listing?.icon)
            object.member("id", key)
            object.member("image", latest?.listing?.image)
            if let latest { object.member("inputs") { encodePins(latest.listing?.inputs, &$0) } }
            object.member("is_deprecated", isDeprecated)
            object.member("is_verified", false)
            object.member("latest_version", latestVersion)
            object.member("license", latest?.published.license)
            object.member("listed", latest?.published.listed)
            if let latest { object.member("outputs") { encodePins(latest.listing?.outputs, &$0) } }
            object.member("publisher") { writer in
                writer.object { object in
                    object.member("is_verified", false)
                    object.member("username", username)
                }
            }
            if let hold = detail?.hold { object.member("quarantine") { hold.encodeReason(&$0) } }
            object.member("rating_avg") { $0.hundredths(rating.hundredths) }
            object.member("rating_count", rating.count)
            object.member("runtime", latest?.published.runtime)
            object.member("source_url", latest?.listing?.sourceURL)
            object.member("star_count", stars)
            object.member("summary", summary)
            if let latest { object.member("tags", latest.listing?.tags ?? []) }
            object.member("updated_at", updated.description)
        }
    }
}

extension AgentReader.Detail {
    /// Writes the object of the agent's own page.
    func encode(_ writer: inout JSONWriter) { summary.encode(&writer, detail: self) }
}

extension AgentReader.Version {
    /// Writes the object of a version.
    func encode(_ key: AgentKey, _ writer: inout JSONWriter) {
        writer.object { object in
            object.member("artifacts") { writer in
                writer.array(published.artifacts) { artifact, writer in
                    writer.object { object in
                        if removed.contains(artifact.sha256.hex) { object.member("removed", true) }
                        object.member("role", artifact.role.rawValue)
                        object.member("sha256", artifact.sha256.hex)
                        object.member("size", artifact.sizeBytes)
                        object.member("url", Paths.artifact(artifact.sha256.hex))
                    }
                }
            }
            object.member("author", author)
            object.member("capabilities", published.capabilities ?? [])
            object.member("dependencies") { encodeDependencies(&$0) }
            object.member("id", key.description)
            object.member("license", published.license)
            object.member("listed", published.listed)
            if let listing {
                object.member("listing") { $0.raw(listing.document) }
            }
            object.member("min_mentat_version", published.minimumMentatVersion)
            object.member("position", position.value)
            object.member("published_at", time.description)
            if let hold { object.member("quarantine") { hold.encodeReason(&$0) } }
            object.member("release", published.release.hex)
            object.member("runtime", published.runtime)
            object.member("version", published.version)
            if let yank { object.member("yank") { yank.encodeReason(&$0) } }
            object.member("yanked", yank != nil)
        }
    }

    fileprivate func encodeDependencies(_ writer: inout JSONWriter) {
        writer.array(published.dependencies ?? []) { dependency, writer in
            writer.object { object in
                object.member("id", dependency.id.description)
                object.member("peer", dependency.isPeer)
                object.member("range", dependency.range)
            }
        }
    }
}

extension Remark {
    fileprivate func encodeReason(_ writer: inout JSONWriter) {
        writer.object { object in
            object.member("note", note)
            object.member("reason", reason)
            object.member("since", since.description)
        }
    }

    fileprivate func encodeDeprecation(_ writer: inout JSONWriter) {
        writer.object { object in
            object.member("note", note)
            object.member("replacement", replacement)
            object.member("since", since.description)
        }
    }
}

private func encodePins(_ pins: [ListingContent.Pin]?, _ writer: inout JSONWriter) {
    writer.array(pins ?? []) { pin, writer in
        writer.object { object in
            object.member("description", pin.description)
            object.member("name", pin.name)
            object.member("type", pin.type)
        }
    }
}
