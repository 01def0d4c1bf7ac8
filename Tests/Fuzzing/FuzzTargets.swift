import AgentIndex
import Archive
import Compression
import Contract
import Crypto
import Events
import JSON
import Manifest
import Markdown
import Marketplace
import Search
import System
import YAML

@testable import CommandAPI
@testable import HTTPServer
@testable import Web

/// What the parsers have to hold to whatever comes in: no crash, and properties that a precondition checks.
enum FuzzTargets {
    static let all: [String: @Sendable ([UInt8]) -> Void] = [
        "json": json, "yaml": yaml, "manifest": manifest, "semver": semver, "identifier": identifier,
        "envelope": envelope, "multipart": multipart, "request": request, "range": range, "index": index,
        "report": report, "tar": tar, "search": search, "markdown": markdown,
    ]

    /// What is read and written is read as the same, and the canonical form is its own.
    @Sendable private static func json(_ bytes: [UInt8]) {
        guard let value = try? JSONValue(bytes) else { return }
        let canonical = value.canonicalBytes
        guard let again = try? JSONValue(canonical) else { preconditionFailure("the canonical form is refused") }
        precondition(again.canonicalBytes == canonical, "the canonical form is not its own")
    }

    /// A document ends as it began, and both of its forms are bounded and have neither an element that the program does not
    /// write nor an end too many.
    @Sendable private static func markdown(_ bytes: [UInt8]) {
        let events = MarkdownReader.events(of: bytes)
        var depth = 0
        for event in events {
            if case .open = event { depth += 1 }
            if event == .close { depth -= 1 }
            precondition(depth >= 0, "an end too many")
        }
        precondition(depth == 0, "an element that does not end")
        for form in PageForm.allCases {
            var html = HTML(in: PageSetting(form: form, origin: ""))
            var prose = Prose(events, prefix: "x-", below: 2) { _ in nil }
            prose.write(&html)
            precondition(html.byteCount <= 4 * Prose.maximumBytes, "more than there is room for")
            guard form == .html else { continue }
            let text = String(decoding: html.bytes, as: UTF8.self)
            precondition(!text.contains("<script") && !text.contains("<a href=\"javascript"), "what runs")
            let areClosed = [("<a ", "</a>"), ("<td", "</td>"), ("<li>", "</li>")].map { opening, end in
                text.split(separator: opening, omittingEmptySubsequences: false).count
                    == text.split(separator: end, omittingEmptySubsequences: false).count
            }
            precondition(!areClosed.contains(false), "an element that does not end")
        }
    }

    /// A tree that is read can be written as JSON.
    @Sendable private static func yaml(_ bytes: [UInt8]) {
        guard let value = try? YAMLDocument.read(bytes) else { return }
        precondition((try? JSONValue(value.canonicalBytes)) != nil, "a tree that JSON refuses")
    }

    /// A manifest is published or has an error that is said, and what is published fits an entry and a content.
    @Sendable private static func manifest(_ bytes: [UInt8]) {
        let artifact = Artifact(role: .manifest, sha256: SHA256Digest(of: bytes), sizeBytes: Int64(bytes.count))
        do {
            let publication = try Publication(
                manifest: AgentManifest(parsing: bytes), artifacts: [artifact],
                nonce: { [UInt8](repeating: 0, count: 32) })
            let data = publication.published.data
            precondition(data.count < Envelope.maximumBytes - 1_024, "an entry that is too large")
            precondition((try? VersionPublished(data: data)) == publication.published, "an entry that is refused")
            guard let listing = publication.contents[.listing] else { preconditionFailure("no listing") }
            precondition(listing.document.count <= Content.maximumBytes, "a content that is too large")
            precondition((try? ListingContent(document: listing.document)) != nil, "a listing that is refused")
            if let author = publication.contents[.author] {
                precondition((try? AuthorContent(document: author.document)) != nil, "an author that is refused")
            }
        } catch {
            precondition(error.findings.contains { $0.severity == .error }, "a refusal without a word")
        }
    }

