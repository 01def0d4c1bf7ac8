package import Contract
import Events

/// A small picture for other pages that tells one thing of an agent. That moderators hold it comes before anything else.
package struct Badge: Sendable {
    private let label: String
    private let value: String
    private let color: Color

    private enum Color: String {
        // White on each has a contrast of 4.5 or more.
        case usual = "#0a6b5e"
        case quiet = "#56615f"
        case warning = "#8a4b00"
        case bad = "#a3231f"
    }

    /// What `kind` tells of an agent.
    package init(_ kind: BadgeKind, of agent: AgentSummary) {
        label = kind == .version ? "agent" : kind.rawValue
        if agent.isQuarantined {
            (value, color) = ("quarantined", .bad)
            return
        }
        switch kind {
        case .version:
            let isUsual = agent.latestVersion != nil && !agent.isDeprecated
            value = (agent.latestVersion.map { "v\($0)" } ?? "yanked") + (agent.isDeprecated ? ", deprecated" : "")
            color = isUsual ? .usual : .warning
        case .readers: (value, color) = (agent.downloads.grouped, .usual)
        case .rating where agent.ratings == 0: (value, color) = ("none yet", .quiet)
        case .rating: (value, color) = ("\(agent.ratingHundredths.oneDecimal) of 5 (\(agent.ratings.grouped))", .usual)
        }
    }

    /// The width of a text of 11 px, set to exactly that.
    private static func width(_ text: String) -> Int { text.unicodeScalars.count * 7 }

    /// The picture.
    package var picture: [UInt8] {
        let (left, right) = (Self.width(label) + 12, Self.width(value) + 12)
        var html = HTML()
        html.element(
            .svg, .named(.xmlns, "http://www.w3.org/2000/svg"), .named(.width, "\(left + right)"),
            .named(.height, "20"), .named(.role, "img"), .named(.ariaLabel, "\(label): \(value)")
        ) { html in
            html.element(.title, text: "\(label): \(value)")
            html.element(
                .path, .named(.fill, "#3a4443"),
                .named(.d, "M3 0h\(left - 3)v20h-\(left - 3)a3 3 0 0 1-3-3V3a3 3 0 0 1 3-3z")
            ) { _ in }
            html.element(
                .path, .named(.fill, color.rawValue),
                .named(.d, "M\(left) 0h\(right - 3)a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-\(right - 3)z")
            ) { _ in }
            for (text, place) in [(label, 6), (value, left + 6)] {
                html.element(
                    .text, .named(.fill, "#fff"), .named(.x, "\(place)"), .named(.y, "14"),
                    .named(.textLength, "\(Self.width(text))"), .named(.fontFamily, "Verdana, DejaVu Sans, sans-serif"),
                    .named(.fontSize, "11"), text: text)
            }
        }
        return html.bytes
    }
}
