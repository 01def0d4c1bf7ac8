package import Contract
import Markdown

/// A text about the marketplace, as it stands in the project's documentation.
package struct TextPage: PageDocument {
    private let text: SiteText
    private let parts: [MarkdownEvent]

    /// Reads the text.
    package init(_ text: SiteText) {
        self.text = text
        let source: [UInt8] =
            switch text {
            case .about: PackageResources.about_md
            case .policy: PackageResources.policy_md
            case .privacy: PackageResources.privacy_md
            case .security: PackageResources.security_md
            }
        parts = MarkdownReader.events(of: source)
    }

    /// Where the text is.
    static func link(_ text: SiteText) -> Link {
        Link(Endpoints.textPage(text), NoParameters())
    }

    package func written(in setting: PageSetting) -> WrittenPage {
        Frame(title: text.title, canonical: Self.link(text)).written(in: setting) { html in
            html.element(.article, .class("section prose")) { html in
                var prose = Prose(parts, prefix: "text-", below: 0) { _ in nil }
                prose.write(&html)
            }
        }
    }
}