    /// Versions are printed as they were read, and their keys sort as they do.
    @Sendable private static func semver(_ bytes: [UInt8]) {
        let versions = bytes.split(separator: 0x0a).compactMap { SemVer(String(decoding: $0, as: UTF8.self)) }
        for version in versions { precondition(SemVer(version.description) == version) }
        for (left, right) in zip(versions, versions.dropFirst()) {
            precondition(!(left < right && right < left), "an order both ways")
            let keys = (left.precedenceKey, right.precedenceKey)
            precondition((left < right) == keys.0.lexicographicallyPrecedes(keys.1), "the keys sort otherwise")
        }
    }

    /// An id that is taken has a key that is, and both are what they print.
    @Sendable private static func identifier(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        if let id = AgentID(text) {
            precondition(id.description.utf8.elementsEqual(text.utf8) && id.description.utf8.allSatisfy { $0 < 0x80 })
            precondition(AgentKey(id.key.description) == id.key)
        }
        if let key = AgentKey(text) { precondition(key.description.utf8.elementsEqual(text.utf8)) }
        if let namespace = Namespace(text) { precondition(namespace.description.utf8.elementsEqual(text.utf8)) }
    }

    /// An entry that is read is written as bytes that are read as the same entry.
    @Sendable private static func envelope(_ bytes: [UInt8]) {
        guard let envelope = try? Envelope(bytes: bytes) else { return }
        precondition((try? Envelope(bytes: envelope.bytes)) == envelope, "an entry that changes")
    }

    /// A range admits what it admits however often it is asked, and nothing beyond a hyphen's ends.
    @Sendable private static func range(_ bytes: [UInt8]) {
        let parts = bytes.split(separator: 0x0a, maxSplits: 1).map { String(decoding: $0, as: UTF8.self) }
        guard let text = parts.first, let range = VersionRange(text) else { return }
        precondition(VersionRange(range.description) == range)
        guard parts.count == 2, let version = SemVer(parts[1]) else { return }
        let isIn = range.contains(version)
        if let both = VersionRange("\(text)||\(text)") { precondition(both.contains(version) == isIn) }
        if let exact = VersionRange("\(version)") { precondition(exact.contains(version)) }
    }

    /// A document that is read is written as one that is read as the same.
    @Sendable private static func index(_ bytes: [UInt8]) {
        if let page = try? IndexPage(bytes) {
            precondition((try? IndexPage(page.bytes)) == page, "a page that changes")
        }
        guard let document = try? IndexDocument(bytes) else { return }
        precondition((try? IndexDocument(document.bytes)) == document, "a document that changes")
        for request in ["latest", "*", "^1", "1.0.0"].compactMap({ VersionRequest($0) }) {
            var search = document.search(request, maximumPages: 1)
            if case .needs = try? search.step() { _ = try? search.step() }
        }
    }

    /// A batch is taken or has a finding, and what is taken makes entries.
    @Sendable private static func report(_ bytes: [UInt8]) {
        let report = DownloadReport(bytes) { $0.milliseconds >= 0 }
        precondition(!report.lines.isEmpty || !report.findings.isEmpty, "a refusal without a word")
        let zeros = [UInt8](repeating: 0, count: 16)
        var counts = DownloadCounts()
        for (_, line) in report.lines {
            let spooled = SpooledDownload(
                agent: line.agent.key, version: line.version.description, time: line.time, source: line.source,
                domain: ReaderDomain(random: zeros), reader: DayToken(random: zeros))
            precondition(SpooledDownload(line: spooled.line.dropLast()) == spooled, "a line that changes")
            precondition(SeenReader(line: spooled.seen.line.dropLast()) == spooled.seen, "a reader that changes")
            counts.add(spooled)
        }
        precondition(counts.events(log: LogID(random: zeros)).count <= report.lines.count)
    }

