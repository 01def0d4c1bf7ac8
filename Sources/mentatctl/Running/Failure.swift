import CommandLine
import Contract
import HTTPClient
import JSON
import System

/// How the program ends.
enum ExitCode: Int32, Sendable {
    /// All is well.
    case ok = 0
    /// It failed; trying the same again will not help.
    case failure = 1
    /// Somebody cancelled it.
    case cancelled = 2
    /// It failed for now; trying again may help.
    case retryable = 3
    /// There is no token, or the one there is does not do.
    case authentication = 4
    /// The command line can't be followed.
    case usage = 64
}

/// Why a command did not do what it was asked to.
struct Failure: Error, Sendable, CustomStringConvertible {
    /// How the program ends.
    var exit: ExitCode
    /// A code that never changes its meaning: a problem's, or one of this program.
    var code: String
    /// What is wrong, with field and value.
    var message: String
    /// What to do about it; the next command, where there is one.
    var fix: String?
    /// All that was found wrong, each with its path.
    var findings: [Problem.Finding] = []

    init(
        _ exit: ExitCode = .failure, _ code: String, _ message: String, fix: String? = nil,
        findings: [Problem.Finding] = []
    ) {
        self.exit = exit
        self.code = code
        self.message = message
        self.fix = fix
        self.findings = findings
    }

    /// What any error of this program stands for.
    init(_ error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case let usage as UsageError: self.init(.usage, "usage", usage.description)
        case let error as HTTPClientError:
            switch error.kind {
            case .impossible: self.init(.failure, "impossible-request", error.description)
            case .untrusted:
                self.init(
                    .failure, "untrusted-registry", error.description,
                    fix: "SSL_CERT_DIR names the folder of the certificates that are trusted")
            case .tooLarge: self.init(.failure, "answer-too-large", error.description)
            case .unreachable, .interrupted:
                self.init(
                    .retryable, "registry-unreachable", error.description,
                    fix: "check the registry: mentatctl config get registry")
            }
        case let error as SystemError:
            self.init(error.isOutOfSpace ? .retryable : .failure, "file-system", error.description)
        default: self.init(.failure, "failed", "\(error)")
        }
    }

    var description: String { message }

    /// Without whatever looks like a token: one that was typed in a wrong place is not said again.
    var redacted: Failure {
        var redacted = self
        redacted.message = Redaction.ofTokens(in: message)
        redacted.fix = fix.map(Redaction.ofTokens)
        redacted.findings = findings.map { finding in
            Problem.Finding(
                severity: finding.severity, path: Redaction.ofTokens(in: finding.path),
                message: Redaction.ofTokens(in: JSONValue.printable(finding.message)))
        }
        return redacted
    }

    /// As a machine reads it.
    var json: JSONValue {
        var members = [
            JSONValue.Member("code", .string(code)),
            JSONValue.Member("exit", .number(JSONNumber(Int64(exit.rawValue)))),
            JSONValue.Member("message", .string(message)),
        ]
        if let fix { members.append(JSONValue.Member("fix", .string(fix))) }
        if !findings.isEmpty { members.append(JSONValue.Member("findings", findings.json)) }
        return .object([JSONValue.Member("error", .object(members))])
    }
}

extension [Problem.Finding] {
    /// As a machine reads them.
    var json: JSONValue {
        .array(
            map { finding in
                .object([
                    JSONValue.Member("message", .string(finding.message)),
                    JSONValue.Member("path", .string(finding.path)),
                    JSONValue.Member("severity", .string(finding.severity)),
                ])
            })
    }
}
