public import Events

/// Erases a content; its commitment stays in the entry.
public struct ErasedContentEffect: AppendEffect {
    /// The position of the entry that commits to it.
    public let position: Position
    /// The field that commits to it.
    public let field: String

    /// Creates the effect for a content.
    public init(position: Position, field: String) {
        self.position = position
        self.field = field
    }

    public static let kind = EffectKind(
        "erased_content",
        [
            .int8("position") { (effect: Self) in effect.position.value },
            .text("field") { (effect: Self) in effect.field },
        ],
        file: PackageResources.effect_erased_content_sql)
}