    /// An archive is refused, or holds plain names alone, each once.
    @Sendable private static func tar(_ bytes: [UInt8]) {
        let path = "/dev/shm/mentatlab-fuzz-\(Host.processID)"
        guard let packed = Gzip.compress(bytes, level: 1), (try? FileSystem.replace(path, with: packed)) != nil,
            let entries = try? TarGzip.read(path)
        else { return }
        for entry in entries {
            let parts = entry.name.utf8.split(separator: 0x2f, omittingEmptySubsequences: false).map { Array($0) }
            precondition(!entry.name.isEmpty && !parts.contains { [[], [0x2e], [0x2e, 0x2e]].contains($0) })
            precondition(entry.name.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0 != "\\" })
        }
        let files = entries.filter(\.isFile).map { $0.name.lowercased() }
        precondition(Set(files).count == files.count, "a file that stands twice")
    }

    /// The bytes in pieces of a size.
    private static func pieces(_ bytes: [UInt8], _ size: Int) -> [[UInt8]] {
        stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
    }

    /// How the bytes are cut makes no difference.
    @Sendable private static func multipart(_ bytes: [UInt8]) {
        func decode(_ size: Int) -> [String] {
            guard var decoder = try? MultipartDecoder(contentType: "multipart/form-data; boundary=b") else { return [] }
            var log: [String] = []
            var data: [UInt8] = []
            do {
                for piece in pieces(bytes, size) {
                    decoder.append(piece)
                    while let event = try decoder.next() {
                        if case .data(let piece) = event {
                            data += piece
                            continue
                        }
                        log.append("\(data) \(event)")
                        data = []
                    }
                }
            } catch {
                log.append("refused \(error)")
            }
            return log
        }
        precondition(decode(max(1, bytes.count)) == decode(1), "cuts make a difference")
    }

    /// Any text is a query within its bounds; words stand in the text, and their forms are their own.
    @Sendable private static func search(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        let query = SearchQuery(text)
        precondition(query.terms.map(\.words.count).reduce(0, +) <= SearchQuery.maximumWords, "too many words")
        for term in query.terms {
            precondition(Condition.of(term).tsquery.utf8.count > 2, "a term without a condition")
        }
        let length = text.unicodeScalars.count
        for word in Word.all(in: text) where word.kind == .spelled {
            precondition(word.range.upperBound <= length && !word.range.isEmpty, "a word beside the text")
            precondition(!word.form.isEmpty || word.parts.allSatisfy(\.isEmpty), "parts of nothing")
            let again = Word.collapsed(word.form)
            precondition(again == Word.collapsed(again), "a form that is not its own")
        }
        for range in Highlighter(query.terms).ranges(in: text) {
            precondition(range.upperBound <= length && !range.isEmpty, "a highlight beside the text")
        }
        var lexemes = Lexemes()
        lexemes.add(text, .description)
        precondition(!lexemes.text.utf8.contains(0), "a character that a row can't hold")
    }

    /// How the bytes are cut makes no difference, and what is no refusal is a request with one meaning.
    @Sendable private static func request(_ bytes: [UInt8]) {
        func decode(_ size: Int) -> [String] {
            var decoder = HTTPRequestDecoder(limits: HTTPLimits())
            var log: [String] = []
            var body: [UInt8] = []
            do {
                for piece in pieces(bytes, size) {
                    decoder.append(piece)
                    while let event = try decoder.next() {
                        switch event {
                        case .head(let head):
                            precondition(!head.segments.isEmpty && !head.method.isEmpty)
                            log.append("\(head.method) \(head.target) \(head.framing)")
                        case .body(let piece): body += piece
                        case .end:
                            log.append("\(body)")
                            body = []
                        }
                    }
                }
            } catch {
                log.append("refused \(error.status)")
            }
            return log
        }
        precondition(decode(max(1, bytes.count)) == decode(1), "cuts make a difference")
    }
}
