/// All types of events that this program knows.
///
/// A program that meets another type stops with an error, since it can't fold it. Each file of payloads lists its
/// types, so a new type changes only that file.
public enum EventCatalogue {
    /// All types.
    public static let all: [any EventPayload.Type] =
        log + accounts + tokens + roles + releases + quarantine + judgments + flags + downloads + contents + artifacts
        + next

    #if !MENTATLAB_NEXT
        private static let next: [any EventPayload.Type] = []
    #endif

    /// The edition of the vocabulary that this program knows: the highest of any type.
    public static let edition: Int32 = all.map { $0.edition }.max() ?? 1

    /// The names of all types.
    public static let types: [String] = all.map { $0.type }

    /// The types whose entries may commit to contents.
    public static let committing = Set(all.filter { $0.fields.contains { $0.content != nil } }.map { $0.type })

    private static let byName: [String: any EventPayload.Type] = Dictionary(
        uniqueKeysWithValues: all.map { ($0.type, $0) })

    /// The type of a name; nil where this program does not know it.
    public static func payload(of type: String) -> (any EventPayload.Type)? { byName[type] }
}
