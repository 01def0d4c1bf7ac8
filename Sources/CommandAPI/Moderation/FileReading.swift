package import Crypto
package import Events

/// The queries that the front for commands sends to the read model of files.
package struct FileReading: Sendable {
    /// A version that names a file: the agent, and the version as it was published.
    package typealias Naming = (key: AgentKey, version: String)
    /// A removed file, and an agent that names it and does not note the removal yet.
    package typealias Unnoted = (sha256: SHA256Digest, key: AgentKey)

    /// At most `limit` versions that name a file; nil where the model is behind.
    let versions: @Sendable (SHA256Digest, _ limit: Int) async throws -> [Naming]?
    /// The removals that agents do not note yet.
    let unnoted: @Sendable () async throws -> [Unnoted]
    /// Waits until the model has applied a position; returns how far it is.
    let next: @Sendable (_ past: Position?) async throws -> Position

    /// Creates the set of queries.
    package init(
        versions: @escaping @Sendable (SHA256Digest, Int) async throws -> [Naming]?,
        unnoted: @escaping @Sendable () async throws -> [Unnoted],
        next: @escaping @Sendable (Position?) async throws -> Position
    ) {
        self.versions = versions
        self.unnoted = unnoted
        self.next = next
    }
}
