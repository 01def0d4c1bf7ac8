package import Contract
import EventLog
import Events
import Manifest
import Marketplace
import Postgres
import System

extension Problem {
    /// The problem for a rejection of the domain.
    init(_ rejection: Rejection) {
        switch rejection {
        case .notAuthenticated: self.init(.notAuthenticated, "the token is expired or revoked")
        case .outOfScope(let action, let resource):
            self.init(.outOfScope, "the token has no scope to \(action.words)\(Self.scope(action, resource))")
        case .notPermitted(_, .agent(let key)):
            self.init(.notOwner, "the agent '\(key)' belongs to somebody else; ask its owner")
        case .notPermitted(_, .namespace(let namespace)):
            self.init(.namespaceOwned, "the namespace '\(namespace)' belongs to somebody else; choose another id")
        case .notPermitted(let action, _): self.init(.notPermitted, "you may not \(action.words) here")
        case .reserved(let name):
            self.init(
                .nameReserved, "'\(name)' and what looks like it are kept for the administrator; choose another name")
        case .resembles(let likeness):
            let other = likeness.name.map { "looks like '\($0)', which is somebody else's" }
            self.init(
                .nameResembles,
                "this \(other ?? "is or looks like the name of somebody who has left, and rests"); choose another one, or ask an administrator to let it pass: docs/moderation.md says how"
            )
        case .otherSpelling(let registered):
            self.init(.otherSpelling, "the agent is registered as '\(registered)'; publish under that id")
        case .versionExists(let existing):
            self.init(
                .versionExists,
                "version \(existing.version) exists with the release \(existing.release); versions never change, choose a higher one"
            )
        case .held(let key, let hold):
            self = .quarantined("the agent '\(key)'", hold.reason.rawValue, since: hold.since)
        case .fileRemoved(let digest):
            self.init(
                .artifactRemoved, "the file \(digest) was removed from the marketplace; nobody publishes it again")
        case .noAgent(let key): self.init(.agentNotFound, "there is no agent '\(key)' here")
        case .noVersion(let key, let version):
            self.init(.versionNotFound, "the agent '\(key)' has no version \(version.prefix(128)) here")
        case .noNamespace(let namespace):
            self.init(.namespaceNotFound, "nobody has published in the namespace '\(namespace)' yet")
        case .noUser: self.init(.userNotFound, "there is nobody of this name or id here")
        case .noToken: self.init(.tokenNotFound, "you have no token of this id; GET /tokens lists yours")
        case .noReview: self.init(.reviewNotFound, "there is no such review")
        case .nameTaken: self.init(.nameTaken, "somebody has this name or one that looks like it; choose another one")
        case .lastOwner: self.init(.lastOwner, "this is the last owner; add another one first")
        case .ownAgent(let key):
            self.init(
                .ownAgent,
                "you have a role on '\(key)' or in its namespace, or had one within a year, so it is not yours to judge"
            )
        case .invitationVoid:
            self.init(.invitationVoid, "who invited you has no right to give this role any more")
        case .alreadyReviewed(let key):
            self.init(
                .alreadyReviewed,
                "you have reviewed '\(key)' already; PUT /agents/\(key)/reviews/mine to say something else")
        case .replacesItself(let key):
            self.init(
                .invalidBody, "an agent can't replace itself",
                findings: [
                    Finding(
                        severity: "error", path: "/replacement", message: "'\(key)' is the agent that is deprecated")
                ])
        case .superseded: self.init(.busy, "another token took the place at the same time; try again")
        case .issuedTooDeep:
            self.init(
                .tokenChainTooLong,
                "\(Lineage.maximumIssuers) tokens stand above this one already; issue the new one from one of those")
        case .renewedTooOften:
            self.init(
                .tokenChainTooLong,
                "the token was renewed \(Lineage.maximumRenewals) times in a row; issue another one and revoke this")
        case .soleOwner(let agents):
            self.init(
                .soleOwner,
                "you are the only owner of \(agents.count) agents: invite others, or leave them with abandon=true",
                findings: agents.prefix(1_000).map {
                    Finding(severity: "error", path: "/agents/\($0)", message: "nobody else owns '\($0)'")
                })
        case .lastAdministrator:
            self.init(.lastAdministrator, "nobody else has a token with the scope admin; issue one to somebody first")
        case .administrators:
            self.init(.outOfScope, "the account or token is an administrator's; it takes a token with the scope admin")
        case .scopeTooWide(let scope):
            self.init(.scopeTooWide, "this token does not have the scope '\(scope)', so it can't give it to another")
        }
    }

    /// The problem for a refused append; nil where deciding again helps.
    init?(_ refusal: AppendRefusal) {
        switch refusal {
        case .artifactUnleased:
            self.init(.unavailable, "a file of the upload was swept meanwhile; upload again")
        case .artifactHeld:
            self = .quarantined(
                "a file of the upload", QuarantineReason.malware.rawValue, since: nil)
        case .inviterRefused: self.init(.inviterRefused, "this person takes no invitations of yours")
        case .tooManyOffers:
            self.init(.tooManyInvitations, "100 of your invitations are open; withdraw some, or wait for answers")
        case .tooManyInvitations:
            self.init(.tooManyInvitations, "20 invitations to this person are open; wait until they have answered some")
        case .invitationGone: self = .noInvitation
        case .tooNew:
            self.init(
                .unavailable,
                "this needs the newer program alone, and an older one may be at work still; an operator finishes the upgrade",
                retryAfterSeconds: 60)
        case .stale, .dailyShareTaken, .nameMoved, .nameForgotten, .rolesMoved, .spoolMoved, .lineTaken: return nil
        }
    }

    /// The problem for something that moderators hold.
    static func quarantined(_ what: String, _ reason: String, since: Timestamp?) -> Problem {
        let when = since.map { " since \($0)" } ?? ""
        return Problem(
            reason == QuarantineReason.legal.rawValue ? .quarantinedLegally : .quarantined,
            "\(what) is held by moderators for the reason '\(reason)'\(when); docs/moderation.md says how to appeal")
    }

    static var noInvitation: Problem {
        Problem(.invitationNotFound, "you have no open invitation of this id; GET /invitations lists yours")
    }

    /// The words that tell which scope would be enough.
    private static func scope(_ action: Action, _ resource: Resource) -> String {
        switch (action.right.credential, resource) {
        case (.publishing, .agent(let key)): " '\(key)', such as publish:\(key)"
        case (.publishing, .namespace(let namespace)): " '\(namespace)', such as publish:\(namespace).*"
        case (.publishing, _): ", such as publish"
        case (.reviewing, _): "; it takes review"
        case (.moderating, _): "; it takes moderate"
        case (.reporting, _): "; it takes report"
        case (.administering, _): "; it takes admin"
        case (.account, .agent(let key)): " '\(key)'; it takes account"
        case (.account, .namespace(let namespace)): " '\(namespace)'; it takes account"
        case (.account, _): "; it takes account"
        }
    }

    /// The problem for an error of the log, the database or the disk; nil for a fault of the program.
    package static func translating(_ error: any Error) -> Problem? {
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
