import AgentIndex
package import Contract
package import Events
import JSON
import Manifest
import System

/// A batch of downloads that another server has answered, such as a CDN: one JSON object in each line.
package struct DownloadReport: Sendable {
    static let maximumLines = 10_000
    private static let maximumFindings = 100

    /// The valid lines with their numbers, counted from 0. An id that occurs twice is taken once.
    package private(set) var lines: [(number: Int, line: DownloadLine)] = []
    package private(set) var findings: [Problem.Finding] = []

    /// Reads a batch.
    ///
    /// - Parameter isAlive: returns true for a time whose day key still exists, so that its readers can be told apart.
    package init(_ bytes: [UInt8], isAlive: (Timestamp) -> Bool) {
        LoopThread.assertElsewhere()
        var seen: Set<[UInt8]> = []
        var number = -1
        for text in bytes.split(separator: 0x0a, omittingEmptySubsequences: false) {
            number += 1
            guard !text.allSatisfy({ $0 == 0x20 || $0 == 0x0d || $0 == 0x09 }) else { continue }
            guard seen.count < Self.maximumLines else {
                refuse(number, "", "a batch has at most \(Self.maximumLines) lines")
                return
            }
            if let line = read(Array(text), number, isAlive), seen.insert(Array(line.id.utf8)).inserted {
                lines.append((number, line))
            }
            guard findings.count < Self.maximumFindings else { return }
        }
        if lines.isEmpty, findings.isEmpty { refuse(0, "", "the batch has no line") }
    }

    private mutating func read(_ bytes: [UInt8], _ number: Int, _ isAlive: (Timestamp) -> Bool) -> DownloadLine? {
        let document: JSONValue
        do {
            document = try JSONValue(bytes, limits: JSONLimits(bytes: 4_096))
        } catch {
            refuse(number, "", "the line is no JSON: \(error)")
            return nil
        }
        do {
            let line = try DownloadLine.form.value(document, isStrict: true)
            guard isAlive(line.time) else {
                refuse(
                    number, "/time",
                    "'\(line.time)' is neither today nor yesterday in UTC; readers of other days are not known")
                return nil
            }
            return line
        } catch {
            for finding in error.findings { refuse(number, finding.path, finding.message) }
            return nil
        }
    }

    /// Replaces the version of each line with its published spelling, and refuses a line whose agent or version does
    /// not exist.
    ///
    /// - Parameter find: returns a version of an agent; nil where there is no such agent.
    mutating func resolve(_ find: (AgentKey, SemVer) throws -> IndexedVersion?) throws {
        // In the order of versions, so that a page of the index is read once for all lines that need it.
        let keys = Set(lines.map { Named(agent: $0.line.agent.key, version: $0.line.version) }).map { ($0, $0.order) }
        var known: [Named: Found] = [:]
        for (name, _) in keys.sorted(by: { $0.1.lexicographicallyPrecedes($1.1) }) {
            do {
                known[name] = try find(name.agent, name.version).map { .version($0.version) } ?? .noAgent
            } catch is IndexDocument.ResolutionFailure {
                known[name] = .noVersion
            }
        }
        for index in lines.indices {
            let (number, line) = lines[index]
            switch known[Named(agent: line.agent.key, version: line.version)] ?? .noAgent {
            case .noAgent: refuse(number, "/agent", "there is no agent '\(line.agent.key)' here")
            case .noVersion:
                refuse(number, "/version", "the agent '\(line.agent.key)' has no version \(line.version) here")
            case .version(let version):
                lines[index].line = DownloadLine(
                    id: line.id, agent: line.agent, version: version, time: line.time, reader: line.reader,
                    source: line.source)
            }
        }
    }

    private enum Found {
        case noAgent
        case noVersion
        case version(SemVer)
    }

    private struct Named: Hashable {
        let agent: AgentKey
        let version: SemVer

        var order: [UInt8] { Array(agent.description.utf8) + [0] + version.precedenceKey }
    }

    private mutating func refuse(_ number: Int, _ path: String, _ message: String) {
        findings.append(Problem.Finding(severity: "error", path: "/\(number)\(path)", message: message))
    }
}
