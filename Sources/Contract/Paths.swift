/// The paths of the marketplace.
public enum Paths {
    /// What stands before every path of the API.
    public static let base = "/api/v1/marketplace"

    /// A version's page in the API.
    public static func version(_ key: String, _ version: String) -> String {
        // A plus sign is data in a path; everything else in a SemVer is unreserved.
        "\(base)/agents/\(key)/versions/\(version.replacing("+", with: "%2B"))"
    }

    /// What installers read of an agent.
    public static func index(_ key: String) -> String { "/index/\(key)" }

    /// A file by digest.
    public static func artifact(_ sha256: String) -> String { "\(base)/artifacts/sha256/\(sha256)" }
}

/// Header fields of the marketplace.
public enum Fields {
    /// The position of the last event that an answer reflects.
    public static let position = "marketplace-position"
    /// The version that a redirect leads to.
    public static let version = "marketplace-version"
    /// The id of the request, in every answer and in the log's lines.
    public static let request = "request-id"
}
