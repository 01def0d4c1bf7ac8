import Contract
import Events
import LocalRegistry

/// What came of installing several agents, each for itself.
struct Attempts {
    private let console: Console
    private let says: Bool
    private var installed: [Installed] = []
    private var failed: [FailedAttempt] = []
    /// What went wrong, in order.
    private(set) var failures: [Failure] = []

    /// - Parameter says: whether each failure is said at once; else the command ends with it.
    init(_ console: Console, says: Bool = true) {
        self.console = console
        self.says = says
    }

    /// Tries one; what goes wrong keeps no other from its turn.
    mutating func add(_ text: String, _ body: () async throws -> Installation.Outcome?) async {
        do {
            guard let outcome = try await body() else { return }
            console.clearProgress()
            for dependency in outcome.dependencies {
                console.warn(
                    "\(outcome.receipt.id) needs \(dependency.id) \(dependency.range), which is not installed with it")
            }
            installed.append(
                Installed(
                    receipt: outcome.receipt, isNew: outcome.change == .installed,
                    isRepaired: outcome.change == .repaired ? true : nil))
        } catch {
            console.clearProgress()
            let failure = Failure(error)
            failures.append(failure)
            let words = failure.redacted
            failed.append(FailedAttempt(agent: text, code: words.code, message: words.message))
            if says { console.warn("\(text): \(words.message)\(words.fix.map { " (try: \($0))" } ?? "")") }
        }
    }

    /// All of it; the exit code is that of the first failure.
    var report: Report {
        var report = Report(
            InstalledList(installed: installed, failed: failed.isEmpty ? nil : failed),
            lines: { $0.installed.map(\.receipt.path) }
        ) { list, style in
            guard !list.installed.isEmpty else {
                return list.failed == nil ? "everything is up to date" : "nothing was installed"
            }
            return list.installed.map { one in
                let what = style.bold("\(one.receipt.id) \(one.receipt.version)")
                let path = one.receipt.path.shown
                if one.isRepaired == true { return "made \(what) whole again, in \(path)" }
                return one.isNew == true ? "installed \(what) in \(path)" : "\(what) is there already, in \(path)"
            }.joined(separator: "\n")
        }
        report.exit = failures.first?.exit ?? .ok
        return report
    }
}

/// An agent that is installed.
struct Installed: Body {
    let receipt: InstalledAgents.Receipt
    /// Whether this run installed it; nil in a list.
    var isNew: Bool?
    /// True where this run made it whole again.
    var isRepaired: Bool?

    static let form = Form.object(
        nil, Self.init, .including(\.receipt, InstalledAgents.Receipt.form), .optional("new", \.isNew, .bool),
        .optional("repaired", \.isRepaired, .bool))
}

/// What could not be installed.
struct FailedAttempt: Body {
    let agent: String
    let code: String
    let message: String

    static let form = Form.object(
        nil, Self.init, .required("agent", \.agent, .text), .required("code", \.code, .text),
        .required("message", \.message, .text))
}

/// Agents that are installed, and those that could not be.
struct InstalledList: Body {
    let installed: [Installed]
    let failed: [FailedAttempt]?

    static let form = Form.object(
        nil, Self.init, .required("installed", \.installed, .list(Installed.form)),
        .optional("failed", \.failed, .list(FailedAttempt.form)))
}
