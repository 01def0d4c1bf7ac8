import CommandLine
import Contract
import HTTPClient
import JSON
import RegistryClient
import System

/// The exit codes of the program.
enum ExitCode: Int32, Sendable {
    /// The command succeeded.
    case ok = 0
    /// The command failed; trying again will not help.
    case failure = 1
    /// The user cancelled the command.
    case cancelled = 2
    /// The command failed for now; trying again may help.
    case retryable = 3
    /// There is no token, or the token does not permit the command.
    case authentication = 4
    /// A usage error.
    case usage = 64
}

extension Failure {
    /// The failure for any error of this program, with a command that helps where there is one.
    init(_ error: any Error) {
        switch error {
        case let failure as Failure:
            self = failure
            fix = fix ?? Self.command(after: failure.code)
        case let usage as UsageError: self.init(.usage, "usage", usage.description)
        case let error as HTTPClientError: self.init(error)
        case let error as SystemError:
            self.init(error.isOutOfSpace ? .retryable : .permanent, "file-system", error.description)
        default: self.init(.permanent, "failed", "\(error)")
        }
    }

    /// The command that helps after a problem.
    private static func command(after code: String) -> String? {
        switch ProblemCode(rawValue: code) {
        case .notAuthenticated:
            "mentatctl config auth takes another token; mentatctl register NAME makes an account"
        case .outOfScope: "mentatctl whoami shows what this token permits; mentatctl token new issues another"
        case .agentNotFound: "mentatctl agent search WORDS"
        case .versionNotFound: "mentatctl agent info ID shows what versions there are"
        default: nil
        }
    }

    /// The exit code for this failure.
    var exit: ExitCode {
        switch kind {
        case .permanent: .failure
        case .retryable: .retryable
        case .authentication: .authentication
        case .usage: .usage
        case .cancelled: .cancelled
        }
    }

    /// A copy without anything that looks like a token, since the user may have typed one in a wrong place, and without
    /// characters that control a terminal.
    var redacted: Failure {
        var redacted = self
        redacted.message = Redaction.ofTokens(in: message.shown)
        redacted.fix = fix.map { Redaction.ofTokens(in: $0.shown) }
        redacted.findings = findings.map { finding in
            Problem.Finding(
                severity: finding.severity.shown, path: Redaction.ofTokens(in: finding.path.shown),
                message: Redaction.ofTokens(in: finding.message.shown))
        }
        return redacted
    }

    /// The JSON document that `--json` prints.
    var document: [UInt8] {
        FailureBody.form.bytes(
            FailureBody(
                error: FailureBody.Words(
                    code: code, message: message, exit: Int64(exit.rawValue), fix: fix,
                    findings: findings.isEmpty ? nil : findings)))
    }
}

/// The body of a failure for `--json`.
private struct FailureBody: Body {
    struct Words: Body {
        let code: String
        let message: String
        let exit: Int64
        let fix: String?
        let findings: [Problem.Finding]?

        static let form = Form.object(
            nil, Self.init, .required("code", \.code, .text), .required("message", \.message, .text),
            .required("exit", \.exit, .count), .optional("fix", \.fix, .text),
            .optional("findings", \.findings, .list(Problem.Finding.form)))
    }

    let error: Words

    static let form = Form.object(nil, Self.init, .required("error", \.error, Words.form))
}
