package import Contract
import Crypto
package import Events
import Manifest

/// One version of an agent: its files, what it asks for, and who could get it when.
package struct VersionDocument: PageDocument {
    package let agent: AgentDetail
    package let version: VersionPage
    /// When it could be had and what it newly asked for; nil for the past.
    package let exposure: ExposurePage?
    package let position: Position?
    package let past: PastMoment?

    package init(
        agent: AgentDetail, version: VersionPage, exposure: ExposurePage?, position: Position?,
        past: PastMoment? = nil
    ) {
        self.agent = agent
        self.version = version
        self.exposure = exposure
        self.position = position
        self.past = past
    }

    package func written(in setting: PageSetting) -> WrittenPage {
        let frame = AgentFrame(
            agent: agent, tab: .versions, version: version.version,
            isServed: isServed && version.isWhole, position: position, past: past)
        return frame.written(in: setting) { html in
            html.section("Version \(version.version)") { html in
                html.element(.p, .class("row")) { html in
                    html.element(.span) { html in
                        html.text("Published ")
                        html.day(version.published)
                        html.text(" by ")
                        html.publisher(version.publisher.username)
                    }
                    html.entry(version.position)
                }
                notes(&html)
            }
            documentation(&html)
            if let news = exposure?.news { newly(news, &html) }
            html.section("What it asks for", past == nil ? reviewsLink : nil) { $0.capabilities(version.capabilities) }
            if let exposure {
                spans(exposure, &html)
            } else if past == nil {
                html.section("Who could get it") { html in
                    html.element(
                        .p, .class("quiet"),
                        text: "More has happened to this agent than is read for one page. Its history says it all.")
                }
            }
            files(&html)
        } side: { html in
            if past == nil, isServed, let artifact = version.installedFile { getting(artifact, &html) }
        }
    }

    /// False where moderators hold it, or all of the agent.
    private var isServed: Bool { version.quarantine == nil && agent.quarantine == nil }

    private func notes(_ html: inout HTML) {
        if let hold = version.quarantine { html.withheld("Moderators hold it", hold, gravity: "bad") }
        if let yank = version.yank {
            html.withheld("Yanked", yank, "No range leads to it any more. ", gravity: "warn")
        }
        if version.artifacts.contains(where: { $0.isRemoved == true }) {
            html.element(
                .p, .class("note bad"), text: "A file of it was removed for good; its digest stays.")
        }
    }

    /// A link to what this version brought along to read.
    private func documentation(_ html: inout HTML) {
        let roles = [Artifact.Role.readme.rawValue, Artifact.Role.changelog.rawValue]
        guard past == nil, let number = SemVer(version.version),
            version.artifacts.contains(where: { roles.contains($0.role) && $0.isRemoved != true })
        else { return }
        html.element(.p) { html in
            html.link(
                Link(Endpoints.documentationPage, VersionQuery(id: version.id, version: number)),
                text: "Its documentation")
        }
    }

    private func newly(_ news: ExposureNews, _ html: inout HTML) {
        html.section("Newly, against \(news.against)", compareLink(news.against)) { html in
            let isNothing = news.capabilities.isEmpty && news.dependencies.isEmpty && news.otherPublisher == nil
            if isNothing { html.element(.p, .class("quiet"), text: "It asks for nothing that that one did not.") }
            if !news.capabilities.isEmpty {
                html.element(.p, text: "It asks for what that one did not:")
                html.capabilities(news.capabilities)
            }
            if let other = news.otherPublisher {
                html.element(.p, .class("note warn")) { html in
                    html.text("Somebody else published that one: ")
                    html.publisher(other.username)
                }
            }
            if !news.dependencies.isEmpty {
                html.element(.p, text: "It needs what that one did not, or another range of it:")
                html.element(.ul, .class("plain")) { html in
                    for dependency in news.dependencies {
                        html.element(.li) { html in
                            html.element(.code, text: "\(dependency.id) \(dependency.range)")
                        }
                    }
                }
            }
        }
    }

    private var reviewsLink: (text: String, link: Link)? {
        SemVer(version.version).map { number in
            ("Reviews of it", Link(Endpoints.reviewsPage, ReviewQuery(id: version.id, version: number)))
        }
    }

    private func compareLink(_ other: String) -> (text: String, link: Link)? {
        Link.comparison(of: version.id, other, version.version).map { ("Compare the manifests", $0) }
    }

    private func spans(_ exposure: ExposurePage, _ html: inout HTML) {
        html.section("Who could get it") { html in
            html.element(.p) { html in
                html.text("Downloaded \(exposure.downloads.counted("time", "times")), by at most ")
                html.text("\(exposure.readers.counted("reader", "readers")): each counts once a day.")
            }
            html.table(["", "From", "Until"]) { html in
                let kinds = [
                    ("a range or 'latest' led to it", exposure.resolvable),
                    ("its number led to its file", exposure.downloadable),
                ]
                for (words, spans) in kinds {
                    for span in spans.suffix(20) {
                        html.element(.tr) { html in
                            html.element(.td, text: words)
                            html.element(.td) { html in
                                html.day(span.since)
                                html.text(" ")
                                html.entry(span.from)
                            }
                            html.element(.td) { html in
                                guard let until = span.until, let ended = span.ended else { return html.text("now") }
                                html.day(ended)
                                html.text(" ")
                                html.entry(until)
                            }
                        }
                    }
                }
            }
        }
    }

    private func files(_ html: inout HTML) {
        html.section("Files") { html in
            html.table(["File", "Size", "SHA-256"]) { html in
                for artifact in version.artifacts {
                    html.element(.tr) { html in
                        html.element(.td) { html in
                            if artifact.isRemoved == true || !isServed {
                                html.text(artifact.role)
                            } else {
                                html.link(
                                    Link(Endpoints.showArtifact, ArtifactParameters(digest: artifact.sha256)),
                                    text: artifact.role)
                            }
                        }
                        html.element(.td, text: VersionsPage.size(artifact.sizeBytes))
                        html.element(.td, .class("digest")) { $0.element(.code, text: artifact.sha256.hex) }
                    }
                }
            }
        }
    }

    private func getting(_ artifact: ArtifactBody, _ html: inout HTML) {
        html.element(.section) { html in
            html.element(.h2, text: "Without mentatctl")
            html.download(agent.summary.id, version, artifact)
        }
    }
}

