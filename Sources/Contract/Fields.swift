/// Header fields of the marketplace.
package enum Fields {
    /// The position of the last event that an answer reflects.
    package static let position = "marketplace-position"
    /// The version that a redirect leads to.
    package static let version = "marketplace-version"
    /// What has found the agents of an answer.
    package static let search = "marketplace-search"
    /// The position that an answer about the past is about.
    package static let asOf = "marketplace-as-of"
    /// What the counts of an answer mean.
    package static let counting = "marketplace-counting"
    /// The id of the request, in every answer and in the log's lines.
    package static let request = "request-id"
}
