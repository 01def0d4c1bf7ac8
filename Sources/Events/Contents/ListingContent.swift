/// The content `listing`: all that a page shows of a version without opening an artifact.
public struct ListingContent: ContentDocument {
    /// An input or output.
    public struct Pin: Sendable, Equatable {
        /// What it is for.
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
        /// The package's name there.
        public let identifier: String
        /// Such as `npm`, `pypi` or `oci`.
        public let registry: String
        /// The version there, verbatim.
        public let version: String?

        /// Names a package.
        public init(identifier: String, registry: String, version: String? = nil) {
            self.identifier = identifier
            self.registry = registry
            self.version = version
        }

        static let codec: Codec<Package> = .object(
            Self.init(identifier:registry:version:), .field("identifier", \.identifier, .text(.prose(512))),
            .field("registry", \.registry, .text(.prose(64))), .optional("version", \.version, .text(.prose(128))))
    }

    /// Where a server that speaks the Model Context Protocol is reached.
    public struct Remote: Sendable, Equatable {
        /// Such as `streamable-http`.
        public let type: String
        /// Its address.
        public let url: String

        /// Names an address.
        public init(type: String, url: String) {
            self.type = type
            self.url = url
        }

        static let codec: Codec<Remote> = .object(
            Self.init(type:url:), .field("type", \.type, .text(.prose(64))), .field("url", \.url, .text(.prose(2_048))))
    }

    /// How the agent is reached as a server that speaks the Model Context Protocol.
    public struct ModelContextProtocol: Sendable, Equatable {
        /// Packages that run it.
        public let packages: [Package]
        /// Addresses where it runs.
        public let remotes: [Remote]

        /// States both.
        public init(packages: [Package], remotes: [Remote]) {
            self.packages = packages
            self.remotes = remotes
        }

        static let codec: Codec<ModelContextProtocol> = .object(
            Self.init(packages:remotes:), .field("packages", \.packages, .list(Package.codec, 0...16)),
            .field("remotes", \.remotes, .list(Remote.codec, 0...16)))
    }

    /// The most inputs, and the most outputs.
    public static let maximumPins = 64
    /// The most tags.
    public static let maximumTags = 32

    /// One category.
    public var category: String?
    /// At most 8 KiB.
    public var description: String?
    /// An emoji or short text.
    public var icon: String?
    /// The container image.
    public var image: String?
    /// What goes in.
    public var inputs: [Pin]?
    /// How it is reached as a server of tools.
    public var mcp: ModelContextProtocol?
    /// What comes out.
    public var outputs: [Pin]?
    /// Packages of other registries.
    public var packages: [Package]?
    /// Where the source is.
    public var sourceURL: String?
    /// One line.
    public var summary: String?
    /// Words.
    public var tags: [String]?
    /// The display name.
    public var title: String?

    /// An empty listing.
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

/// Bounds of texts in documents.
enum ContentLimits {
    /// A text that only the document's own size bounds.
    static let document = Content.maximumBytes
}
