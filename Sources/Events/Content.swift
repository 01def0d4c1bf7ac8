public import Crypto
public import JSON

/// What somebody wrote, kept beside the log under a commitment and erasable one by one.
public struct Content: Sendable, Equatable {
    /// The most bytes of a document.
    public static let maximumBytes = 32_768

    /// The canonical JSON document, with its `kind`.
    public let document: [UInt8]
    /// 32 random bytes, without which the document can't be guessed from its commitment.
    public let nonce: [UInt8]

    /// Wraps a document.
    public init(document: [UInt8], nonce: [UInt8]) {
        precondition(nonce.count == 32, "a nonce has 32 bytes")
        self.document = document
        self.nonce = nonce
    }

    /// SHA-256(nonce ‖ document): what stands in the entry.
    public var commitment: SHA256Digest { SHA256Digest(of: nonce + document) }
}

/// The content `listing`: all that a page shows of a version without opening an artifact.
public struct ListingContent: Sendable, Equatable {
    /// An input or output.
    public struct Pin: Sendable, Equatable {
        /// Its name.
        public let name: String
        /// Its type.
        public let type: String
        /// What it is for.
        public let description: String?

        /// Describes a pin.
        public init(name: String, type: String, description: String?) {
            self.name = name
            self.type = type
            self.description = description
        }
    }

    /// The display name.
    public var title: String?
    /// One line.
    public var summary: String?
    /// At most 8 KiB.
    public var description: String?
    /// One category.
    public var category: String?
    /// Words.
    public var tags: [String]?
    /// Who wrote it, as the manifest says.
    public var author: String?
    /// The container image.
    public var image: String?
    /// Where the source is.
    public var sourceURL: String?
    /// An emoji or short text.
    public var icon: String?
    /// At most 64.
    public var inputs: [Pin]?
    /// At most 64.
    public var outputs: [Pin]?

    /// An empty listing.
    public init() {}

    /// Canonical JSON.
    public var document: [UInt8] {
        var writer = JSONWriter()
        writer.object { object in
            object.member("author", author)
            object.member("category", category)
            object.member("description", description)
            object.member("icon", icon)
            object.member("image", image)
            Self.encode("inputs", inputs, &object)
            object.member("kind", "listing")
            Self.encode("outputs", outputs, &object)
            object.member("source_url", sourceURL)
            object.member("summary", summary)
            object.member("tags", tags)
            object.member("title", title)
        }
        return writer.bytes
    }

    private static func encode(_ name: String, _ pins: [Pin]?, _ object: inout JSONWriter.Members) {
        guard let pins else { return }
        object.member(name) { writer in
            writer.array(pins) { pin, writer in
                writer.object { object in
                    object.member("description", pin.description)
                    object.member("name", pin.name)
                    object.member("type", pin.type)
                }
            }
        }
    }

    /// Reads a document.
    public init(document: [UInt8]) throws(JSONError) {
        var reader = try JSONReader(document)
        var listing = ListingContent()
        var isKnown: Bool?
        try reader.object { name, reader throws(JSONError) in
            switch name {
            case "author": listing.author = try reader.string()
            case "category": listing.category = try reader.string()
            case "description": listing.description = try reader.string()
            case "icon": listing.icon = try reader.string()
            case "image": listing.image = try reader.string()
            case "inputs": listing.inputs = try Self.pins(&reader)
            case "kind": isKnown = try reader.text("listing") { "listing" ~= $0 ? true : nil }
            case "outputs": listing.outputs = try Self.pins(&reader)
            case "source_url": listing.sourceURL = try reader.string()
            case "summary": listing.summary = try reader.string()
            case "tags":
                var tags: [String] = []
                try reader.array { reader throws(JSONError) in tags.append(try reader.string()) }
                listing.tags = tags
            case "title": listing.title = try reader.string()
            default: throw reader.unknownMember()
            }
        }
        try reader.end()
        _ = try reader.require(isKnown, "kind")
        self = listing
    }

    private static func pins(_ reader: inout JSONReader) throws(JSONError) -> [Pin] {
        var pins: [Pin] = []
        try reader.array { reader throws(JSONError) in
            var name: String?
            var type: String?
            var description: String?
            try reader.object { member, reader throws(JSONError) in
                switch member {
                case "name": name = try reader.string()
                case "type": type = try reader.string()
                case "description": description = try reader.string()
                default: throw reader.unknownMember()
                }
            }
            pins.append(
                Pin(
                    name: try reader.require(name, "name"), type: try reader.require(type, "type"),
                    description: description))
        }
        return pins
    }
}
