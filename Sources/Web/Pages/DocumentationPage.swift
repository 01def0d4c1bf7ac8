package import Contract
package import Events
package import Markdown
import Text

/// What an agent says of itself at length: its README, and what changed.
package struct DocumentationPage: PageDocument {
    /// A document of a version.
    package enum Text: Sendable {
        /// The version has none.
        case none
        /// It was removed, or moderators hold it.
        case withheld
        /// It is not on the disk.
        case missing
        /// What it is made of.
        case parts([MarkdownEvent])
        /// It took too long to lay out.
        case plain(String)
    }

    package let agent: AgentDetail
    /// The version that the documents belong to.
    package let version: String
    /// False where nobody gets that version.
    private let isServed: Bool
    /// True where that is not the version that the agent's page shows.
    private var isOther: Bool { agent.summary.latestVersion.map { $0 != version } ?? false }
    package let readme: Text
    package let changelog: Text
    /// The package that holds the pictures; nil for none.
    package let package: ArtifactBody?
    package let position: Position?

    package init(
        agent: AgentDetail, version: String, isServed: Bool, readme: Text, changelog: Text, package: ArtifactBody?,
        position: Position?
    ) {
        self.agent = agent
        self.version = version
        self.isServed = isServed
        self.readme = readme
        self.changelog = changelog
        self.package = package
        self.position = position
    }

    package func written(in setting: PageSetting) -> WrittenPage {
        var frame = AgentFrame(agent: agent, tab: .documentation, isServed: isServed, position: position)
        if isOther { frame.version = version }
        return frame.written(in: setting) { html in
            if isOther {
                html.element(.p, .class("note")) { html in
                    html.text("This is not the version that is shown. ")
                    html.link(
                        Link(Endpoints.documentationPage, VersionQuery(id: agent.summary.id)),
                        text: "Documentation of \(agent.summary.latestVersion ?? "")")
                }
            }
            document("Documentation of \(version)", readme, "readme-", &html)
            if case .none = changelog { return }
            document("Changes", changelog, "changes-", &html)
        }
    }

    private func document(_ title: String, _ text: Text, _ prefix: String, _ html: inout HTML) {
        html.section(title) { html in
            switch text {
            case .none: html.element(.p, .class("quiet"), text: "This version brings no README along.")
            case .withheld: html.element(.p, .class("note bad"), text: "It is not shown: it was removed or is held.")
            case .missing:
                html.element(
                    .p, .class("note warn"), text: "It is not to be found on this server. Whoever runs it should look.")
            case .plain(let text):
                html.element(.p, .class("quiet"), text: "It could not be laid out, so this is its source.")
                let shown = Prose.cut(text, Prose.maximumBytes)
                html.element(.pre, .class("shell"), .named(.tabindex, "0"), text: shown)
                if shown.utf8.count < text.utf8.count { html.element(.p, .class("quiet"), text: Prose.more) }
            case .parts(let events):
                html.element(.div, .class("prose")) { html in
                    var prose = Prose(events, prefix: prefix, below: 2, picture: picture)
                    prose.write(&html)
                }
            }
        }
    }

    /// The address of a picture of the package.
    private func picture(_ address: String) -> Link? {
        guard let package, let path = PackagePicture.path(of: address) else { return nil }
        return Link(Endpoints.packagePicture, PackagePictureParameters(digest: package.sha256, path: path))
    }
}

/// A picture in a package.
package enum PackagePicture {
    /// The most bytes of one.
    package static let maximumBytes = 1 << 20

    /// The path within a package that a document names; nil where it names none, or nothing that is a picture.
    package static func path(of address: String) -> String? {
        let address = PercentEncoding.decoded(address)
        guard address.utf8.count <= 512, !address.contains(":"), !address.contains("\\"), !address.hasPrefix("/"),
            !address.hasPrefix("#"),
            !address.contains("?")
        else { return nil }
        var parts: [Substring] = []
        for part in (address.split(separator: "#").first ?? "").split(separator: "/") {
            switch part {
            case ".": continue
            case "..":
                guard !parts.isEmpty else { return nil }
                parts.removeLast()
            default: parts.append(part)
            }
        }
        guard let ending = parts.last?.split(separator: ".").last?.lowercased(), types.contains(ending) else {
            return nil
        }
        return parts.joined(separator: "/")
    }

    private static let types: Set = ["png", "jpg", "jpeg", "gif", "webp", "avif"]

    /// The media type of a raster picture by its first bytes; nil for anything else, whatever its name says.
    package static func mediaType(of bytes: [UInt8]) -> String? {
        func begins(_ text: String, at place: Int = 0) -> Bool { bytes.dropFirst(place).starts(with: text.utf8) }
        if bytes.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) { return "image/png" }
        if bytes.starts(with: [0xff, 0xd8, 0xff]) { return "image/jpeg" }
        if begins("GIF87a") || begins("GIF89a") { return "image/gif" }
        if begins("RIFF"), begins("WEBP", at: 8) { return "image/webp" }
        if begins("ftypavif", at: 4) { return "image/avif" }
        return nil
    }
}
