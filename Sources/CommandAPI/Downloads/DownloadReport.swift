import Contract
import Events
import JSON
import Manifest

/// A batch of downloads that another server has answered, such as a CDN's log: a JSON object a line.
struct DownloadReport {
    /// A line that is as it has to be.
    struct Line: Equatable {
        /// What its sender knows it by.
        let id: String
        let agent: AgentKey
        var version: SemVer
        let time: Timestamp
        let source: DownloadSource
        /// Who, in words that stand for one reader and nothing else, such as an address.
        let reader: String
    }

    static let maximumBytes = 4 << 20
    static let maximumLines = 10_000
    private static let maximumFindings = 100

    /// The lines with their numbers, from 0; an id that stands twice is taken once.
    private(set) var lines: [(number: Int, line: Line)] = []
    private(set) var findings: [Problem.Finding] = []

    /// Reads a batch.
    ///
    /// - Parameter isAlive: true for a time whose readers can still be told apart.
    init(_ bytes: [UInt8], isAlive: (Timestamp) -> Bool) {
        var seen: Set<[UInt8]> = []
        var number = -1
        for text in bytes.split(separator: 0x0a, omittingEmptySubsequences: false) {
            number += 1
            guard !text.allSatisfy({ $0 == 0x20 || $0 == 0x0d || $0 == 0x09 }) else { continue }
            guard seen.count < Self.maximumLines else {
                refuse(number, "", "a batch has at most \(Self.maximumLines) lines")
                return
            }
            let before = findings.count
            if let line = read(Array(text), number, isAlive), findings.count == before,
                seen.insert(Array(line.id.utf8)).inserted
            {
                lines.append((number, line))
            }
            guard findings.count < Self.maximumFindings else { return }
        }
        if lines.isEmpty, findings.isEmpty { refuse(0, "", "the batch has no line") }
    }

    /// Notes the version of a line as it was published, which may have another build.
    mutating func know(_ number: Int, _ version: SemVer) {
        if let index = lines.firstIndex(where: { $0.number == number }) { lines[index].line.version = version }
    }

    /// Notes what is wrong with a member of a line.
    mutating func refuse(_ number: Int, _ member: String, _ message: String) {
        findings.append(
            Problem.Finding(
                severity: "error", path: "/\(number)\(member.isEmpty ? "" : "/\(member)")", message: message))
    }

    private mutating func read(_ bytes: [UInt8], _ number: Int, _ isAlive: (Timestamp) -> Bool) -> Line? {
        let document: JSONValue
        do {
            document = try JSONValue(bytes, limits: JSONLimits(bytes: 4_096))
        } catch {
            refuse(number, "", "the line is no JSON: \(error)")
            return nil
        }
        guard let members = document.members else {
            refuse(number, "", "the line is a \(document.kind); it has to be an object")
            return nil
        }
        let known = ["id", "agent", "version", "time", "source", "reader"]
        for member in members where !known.contains(where: { $0.utf8.elementsEqual(member.name.utf8) }) {
            refuse(number, "", "the line has an unknown member; there are \(known.joined(separator: ", "))")
        }
        func text(_ name: String, _ maximum: Int) -> String? {
            document[name]?.string.flatMap { (1...maximum).contains($0.utf8.count) ? $0 : nil }
        }
        let id = text("id", 256)
        if id == nil { refuse(number, "id", "it has to be a text of 1 to 256 bytes that names the line for good") }
        let agent = text("agent", 128).flatMap(AgentID.init)
        if agent == nil { refuse(number, "agent", "it has to be the id of an agent") }
        let version = text("version", 128).flatMap(SemVer.init)
        if version == nil { refuse(number, "version", "it has to be a version by SemVer 2.0") }
        let time = text("time", 64).flatMap(Timestamp.init)
        if time == nil {
            refuse(number, "time", "it has to be a time such as 2026-01-31T12:00:00.000Z")
        } else if let time, !isAlive(time) {
            refuse(
                number, "time", "'\(time)' is neither today nor yesterday in UTC; readers of other days are not known")
        }
        let reader = text("reader", 256)
        if reader == nil {
            refuse(number, "reader", "it has to be a text of 1 to 256 bytes that stands for one reader")
        }
        let source: DownloadSource?
        if let value = document["source"], value != .null {
            source = value.string.flatMap(DownloadSource.init)
            if source == nil {
                refuse(
                    number, "source",
                    "it has to be one of \(DownloadSource.allCases.map(\.rawValue).joined(separator: ", "))")
            }
        } else {
            source = .mirror
        }
        guard let id, let agent, let version, let time, let reader, let source else { return nil }
        return Line(id: id, agent: agent.key, version: version, time: time, source: source, reader: reader)
    }
}
