package import Crypto
package import Events

/// What the front for commands asks the model of files.
package struct FileReading: Sendable {
    /// A version that names a file: the agent, and the version as it was published.
    package typealias Naming = (key: AgentKey, version: String)
    /// A removed file, and an agent that does not say so yet.
    package typealias Unnoted = (sha256: SHA256Digest, key: AgentKey)

    /// The versions that name a file now, so many at most; nil where the model is behind.
    let versions: @Sendable (SHA256Digest, _ limit: Int) async throws -> [Naming]?
    /// What is left to say about removed files.
    let unnoted: @Sendable () async throws -> [Unnoted]
    /// Waits until the model is past a position; gives how far it is.
    let next: @Sendable (_ past: Position?) async throws -> Position

    /// Puts the questions together.
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
