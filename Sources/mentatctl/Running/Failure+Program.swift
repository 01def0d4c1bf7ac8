import CommandLine
import Contract
import HTTPClient
import JSON
import RegistryClient
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
    /// There is no token, or the one there is does not permit this.
    case authentication = 4
    /// A usage error.
    case usage = 64
}

extension Failure {
    /// What any error of this program stands for, with the next command where there is one.
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

    /// How the program ends.
    var exit: ExitCode {
        switch kind {
        case .permanent: .failure
        case .retryable: .retryable
        case .authentication: .authentication
        case .usage: .usage
        }
    }

    /// Without anything that looks like a token, since one that was typed in a wrong place is not said again, and
    /// without what would steer a terminal.
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

    /// As a machine reads it.
    var document: [UInt8] {
        FailureBody.form.bytes(
            FailureBody(
                error: FailureBody.Words(
                    code: code, message: message, exit: Int64(exit.rawValue), fix: fix,
                    findings: findings.isEmpty ? nil : findings)))
    }
}

/// What `--json` prints of a failure.
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
