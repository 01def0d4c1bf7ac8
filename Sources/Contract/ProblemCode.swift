import JSON

/// Every way a request can fail, by a code that never changes its meaning.
package enum ProblemCode: String, Sendable, CaseIterable {
    /// The bytes are no HTTP or no multipart.
    case malformedRequest = "malformed-request"
    /// A parameter of the query or a header has a value that can't be.
    case invalidParameter = "invalid-parameter"
    /// There is no token, or it is unknown, expired or revoked.
    case notAuthenticated = "not-authenticated"
    /// The list that the cursor belongs to was ordered by scores that are not kept any more.
    case cursorExpired = "cursor-expired"
    /// The token does not permit this.
    case outOfScope = "out-of-scope"
    /// The person may not do this, whatever the token permits.
    case notPermitted = "not-permitted"
    /// The token that is asked for would permit more than the one that asks.
    case scopeTooWide = "scope-too-wide"
    /// Too many tokens stand above the one that is asked for, or before it.
    case tokenChainTooLong = "token-chain-too-long"
    /// Nobody judges or moderates what is theirs, or was within a year.
    case ownAgent = "own-agent"
    /// The name is kept for the administrator.
    case nameReserved = "name-reserved"
    /// The namespace belongs to somebody else.
    case namespaceOwned = "namespace-owned"
    /// The agent belongs to somebody else.
    case notOwner = "not-owner"
    /// No such path.
    case pathNotFound = "path-not-found"
    /// No such agent.
    case agentNotFound = "agent-not-found"
    /// No such version.
    case versionNotFound = "version-not-found"
    /// No such namespace.
    case namespaceNotFound = "namespace-not-found"
    /// Nobody of this name.
    case userNotFound = "user-not-found"
    /// No such token, or somebody else's.
    case tokenNotFound = "token-not-found"
    /// The file was removed from the marketplace.
    case artifactRemoved = "artifact-removed"
    /// Moderators hold it.
    case quarantined = "quarantined"
    /// Moderators hold it since it may not be distributed.
    case quarantinedLegally = "quarantined-legal"
    /// Several agents name the file, and the request does not say that all are meant.
    case artifactShared = "artifact-shared"
    /// No such invitation, or it was answered, withdrawn or is too old.
    case invitationNotFound = "invitation-not-found"
    /// No such review.
    case reviewNotFound = "review-not-found"
    /// No such file.
    case artifactNotFound = "artifact-not-found"
    /// No such content, or it was erased or is not public.
    case contentNotFound = "content-not-found"
    /// The path knows other methods.
    case methodNotAllowed = "method-not-allowed"
    /// The client was too slow.
    case requestTimeout = "request-timeout"
    /// The agent is registered under another spelling.
    case otherSpelling = "other-spelling"
    /// The version exists with another content.
    case versionExists = "version-exists"
    /// Somebody has the name.
    case nameTaken = "name-taken"
    /// The name can be mistaken for another one.
    case nameResembles = "name-resembles"
    /// The token that was issued under this idempotency key is in use.
    case tokenInUse = "token-in-use"
    /// The account has as many tokens as one may have.
    case tooManyTokens = "too-many-tokens"
    /// The person has reviewed the agent already.
    case alreadyReviewed = "already-reviewed"
    /// There has to be another owner first.
    case lastOwner = "last-owner"
    /// The person is the only owner of agents.
    case soleOwner = "sole-owner"
    /// Nobody else administers the marketplace.
    case lastAdministrator = "last-administrator"
    /// The inviter has no right to give the role any more.
    case invitationVoid = "invitation-void"
    /// Somebody takes no invitations of this inviter.
    case inviterRefused = "inviter-refused"
    /// One of both has as many open invitations as one may have.
    case tooManyInvitations = "too-many-invitations"
    /// The body or a part of it is too large.
    case contentTooLarge = "content-too-large"
    /// The body has a type that is not taken.
    case unsupportedMediaType = "unsupported-media-type"
    /// The range that was asked for lies behind the end of the file.
    case rangeNotSatisfiable = "range-not-satisfiable"
    /// Members of the body are missing, unknown or not what they have to be; all of them are listed.
    case invalidBody = "invalid-body"
    /// The manifest has errors; all of them are listed.
    case invalidManifest = "invalid-manifest"
    /// A part of the upload is missing, unknown, repeated or not what it has to be.
    case invalidPart = "invalid-part"
    /// A file that was to be published holds a token of a marketplace.
    case secretFound = "secret-found"
    /// The idempotency key was used for another command.
    case idempotencyKeyReused = "idempotency-key-reused"
    /// The head of the request is too large.
    case headTooLarge = "head-too-large"
    /// The target is too long.
    case targetTooLong = "target-too-long"
    /// Something in HTTP that this server does not do.
    case notImplemented = "not-implemented"
    /// Another version of HTTP.
    case versionNotSupported = "http-version-not-supported"
    /// The Host field names another server.
    case misdirected = "misdirected-request"
    /// The account or address asked for too much in too short a time.
    case rateLimited = "rate-limited"
    /// As many readers of one address as may follow the log.
    case tooManyReaders = "too-many-readers"
    /// A network has as many costly questions under way as it may.
    case tooManyAtOnce = "too-many-at-once"
    /// Too much is under way.
    case busy = "busy"
    /// The database or the disk can't be used now.
    case unavailable = "unavailable"
    /// The connection to the database was lost at commit.
    case outcomeUnknown = "outcome-unknown"
    /// The read model has not reached the position that was asked for.
    case positionNotReached = "position-not-reached"
    /// The log has no such position yet.
    case positionUnknown = "position-unknown"
    /// The path tells the present alone.
    case pastNotKept = "past-not-kept"
    /// More has happened to the agent than is read for one request.
    case pastTooLong = "past-too-long"
    /// A fault of the server.
    case internalError = "internal-error"

    /// Whether sending the same request again makes sense.
    package enum Retry: String, Sendable {
        /// It fails again until something about it changes.
        case no
        /// It can succeed after a pause.
        case later
    }

    /// What is the same for every occurrence of a problem.
    package struct Declaration: Sendable {
        package let status: Int
        package let title: String
        /// What to do about it, in a sentence.
        package let remedy: String
        package let retry: Retry

        fileprivate init(_ status: Int, _ title: String, _ remedy: String, retry: Retry = .no) {
            self.status = status
            self.title = title
            self.remedy = remedy
            self.retry = retry
        }
    }

    /// The table of problems.
    package var declaration: Declaration {
        switch self {
        case .malformedRequest:
            Declaration(
                400, "The request is malformed",
                "Correct the request: its detail says which bytes do not fit.")
        case .invalidParameter:
            Declaration(
                400, "A parameter has no valid value",
                "Give the parameter a value that its description allows.")
        case .notAuthenticated:
            Declaration(
                401, "A valid token is needed",
                "Send a valid token; POST /users registers an account, and POST /tokens issues another token.")
        case .cursorExpired:
            Declaration(
                410, "The cursor has expired", "Begin the search anew: send the same request without 'cursor'.")
        case .outOfScope:
            Declaration(
                403, "The token does not permit this",
                "Use a token that has the scope; POST /tokens issues one.")
        case .notPermitted: Declaration(403, "This is not permitted", "Ask an owner or a moderator to do it.")
        case .scopeTooWide:
            Declaration(
                403, "The new token would permit more than this one",
                "Ask for scopes that the present token has.")
        case .tokenChainTooLong:
            Declaration(
                422, "The chain of tokens is too long",
                "Use a token that was issued by fewer others, or issue a new one in place of renewing.")
        case .ownAgent:
            Declaration(
                403, "Nobody judges or moderates what is theirs",
                "Leave it to others.")
        case .nameReserved: Declaration(403, "The name is reserved", "Choose another name.")
        case .namespaceOwned:
            Declaration(
                403, "The namespace belongs to somebody else",
                "Choose another namespace, or ask an owner of this one for a role.")
        case .notOwner:
            Declaration(
                403, "The agent belongs to somebody else",
                "Ask an owner of the agent for a role.")
        case .pathNotFound:
            Declaration(
                404, "There is nothing at this path",
                "See /openapi/openapi.json for the paths that there are.")
        case .agentNotFound: Declaration(404, "There is no such agent", "Check the id; GET /agents searches.")
        case .versionNotFound:
            Declaration(
                404, "There is no such version",
                "GET /agents/{id}/versions lists the versions.")
        case .namespaceNotFound:
            Declaration(
                404, "There is no such namespace",
                "Check the name; a namespace exists once an agent is published in it.")
        case .userNotFound: Declaration(404, "There is nobody of this name", "Check the name.")
        case .tokenNotFound: Declaration(404, "There is no such token", "GET /tokens lists your tokens.")
        case .reviewNotFound:
            Declaration(
                404, "There is no such review",
                "GET /agents/{id}/reviews lists the reviews.")
        case .artifactNotFound:
            Declaration(
                404, "There is no such file",
                "Check the digest; the page of the version names its files.")
        case .contentNotFound:
            Declaration(
                404, "There is no such content",
                "Check position and field; a content that was erased or is not public is shown to nobody.")
        case .methodNotAllowed:
            Declaration(
                405, "The path does not know this method",
                "Use a method that the field Allow names.")
        case .requestTimeout:
            Declaration(
                408, "The request took too long",
                "Send the request again, without pauses.", retry: .later)
        case .otherSpelling:
            Declaration(
                409, "The agent is registered under another spelling",
                "Use the spelling that is registered.")
        case .versionExists: Declaration(409, "The version exists already", "Publish under a higher version.")
        case .nameTaken: Declaration(409, "Somebody has the name", "Choose another name.")
        case .nameResembles:
            Declaration(
                409, "The name can be mistaken for another one",
                "Choose another name, or ask an administrator to let it pass.")
        case .tokenInUse: Declaration(409, "The token is in use", "Choose a new Idempotency-Key.")
        case .tooManyTokens: Declaration(409, "The account has too many tokens", "Use a token that you have.")
        case .alreadyReviewed:
            Declaration(
                409, "The agent was reviewed already",
                "PUT /agents/{id}/reviews/mine replaces your review.")
        case .lastOwner:
            Declaration(
                409, "There has to be another owner first",
                "Make somebody else an owner first.")
        case .artifactRemoved:
            Declaration(410, "The file was removed", "Do without the file; its digest and proof stay.")
        case .quarantined:
            Declaration(
                403, "Moderators hold it",
                "Wait for the review, or appeal: docs/moderation.md says how.")
        case .quarantinedLegally:
            Declaration(
                451, "Moderators hold it for legal reasons",
                "Wait for the review, or appeal: docs/moderation.md says how.")
        case .artifactShared:
            Declaration(
                409, "More than one agent names the file",
                "Look at the versions that are listed; with everywhere=true the file goes from all of them.")
        case .invitationNotFound:
            Declaration(
                404, "There is no such invitation",
                "GET /invitations lists those that are open; ask for a new one.")
        case .soleOwner:
            Declaration(
                409, "Agents would have no owner",
                "Invite other owners to the agents that are listed, or leave them with abandon=true.")
        case .lastAdministrator:
            Declaration(
                409, "The last administrator can't go",
                "Issue a token with the scope admin to somebody else: marketplace token issue.")
        case .invitationVoid:
            Declaration(
                409, "The invitation is void",
                "Ask somebody who is an owner now for an invitation.")
        case .inviterRefused:
            Declaration(
                403, "The person takes no invitations of yours",
                "Let another owner invite them.")
        case .tooManyInvitations:
            Declaration(
                409, "Too many invitations are open",
                "Wait until some are answered, or withdraw some: DELETE /invitations/{invitation}.")
        case .contentTooLarge: Declaration(413, "The content is too large", "Send less; the detail names the bound.")
        case .unsupportedMediaType:
            Declaration(
                415, "The content has a type that is not taken",
                "Send the media type that the detail names.")
        case .rangeNotSatisfiable:
            Declaration(
                416, "The range is not there",
                "Ask for a range within the size that the field Content-Range names.")
        case .invalidBody: Declaration(422, "The body can't be taken", "Correct each member that is listed.")
        case .invalidManifest:
            Declaration(
                422, "The manifest can't be published",
                "Correct each finding; mentatctl agent validate checks without sending.")
        case .invalidPart: Declaration(422, "A part of the upload can't be taken", "Correct the part that is named.")
        case .secretFound:
            Declaration(
                422, "A file holds a token of a marketplace",
                "Take it out, and revoke it: whoever has seen the file can use it.")
        case .idempotencyKeyReused:
            Declaration(
                422, "The idempotency key was used for another command",
                "Choose a new Idempotency-Key.")
        case .pastNotKept:
            Declaration(
                422, "The past of this is not kept", "Leave 'as_of' out; pages of agents and versions take it.")
        case .pastTooLong:
            Declaration(
                422, "Too much has happened to the agent",
                "GET /events?stream=agent/{id} gives its entries; what they come to has to be worked out there.")
        case .targetTooLong:
            Declaration(
                414, "The target of the request is too long", "Send long values in a body, or ask for less at once.")
        case .headTooLarge: Declaration(431, "The head of the request is too large", "Send fewer or shorter fields.")
        case .notImplemented:
            Declaration(
                501, "The server does not do this",
                "Do without the feature that is named.")
        case .versionNotSupported: Declaration(505, "This version of HTTP is not spoken here", "Use HTTP/1.1.")
        case .misdirected:
            Declaration(
                421, "The request is meant for another server",
                "Use the marketplace's public address; operators name it with --public-url.")
        case .rateLimited:
            Declaration(
                429, "Too much in too short a time",
                "Wait for as long as the field Retry-After says.", retry: .later)
        case .tooManyReaders:
            Declaration(
                429, "Too many readers",
                "End a stream that is not needed, or read pages of the log.", retry: .later)
        case .tooManyAtOnce:
            Declaration(
                429, "Too much at once", "Ask one after the other; a moment later this one may be answered.",
                retry: .later)
        case .busy:
            Declaration(
                503, "The server is busy",
                "Try again after as long as the field Retry-After says.", retry: .later)
        case .unavailable:
            Declaration(
                503, "The server can't do this now",
                "Try again after as long as the field Retry-After says; nothing was changed.", retry: .later)
        case .outcomeUnknown:
            Declaration(
                503, "The outcome is unknown",
                "Repeat the request with the same Idempotency-Key to learn the outcome.", retry: .later)
        case .positionNotReached:
            Declaration(
                503, "The read model is behind",
                "Try again, or ask without min_position for what there is now.", retry: .later)
        case .positionUnknown:
            Declaration(
                409, "The log has no such position",
                "Ask for a position that an answer of this marketplace gave; a follower of another log begins anew.")
        case .internalError:
            Declaration(
                500, "The server made a mistake",
                "Report the request's id to the operator.")
        }
    }

    /// The status that goes with it.
    package var status: Int { declaration.status }
}
