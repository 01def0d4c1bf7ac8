import Contract
import Events
import Testing

/// A moment is a position, a day or a time by RFC 3339, and nothing else.
@Suite struct AsOfTests {
    @Test(arguments: [
        ("0", "0"), ("9007199254740991", "9007199254740991"), ("2026-11-01", "2026-11-01T23:59:59.999Z"),
        ("2026-11-01T12:00:00Z", "2026-11-01T12:00:00.000Z"), ("2026-11-01t12:00:00.5z", "2026-11-01T12:00:00.500Z"),
        ("2026-11-01T12:00:00.123999Z", "2026-11-01T12:00:00.123Z"),
        ("2026-11-01T12:00:00+02:00", "2026-11-01T10:00:00.000Z"),
        ("2026-11-01T22:30:00-05:30", "2026-11-02T04:00:00.000Z"),
    ])
    func whatIsAMoment(_ text: String, _ meant: String) {
        #expect(AsOf(text)?.description == meant)
        #expect(AsOf(meant) == AsOf(text))
    }

    @Test(arguments: [
        "", "-1", "+1", "9007199254740992", "1e3", "yesterday", "2026-02-30", "2026-11-01T12:00",
        "2026-11-01T25:00:00Z",
        "2026-11-01T12:00:00", "2026-11-01T12:00:00.Z", "2026-11-01T12:00:00Z+01:00", "2026-11-01T12:00:00+1:00",
        "2026-11-01T12:00:00+24:00", "2026-11-01 12:00:00Z", "2026-11-01T12:00:00.12x4Z",
    ])
    func whatIsNone(_ text: String) { #expect(AsOf(text) == nil) }
}
