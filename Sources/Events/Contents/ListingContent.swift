/// The content `listing`: everything that a page shows of a version without opening an artifact.
public struct ListingContent: ContentDocument {
    /// An input or an output of an agent.
    public struct Pin: Sendable, Equatable {
        /// What it is used for.
        public let description: String?
        /// Its name.
        public let name: String
        /// Its type.
        public let type: String

        /// Describes a pin.
        public init(name: String, type: String, description: String?) {
            self.name = name
            self.type = type
            self.description = description
        }

        static let codec: Codec<Pin> = .object(
            { (description: String?, name: String, type: String) in
                Self(name: name, type: type, description: description)
            }, .optional("description", \.description, .text(.prose(2_048))),
            .field("name", \.name, .text(.prose(128))), .field("type", \.type, .text(.prose(64))))
    }

    /// A package of another registry that holds the agent.
    public struct Package: Sendable, Equatable {
        /// The name of the package in that registry.
        public let identifier: String
        /// The registry, such as `npm`, `pypi` or `oci`.
        public let registry: String
        /// The version in that registry, unchanged.
        public let version: String?

        /// Describes a package.
        public init(identifier: String, registry: String, version: String? = nil) {
            self.identifier = identifier
            self.registry = registry
            self.version = version
        }

        static let codec: Codec<Package> = .object(
            Self.init(identifier:registry:version:), .field("identifier", \.identifier, .text(.prose(512))),
            .field("registry", \.registry, .text(.prose(64))), .optional("version", \.version, .text(.prose(128))))
    }

    /// The address of a server that speaks the Model Context Protocol.
    public struct Remote: Sendable, Equatable {
        /// The transport, such as `streamable-http`.
        public let type: String
        /// The URL of the server.
        public let url: String

        /// Describes an address.
        public init(type: String, url: String) {
            self.type = type
            self.url = url
        }

        static let codec: Codec<Remote> = .object(
            Self.init(type:url:), .field("type", \.type, .text(.prose(64))), .field("url", \.url, .text(.prose(2_048))))
    }

    /// The ways to reach the agent over the Model Context Protocol.
    public struct ModelContextProtocol: Sendable, Equatable {
        /// Packages that contain the server.
        public let packages: [Package]
        /// Addresses at which the server runs.
        public let remotes: [Remote]

        /// Creates the value.
        public init(packages: [Package], remotes: [Remote]) {
            self.packages = packages
            self.remotes = remotes
        }

        static let codec: Codec<ModelContextProtocol> = .object(
            Self.init(packages:remotes:), .field("packages", \.packages, .list(Package.codec, 0...16)),
            .field("remotes", \.remotes, .list(Remote.codec, 0...16)))
    }

    /// The largest number of inputs, and of outputs.
    public static let maximumPins = 64
    /// The largest number of tags.
    public static let maximumTags = 32

    /// The category.
    public var category: String?
    /// The description, at most 8,192 characters.
    public var description: String?
    /// An emoji or a short text, at most 64 characters.
    public var icon: String?
    /// The reference of the container image.
    public var image: String?
    /// The inputs.
    public var inputs: [Pin]?
    /// The ways to reach the agent as a server of tools.
    public var mcp: ModelContextProtocol?
    /// The outputs.
    public var outputs: [Pin]?
    /// Packages of other registries that contain the agent.
    public var packages: [Package]?
    /// The URL of the source code.
    public var sourceURL: String?
    /// One line about the agent, at most 200 characters.
    public var summary: String?
    /// Tags of at most 64 characters each.
    public var tags: [String]?
    /// The name to display.
    public var title: String?

    /// Creates an empty listing.
    public init() {}

    public static let kind = ContentKind.listing
    public static let declaration = ContentDeclaration(
        .object(
            {
                (
                    category: String?, description: String?, icon: String?, image: String?, inputs: [Pin]?,
                    _: KindMark, mcp: ModelContextProtocol?, outputs: [Pin]?, packages: [Package]?, source: String?,
                    summary: String?, tags: [String]?, title: String?
                ) in
                var listing = Self()
                listing.category = category
                listing.description = description
                listing.icon = icon
                listing.image = image
                listing.inputs = inputs
                listing.mcp = mcp
                listing.outputs = outputs
                listing.packages = packages
                listing.sourceURL = source
                listing.summary = summary
                listing.tags = tags
                listing.title = title
                return listing
            }, .optional("category", \.category, .text(.prose(128))),
            .optional("description", \.description, .text(.prose(8_192))),
            .optional("icon", \.icon, .text(.prose(64))),
            .optional("image", \.image, .text(.prose(ContentLimits.document))),
            .optional("inputs", \.inputs, .list(Pin.codec, 0...maximumPins)), .kind(.listing),
            .optional("mcp", \.mcp, ModelContextProtocol.codec),
            .optional("outputs", \.outputs, .list(Pin.codec, 0...maximumPins)),
            .optional("packages", \.packages, .list(Package.codec, 0...16)),
            .optional("source_url", \.sourceURL, .text(.prose(2_048))),
            .optional("summary", \.summary, .text(.prose(200))),
            .optional("tags", \.tags, .list(.text(.prose(64)), 0...maximumTags)),
            .optional("title", \.title, .text(.prose(256)))))
}

/// Limits of texts in documents.
enum ContentLimits {
    /// The limit of a text that only the size of the document bounds.
    static let document = Content.maximumBytes
}