extension VersionPage {
    /// False where a file that is run was removed.
    package var isWhole: Bool {
        let run = [Artifact.Role.package.rawValue, Artifact.Role.wasmModule.rawValue]
        return !artifacts.contains { $0.isRemoved == true && run.contains($0.role) }
    }

    /// The file that is installed: the package, else the module; nil where there is none to be had.
    var installedFile: ArtifactBody? {
        guard quarantine == nil else { return nil }
        let found =
            artifacts.first { $0.role == Artifact.Role.package.rawValue }
            ?? artifacts.first { $0.role == Artifact.Role.wasmModule.rawValue }
        return found?.isRemoved == true ? nil : found
    }
}

extension Link {
    /// Two versions of an agent side by side; nil where one is none.
    static func comparison(of key: AgentKey, _ left: String, _ right: String) -> Link? {
        guard let left = SemVer(left), let right = SemVer(right) else { return nil }
        return Link(
            Endpoints.comparePage,
            Comparison(left: Compared(id: key, version: left), right: Compared(id: key, version: right)))
    }
}

extension HTML {
    /// Writes what a manifest asks for.
    mutating func capabilities(_ capabilities: [String]) {
        guard !capabilities.isEmpty else {
            return element(.p, .class("quiet"), text: "Its manifest names no capability.")
        }
        element(.ul, .class("plain")) { html in
            for capability in capabilities {
                html.element(.li) { html in html.element(.code) { $0.words(capability) } }
            }
        }
    }

    /// Writes how a version is downloaded and checked by programs that every system has.
    mutating func download(_ key: AgentKey, _ version: VersionPage, _ artifact: ArtifactBody) {
        guard let number = SemVer(version.version) else { return }
        let isPackage = artifact.role == Artifact.Role.package.rawValue
        let file = "\(key)-\(version.version).\(isPackage ? "tar.gz" : "wasm")"
        let target = Endpoints.download.target(DownloadParameters(id: key, version: number.description))
        command("curl -fL -o \(file) \(setting.origin)\(target)\necho '\(artifact.sha256.hex)  \(file)' | sha256sum -c")
    }
}
