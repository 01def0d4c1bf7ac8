public import Events
public import JSON

/// How often something was flagged, for moderators.
public struct FlagCountBody: Sendable {
    /// What was flagged.
    public var kind: String
    /// Which, as entries name it.
    public var target: String
    /// How often, by reason.
    public var reasons: [(reason: String, count: Int64)]
    /// How often.
    public var count: Int64
    /// When last.
    public var last: Timestamp

    /// Puts one together.
    public init(
        kind: String, target: String, reasons: [(reason: String, count: Int64)], count: Int64, last: Timestamp
    ) {
        self.kind = kind
        self.target = target
        self.reasons = reasons
        self.count = count
        self.last = last
    }

    /// Writes the object.
    public func encode(_ writer: inout JSONWriter) {
        writer.object { object in
            object.member("count", count)
            object.member("kind", kind)
            object.member("last_flagged_at", last.description)
            object.member("reasons") { writer in
                writer.object { object in
                    for (reason, count) in reasons.sorted(by: { $0.reason < $1.reason }) {
                        object.member(reason, count)
                    }
                }
            }
            object.member("target", target)
        }
    }
}
