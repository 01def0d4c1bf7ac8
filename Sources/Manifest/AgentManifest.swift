/// An agent's manifest: its fields, and all findings about it.
///
/// The reader is permissive. Errors are: a missing required field; faults of id, version, description, pins,
/// dependencies and the module's digest; `main` or `module` outside the agent's folder; too long or too many
/// capabilities; a word or a number in the place of a boolean; a `ui.catalog` that is no mapping; control characters.
/// Everything else is a warning, and most faulty values are left out. An unknown member is a warning, since real
/// manifests go beyond the schema; names that begin with `x-` are free.
public struct AgentManifest: Sendable, Equatable {
    /// An input or an output of the agent.
    public struct Pin: Sendable, Equatable {
        /// The name of the pin.
        public let name: String
        /// The type, one of `types`.
        public let type: String
        /// What it is used for.
        public let description: String?

        /// All types of pins.
        public static let types = [
            "string", "number", "boolean", "json", "binary", "audio", "image", "video", "stream",
        ]
    }

    /// Another agent that this one depends on.
    public struct Dependency: Sendable, Equatable {
        /// The id of the agent as written.
        public let id: String
        /// The range of versions as written.
        public let range: String
        /// True for a peer dependency.
        public let isPeer: Bool
    }

    /// A package of another registry that contains the agent.
    public struct Package: Sendable, Equatable {
        /// The registry, such as `npm`, `pypi` or `oci`.
        public let registry: String
        /// The name of the package there.
        public let identifier: String
        /// Its version there, unchanged.
        public let version: String?
    }

    /// The address of a server that speaks the Model Context Protocol.
    public struct Remote: Sendable, Equatable {
        /// The transport, such as `streamable-http`.
        public let type: String
        /// The URL of the server.
        public let url: String
    }

    /// The ways to reach the agent over the Model Context Protocol.
    public struct ModelContextProtocol: Sendable, Equatable {
        /// Packages that contain the server.
        public let packages: [Package]
        /// Addresses at which the server runs.
        public let remotes: [Remote]
    }

    /// A file of the agent that is run.
    public struct Program: Sendable, Equatable {
        /// The member that names it, as a JSON pointer.
        public let path: String
        /// The file, relative to the agent's folder.
        public let file: String
        /// False for a further word of a command that only may be a file.
        public let isRequired: Bool

        /// Names a file.
        public init(path: String, file: String, isRequired: Bool) {
            self.path = path
            self.file = file
            self.isRequired = isRequired
        }
    }

    /// The id as written.
    public var id = ""
    /// The version; nil where it is missing or no SemVer.
    public var version: SemVer?
    /// The reference of the container image.
    public var image = ""
    /// The description.
    public var description = ""
    /// The inputs.
    public var inputs: [Pin] = []
    /// The outputs.
    public var outputs: [Pin] = []
    /// The runtime, such as `python3.12`.
    public var runtime: String?
    /// The license.
    public var license: LicenseExpression?
    /// The capabilities; nil where the manifest does not state them.
    public var capabilities: [String]?
    /// The dependencies; nil where the manifest does not state them.
    public var dependencies: [Dependency]?
    /// The oldest version of MentatLab that the agent runs on.
    public var minimumMentatVersion: SemVer?
    /// The name to display.
    public var title: String?
    /// An emoji or short text.
    public var icon: String?
    /// The category.
    public var category: String?
    /// The tags.
    public var tags: [String]?
    /// The author.
    public var author: String?
    /// The URL of the source code.
    public var sourceURL: String?
    /// The ways to reach the agent as a server of the Model Context Protocol.
    public var mcp: ModelContextProtocol?
    /// Packages of other registries that contain the agent.
    public var packages: [Package]?
    /// False where lists must not show the agent.
    public var isListed = true
    /// The digest of the wasm module, as the manifest gives it.
    public var wasmSHA256: String?
    /// The file of the wasm module, as the manifest names it.
    public var wasmModule: String?
    /// The files that the manifest says the agent runs, each with the member that names it.
    public var programs: [Program] = []
    /// All findings, in the order in which they were found. Of more than 100 only the first 100 are listed, errors
    /// first, and one more finding says how many are left out.
    public internal(set) var findings: [Finding] = []
}
