/// Every type of event that this program knows.
///
/// A program that meets another type stops loudly: what it does not know it can't fold. Each file of payloads lists its
/// types, so that a new one touches that file.
public enum EventCatalogue {
    /// All types.
    public static let all: [any EventPayload.Type] =
        log + accounts + tokens + roles + releases + quarantine + judgments + flags + downloads + contents + artifacts

    /// Their names.
    public static let types: [String] = all.map { $0.type }

    private static let byName: [String: any EventPayload.Type] = Dictionary(
        uniqueKeysWithValues: all.map { ($0.type, $0) })

    /// The type of a name; nil where this program does not know it.
    public static func payload(of type: String) -> (any EventPayload.Type)? { byName[type] }
}
