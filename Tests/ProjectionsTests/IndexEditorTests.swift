import AgentIndex
import Crypto
import Events
import Manifest
import TestSupport
import Testing

/// An index in pages is the same as one without, holds its bound, and depends on the entries alone.
@Suite struct IndexEditorTests {
    private struct Entry {
        let event: any EventPayload
        let position: Position
    }

    /// A document with its pages, as a database or a disk keeps them.
    private struct Kept {
        var document: IndexDocument
        var pages: [SHA256Digest: [UInt8]] = [:]

        /// Applies entries, so many at a time.
        mutating func apply(_ entries: [Entry], batch: Int, maximumBytes: Int) throws {
            for start in stride(from: 0, to: entries.count, by: batch) {
                let known = pages
                var editor = IndexEditor(document, maximumBytes: maximumBytes) { digest in
                    try IndexPage(try #require(known[digest]))
                }
                for entry in entries[start..<min(start + batch, entries.count)] {
                    try editor.evolve(entry.event, at: entry.position, time: Timestamp(milliseconds: 1))
                }
                let result = editor.result()
                for digest in result.dropped { #expect(pages.removeValue(forKey: digest) != nil) }
                for page in result.pages { pages[page.digest] = page.bytes }
                document = result.document
            }
            #expect(Set(document.older.map(\.digest)) == Set(pages.keys))
        }

        /// All versions, from low to high.
        var versions: [IndexedVersion] {
            get throws {
                try document.older.reversed().flatMap { try IndexPage(pages[$0.digest] ?? []).versions }
                    + document.versions
            }
        }

        func resolve(_ request: VersionRequest, maximumPages: Int = .max) throws -> String {
            var search = document.search(request, maximumPages: maximumPages)
            do {
                while true {
                    switch try search.step() {
                    case .found(let version): return version.version.description
                    case .needs(let link):
                        search.take(try IndexPage(pages[link.digest] ?? [], behind: link, of: document.key))
                    }
                }
            } catch let failure as IndexDocument.ResolutionFailure {
                return "\(failure)"
            }
        }
    }

    /// Publishes and changes versions of three branches, fixes of old ones among them, and now and then the agent.
    private func entries(_ random: inout some RandomNumberGenerator, _ count: Int) -> [Entry] {
        var published: [String] = []
        var taken: Set<String> = []
        return (0..<count).map { index in
            let position = Position(Int64(index + 1))
            let version = published.randomElement(using: &random)
            let event: any EventPayload
            switch (Int.random(in: 0..<10, using: &random), version) {
            case (0, let version?): event = VersionYanked(authority: .owner, reason: .broken, version: version)
            case (1, let version?): event = VersionUnyanked(authority: .owner, reason: .broken, version: version)
            case (2, let version?): event = AgentQuarantined(authority: .moderator, reason: .spam, version: version)
            case (3, let version?): event = QuarantineLifted(authority: .moderator, reason: .spam, version: version)
            case (4, _) where index % 7 == 0: event = AgentDeprecated(authority: .owner)
            default:
                var new = ""
                repeat {
                    let major = Int.random(in: 0..<4, using: &random)
                    let patch = Int.random(in: 0..<10_000, using: &random)
                    let tail = Int.random(in: 0..<5, using: &random) == 0 ? "-rc.1" : ""
                    new = "\(major).\(Int.random(in: 0..<3, using: &random)).\(patch)\(tail)"
                } while !taken.insert(new).inserted
                published.append(new)
                let dependencies = (0..<Int.random(in: 0..<4, using: &random)).compactMap { number in
                    AgentID("acme.needs\(number)").map { Dependency(id: $0, range: "^1", isPeer: false) }
                }
                event = VersionPublished(
                    version: new, artifacts: [], listed: true, dependencies: dependencies,
                    listingCommitment: .init(of: Array(new.utf8)))
            }
            return Entry(event: event, position: position)
        }
    }

    /// Whatever was published and said after a position, the document as of then leads to the versions that it led to
    /// then, except what is held now.
    @Test(arguments: 0..<6)
    func thePastIsWhatItWasExceptForHoldsOfNow(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let id = try #require(AgentID("acme.a"))
        let entries = entries(&random, 300)
        var now = Kept(document: IndexDocument(id, at: Position(0)))
        try now.apply(entries, batch: 300, maximumBytes: 8_192)
        let held = Set(try now.versions.filter { $0.hold != nil }.map(\.version.description))
        for past in [10, 80, 160, 299].map({ Position(Int64($0)) }) {
            var then = Kept(document: IndexDocument(id, at: Position(0)))
            let holds = entries.filter { entry in
                guard entry.position > past, let hold = entry.event as? AgentQuarantined else { return false }
                return hold.version.map { held.contains($0) } ?? false
            }
            try then.apply(entries.filter { $0.position <= past } + holds, batch: 300, maximumBytes: 1 << 30)
            let known = then.document.versions.map(\.version)
            var asOf = now
            asOf.document = try #require(now.document.asOf(past))
            #expect(try IndexDocument(asOf.document.bytes) == asOf.document)
            let requests = ["latest", "*", "^0", "^1.2", "~2.1", ">=9", "<1.0.0"].compactMap { VersionRequest($0) }
            for request in requests + known.map(VersionRequest.exact) {
                // Since when it is held is told by the one hold or the other.
                let (found, expected) = (try asOf.resolve(request), try then.resolve(request))
                #expect(
                    found.prefix { $0 != "," } == expected.prefix { $0 != "," },
                    "seed \(seed), \(past): \(request)")
            }
        }
        #expect(IndexDocument(id, at: Position(5)).asOf(Position(4)) == nil)
    }

