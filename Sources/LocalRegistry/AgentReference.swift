package import AgentIndex
package import Contract
package import Events
package import Manifest

/// An agent and what stands behind its `@`: `acme.tool`, `acme.tool@1.2.0`, `acme.tool@^1`.
package struct AgentReference: Sendable {
    package let id: AgentID
    /// What stands behind the `@`; nil where nothing does.
    package let version: String?

    package init(_ text: String) throws(Failure) {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let id = AgentID(parts[0]) else {
            throw Failure(
                .usage, "usage",
                "'\(text.prefix(200))' names no agent: an id has letters, digits, '.', '-' and '_', such as acme.word-count."
            )
        }
        guard parts.count == 1 || !parts[1].isEmpty else {
            throw Failure(.usage, "usage", "a version is missing behind the '@' of '\(text.prefix(200))'.")
        }
        self.id = id
        version = parts.count == 2 ? parts[1] : nil
    }

    /// Which versions are meant; the latest where none is named.
    package func request() throws(Failure) -> VersionRequest {
        guard let version else { return .latest }
        guard let request = VersionRequest(version) else {
            throw Failure(
                .usage, "usage",
                "'\(version.prefix(128))' is neither 'latest' nor a version nor a range of versions such as ^1.2.")
        }
        return request
    }

    /// The one version that is named.
    package func exactVersion() throws(Failure) -> SemVer {
        guard let version, let exact = SemVer(version) else {
            throw Failure(.usage, "usage", "name the version, such as \(id)@1.0.0.")
        }
        return exact
    }
}
