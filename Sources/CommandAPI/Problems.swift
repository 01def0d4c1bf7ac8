public import Contract
import EventLog
import Manifest
import Marketplace
import Postgres
import System

extension Problem {
    /// A rejection of the domain, as a problem.
    init(_ rejection: PublishVersion.Rejection) {
        switch rejection {
        case .notAuthenticated:
            self.init(.notAuthenticated, "the token is expired or revoked")
        case .outOfScope(let key):
            self.init(.outOfScope, "the token has no scope to publish '\(key)', such as publish:\(key)")
        case .reserved(let name):
            self.init(.nameReserved, "'\(name)' is kept for the administrator; choose another id")
        case .namespaceOwned(let namespace):
            self.init(.namespaceOwned, "the namespace '\(namespace)' belongs to somebody else; choose another id")
        case .notOwner(let key):
            self.init(.notOwner, "the agent '\(key)' belongs to somebody else")
        case .otherSpelling(let registered):
            self.init(.otherSpelling, "the agent is registered as '\(registered)'; publish under that id")
        case .versionExists(let existing):
            self.init(
                .versionExists,
                "version \(existing.version) exists with the release \(existing.release); versions never change, choose a higher one"
            )
        }
    }

    /// What an error of the log, the database or the disk stands for; nil for a fault of the program.
    public static func translating(_ error: any Error) -> Problem? {
        switch error {
        case let error as EventLogError:
            switch error {
            case .queueFull: Problem(.busy, "too many commands wait; try again")
            case .unavailable: Problem(.unavailable, "the log can't be reached now; nothing was changed, try again")
            case .outcomeUnknown:
                Problem(
                    .outcomeUnknown,
                    "the connection to the log was lost at commit; repeat with the same Idempotency-Key")
            case .clockOff: Problem(.unavailable, "the server's clock is off; nothing was changed")
            case .corrupt: nil
            }
        case let error as PostgresError where error.isTransient:
            Problem(error.kind == .poolExhausted ? .busy : .unavailable, "the database can't be used now; try again")
        case let error as SystemError where error.isOutOfSpace:
            Problem(.unavailable, "the disk is full; nothing was changed", retryAfterSeconds: 30)
        case let error as SystemError where error.isOutOfDescriptors:
            Problem(.busy, "too many files are open; try again")
        case is CancellationError: Problem(.malformedRequest, "the client has left")
        default: nil
        }
    }
}

extension Problem.Finding {
    init(_ finding: Manifest.Finding) {
        self.init(severity: finding.severity.rawValue, path: finding.path, message: finding.message)
    }
}
