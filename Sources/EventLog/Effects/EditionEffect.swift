/// Refuses a command as `tooNew` while the vocabulary that may be written is of an earlier edition than its types.
///
/// An append carries it by itself where one of its types came after the first edition.
struct EditionEffect: AppendEffect {
    let edition: Int32

    static let kind = EffectKind(
        "edition", [.int8("edition") { (effect: Self) in Int64(effect.edition) }],
        file: PackageResources.effect_edition_sql)
}
