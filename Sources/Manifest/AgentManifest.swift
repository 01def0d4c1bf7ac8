/// An agent's manifest: what is read from it, and all that was found wrong with it.
///
/// Judged in permissive mode: a required field that is missing, and faults of id, version and pins, are
/// errors; everything else is a warning and what is faulty is left out. Unknown members are let pass,
/// since real manifests go beyond the schema.
public struct AgentManifest: Sendable, Equatable {
    /// An input or output.
    public struct Pin: Sendable, Equatable {
        /// Its name.
        public let name: String
        /// One of `types`.
        public let type: String
        /// What it is for.
        public let description: String?

        /// The types that there are.
        public static let types = [
            "string", "number", "boolean", "json", "binary", "audio", "image", "video", "stream",
        ]
    }

    /// Another agent that is needed.
    public struct Dependency: Sendable, Equatable {
        /// Its id as written.
        public let id: String
        /// Which versions.
        public let range: String
        /// True for a peer.
        public let isPeer: Bool
    }

    /// The id as written.
    public var id = ""
    /// The version; nil where it is missing or no SemVer.
    public var version: SemVer?
    /// The container image.
    public var image = ""
    /// What the agent is for.
    public var description = ""
    /// What it takes.
    public var inputs: [Pin] = []
    /// What it gives.
    public var outputs: [Pin] = []
    /// Such as `python3.12`.
    public var runtime: String?
    /// The licence.
    public var license: LicenseExpression?
    /// What it can do or asks for; nil where the manifest does not say.
    public var capabilities: [String]?
    /// What it needs; nil where the manifest does not say.
    public var dependencies: [Dependency]?
    /// The oldest MentatLab it runs on.
    public var minimumMentatVersion: SemVer?
    /// The display name.
    public var title: String?
    /// An emoji or short text.
    public var icon: String?
    /// One category.
    public var category: String?
    /// Words.
    public var tags: [String]?
    /// Who wrote it.
    public var author: String?
    /// Where the source is.
    public var sourceURL: String?
    /// False where it shall not be listed.
    public var isListed = true
    /// The digest of the wasm module, as the manifest gives it.
    public var wasmSHA256: String?
    /// The file of the wasm module, as the manifest names it.
    public var wasmModule: String?
    /// All findings, in the order of the fields.
    public internal(set) var findings: [Finding] = []
}
