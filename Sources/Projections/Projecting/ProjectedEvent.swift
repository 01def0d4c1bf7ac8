public import Events

/// An event for a model, with those of its contents that are not erased.
///
/// It is shared: every model of a build gets the same one, and what it holds is large.
public final class ProjectedEvent: Sendable {
    /// Its position.
    public let position: Position
    /// Its envelope.
    public let envelope: Envelope
    /// The contents by the committing field; a missing one was erased.
    public let contents: [String: Content]

    init(position: Position, envelope: Envelope, contents: [String: Content]) {
        self.position = position
        self.envelope = envelope
        self.contents = contents
    }

    /// The event itself.
    var event: any EventPayload { envelope.event }

    /// The document of a content of a kind; nil where it was erased.
    func content(_ kind: ContentKind) -> [UInt8]? { contents[kind.field]?.document }

    /// A content of a kind; nil where it was erased.
    func content<Document: ContentDocument>(_: Document.Type) throws -> Document? {
        try content(Document.kind).map { try Document(document: $0) }
    }
}

/// A text in a form that a column can store: Postgres's `text` can't hold U+0000, and one in the log must not stop a
/// model.
func storable(_ text: String?) -> String? {
    text?.replacing("\u{0}", with: "\u{fffd}")
}