    @Test(arguments: 0..<12)
    func pagesAreTheSameAsOneDocument(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let id = try #require(AgentID("acme.a"))
        let entries = entries(&random, 400)
        var whole = Kept(document: IndexDocument(id, at: Position(0)))
        try whole.apply(entries, batch: entries.count, maximumBytes: 1 << 30)
        #expect(whole.document.older.isEmpty)

        var paged: Kept?
        for batch in [1, 7, 500] {
            var kept = Kept(document: IndexDocument(id, at: Position(0)))
            try kept.apply(entries, batch: batch, maximumBytes: 8_192)
            if let paged {
                #expect(kept.document == paged.document && kept.pages == paged.pages, "batches of \(batch)")
            }
            paged = kept
        }
        let pages = try #require(paged)
        #expect(pages.document.older.count > 3)
        #expect(pages.document.bytes.count <= 8_192)
        #expect(pages.pages.values.allSatisfy { $0.count <= 8_192 })
        #expect(try pages.versions == whole.document.versions)
        #expect(pages.document.standing == whole.document.standing)
        // Links say what their pages hold.
        for link in pages.document.older {
            let page = try IndexPage(try #require(pages.pages[link.digest]), behind: link, of: id.key)
            #expect(page.versions.first?.version == link.lowest && page.versions.last?.version == link.highest)
        }
        #expect(try IndexDocument(pages.document.bytes) == pages.document)

        var requests = [
            "latest", "*", "^0.1 || ^2.2", "=0.0.1 || =1.1.1 || =3.9.9", "<0.0.1", ">=1.0.0-0 <1.1.0", "^0", "^1.2",
            "<1.0.0", "~2.1", ">=9", ">3.0.0-0", "9.9.9",
        ]
        requests += whole.document.versions.map { $0.version.description }
        for request in requests.compactMap({ VersionRequest($0) }) {
            #expect(try pages.resolve(request) == whole.resolve(request), "\(request)")
        }
        // With all of it held, the words are the same as well.
        let hold = Entry(event: AgentQuarantined(authority: .moderator, reason: .malware), position: Position(9_999))
        for held in [true, false] {
            var (paged, whole) = (pages, whole)
            if held {
                try paged.apply([hold], batch: 1, maximumBytes: 8_192)
                try whole.apply([hold], batch: 1, maximumBytes: 1 << 30)
            }
            for request in requests.compactMap({ VersionRequest($0) }) {
                #expect(try paged.resolve(request) == whole.resolve(request), "\(request)")
            }
        }
        // A page is read only where the answer can be.
        if let found = try? whole.resolve(.latest), SemVer(found) != nil {
            #expect(try pages.resolve(.latest, maximumPages: 1) == found)
        }
        #expect(try pages.resolve(try #require(VersionRequest(">9")), maximumPages: 0) == "noneMatches")
    }

    /// However much is asked, a bounded number of pages is read for it.
    @Test func aRangeThatTouchesEverythingIsTooWide() throws {
        let id = try #require(AgentID("acme.a"))
        let entries = (0..<400).map { number in
            Entry(
                event: VersionPublished(
                    version: "1.\(number * 2).0", artifacts: [], listed: true,
                    listingCommitment: .init(of: [UInt8(number & 255)])), position: Position(Int64(number + 1)))
        }
        var kept = Kept(document: IndexDocument(id, at: Position(0)))
        try kept.apply(entries, batch: 50, maximumBytes: 8_192)
        #expect(kept.document.older.count > 8)
        // What each page spans and none has.
        let gaps = try kept.document.older.prefix(6).map { link in
            let page = try IndexPage(kept.pages[link.digest] ?? [])
            let minor = try #require(Int(page.versions[0].version.core[1]))
            return "1.\(minor + 1).x"
        }.joined(separator: "||")
        let request = try #require(VersionRequest(gaps))
        #expect(try kept.resolve(request, maximumPages: 4) == "tooWide")
        #expect(try kept.resolve(request, maximumPages: 6) == "noneMatches")
    }

    @Test func aVersionThatIsLargeStandsAlone() throws {
        let id = try #require(AgentID("acme.a"))
        let many = (0..<200).compactMap {
            AgentID("acme.needs\($0)").map { Dependency(id: $0, range: "^1", isPeer: false) }
        }
        let entries = ["1.0.0", "3.0.0", "2.0.0", "0.1.0"].enumerated().map { index, version in
            Entry(
                event: VersionPublished(
                    version: version, artifacts: [], listed: true, dependencies: many,
                    listingCommitment: .init(of: Array(version.utf8))), position: Position(Int64(index + 1)))
        }
        var kept = Kept(document: IndexDocument(id, at: Position(0)))
        try kept.apply(entries, batch: 1, maximumBytes: 8_192)
        #expect(kept.document.versions.map(\.version.description) == ["3.0.0"])
        #expect(kept.document.older.map(\.highest.description) == ["2.0.0", "1.0.0", "0.1.0"])
    }
}
