import CommandLine
import Contract
import EventLog
import Events
import JSON
import Postgres
import Projections
import System
import Text

/// `marketplace forensics`: all that one credential and what descends from it did, and what undoing each would take.
struct ForensicsCommand {
    private static let pageEntries = 500
    private static let waitMilliseconds: Int64 = 10_000

    private let token: TokenID
    private let since: Timestamp?
    private let isJSON: Bool
    private let invocation: Invocation

    init(_ invocation: Invocation) throws {
        self.invocation = invocation
        isJSON = invocation.flags.contains("json")
        guard let text = invocation.values["token"] else {
            throw UsageError("`marketplace forensics` needs --token: the id of a token.")
        }
        guard let token = TokenID(text) else {
            throw UsageError(
                "--token is '\(text.prefix(64))'; it has to be the id of a token, 32 hexadecimal digits, never its secret."
            )
        }
        self.token = token
        since = try invocation.values["since"].map { text throws(UsageError) in
            guard let since = AsOf.beginning(text) else {
                throw UsageError(
                    "--since is '\(text.prefix(64))'; it has to be a day such as 2026-11-01 or a time such as 2026-11-01T12:00:00Z."
                )
            }
            return since
        }
    }

    func run() async throws -> Int32 {
        let database = try invocation.databaseBeside(
            try DataFolder(invocation.values["data"] ?? ".mentatlab"), [.commands, .queries])
        let pool = PostgresPool(
            database.configuration(.commands, "marketplace-forensics", statementTimeoutMilliseconds: 60_000),
            sessions: 1)
        let feed = PostgresPool(database.configuration(.queries, "marketplace-forensics-models"), sessions: 1)
        let reader = AuditReader(ModelAccess(pool: pool, models: .models(feed)))
        defer {
            Task {
                await pool.close()
                await feed.close()
            }
        }
        if try await !reader.reflectsAll(withinMilliseconds: Self.waitMilliseconds) {
            Host.write(
                "marketplace: the read model of the audit is behind the log, so the last may be missing\n", to: 2)
        }
        guard let descent = try await reader.descent(of: token) else {
            Host.write("marketplace: no token has the id '\(token)' here\n", to: 2)
            return 1
        }
        if descent.isCut {
            Host.write(
                "marketplace: more than \(AuditReader.maximumDescent) tokens, roles or offers come of it; the rest is left out\n",
                to: 2)
        }
        var position: Int64 = -1
        if let since { position = try await reader.first(since: since).value - 1 }
        try await show(descent, isJSON ? Self.object : Self.lines) { after, limit in
            try await reader.deeds(of: descent, after: max(after, position), limit: limit)
        }
        return descent.isCut ? 1 : 0
    }

    /// Writes what came of a token, page by page.
    private func show(
        _ descent: AuditReader.Descent, _ form: (AuditReader.Deed) -> String,
        _ next: (_ after: Int64, _ limit: Int) async throws -> [AuditReader.Deed]
    ) async throws {
        var (count, after): (Int, Int64) = (0, -1)
        try printPart(isJSON ? #"{"deeds":["# : Self.text(descent))
        while true {
            let page = try await next(after, Self.pageEntries)
            for deed in page {
                try printPart((isJSON && count > 0 ? "," : "") + form(deed))
                count += 1
            }
            if !Host.isTerminal(1), Host.isTerminal(2) { Host.write("\r\u{1b}[K\(count) entries", to: 2) }
            guard page.count == Self.pageEntries, let last = page.last else { break }
            after = last.position.value
        }
        if !Host.isTerminal(1), Host.isTerminal(2) { Host.write("\r\u{1b}[K", to: 2) }
        if isJSON { try printPart("],\(Self.rest(descent))}\n") }
    }

    // MARK: Showing

    private static func safe(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { DangerousCharacters.isRefused(inText: $0) ? "\u{fffd}" : $0 }))
    }

    private static func name(_ person: AgentReader.Person) -> String { person.name.isEmpty ? person.id : person.name }

    private static func text(_ descent: AuditReader.Descent) -> String {
        var lines: [String] = []
        for credential in descent.credentials {
            let origin =
                credential.replaces.map { ", in the place of \($0)" } ?? credential.issuer.map { ", issued by \($0)" }
            lines.append(
                "token \(credential.id) of \(name(credential.person)), at \(credential.position)\(origin ?? "")")
        }
        for offer in descent.offers {
            lines.append(
                "offer \(offer.id): \(offer.role) of \(offer.stream) for \(name(offer.person)), not accepted yet")
            lines.append("    to undo: whoever offered it withdraws it, or the token is revoked as leaked")
        }
        return lines.map { safe($0) + "\n" }.joined()
    }

    private static func lines(_ deed: AuditReader.Deed) -> String {
        let subject = deed.agent.map(\.description) ?? deed.stream
        let words = [
            deed.type, subject + (deed.version.map { "@\($0)" } ?? ""), deed.detail ?? "",
            deed.person.map(name) ?? "",
        ].filter { !$0.isEmpty }
        let by = deed.actor.map { " by \(name($0))" } ?? ""
        let via = deed.via.map { " (\($0.rawValue))" } ?? ""
        let line = "\(deed.position) \(deed.time) \(words.joined(separator: " "))\(by)\(via)"
        return "\(safe(line))\n    to undo: \(safe(deed.undoing))\n"
    }

    private static func object(_ deed: AuditReader.Deed) -> String {
        var writer = JSONWriter()
        writer.object { object in
            object.member("actor", deed.actor?.id)
            object.member("agent", deed.agent?.description)
            object.member("detail", deed.detail)
            object.member("person", deed.person?.id)
            object.member("position", deed.position.value)
            object.member("stream", deed.stream)
            object.member("time", deed.time.description)
            object.member("token", deed.token)
            object.member("type", deed.type)
            object.member("undo", deed.undoing)
            object.member("version", deed.version)
            object.member("via", deed.via?.rawValue)
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// The members behind the deeds.
    private static func rest(_ descent: AuditReader.Descent) -> String {
        var writer = JSONWriter()
        writer.object { object in
            object.member("is_cut", descent.isCut)
            object.member("offers") { writer in
                writer.array(descent.offers) { offer, writer in
                    writer.object { object in
                        object.member("id", offer.id)
                        object.member("person", offer.person.id)
                        object.member("role", offer.role)
                        object.member("stream", offer.stream)
                    }
                }
            }
            object.member("tokens") { writer in
                writer.array(descent.credentials) { credential, writer in
                    writer.object { object in
                        object.member("id", credential.id)
                        object.member("issuer", credential.issuer)
                        object.member("person", credential.person.id)
                        object.member("position", credential.position.value)
                        object.member("replaces", credential.replaces)
                        object.member("user", credential.person.name)
                    }
                }
            }
        }
        return String(decoding: writer.bytes.dropFirst().dropLast(), as: UTF8.self)
    }
}
