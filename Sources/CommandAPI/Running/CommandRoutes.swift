import Contract
import Events
package import HTTPFront
import HTTPServer
import Marketplace

/// The endpoints of the front for writes. Each request is checked in the same order: the parameters' names, the
/// credential with its scope, path and query, the idempotency key, the limits, the body; then the endpoint does its own
/// work.
package struct CommandRoutes: Sendable {
    /// The routes.
    package private(set) var router: FrontRouter
    private let authenticator: Authenticator
    private let admission: Admission

    init(_ router: FrontRouter, _ authenticator: Authenticator, _ admission: Admission) {
        self.router = router
        self.authenticator = authenticator
        self.admission = admission
    }

    /// Adds a command that needs a token.
    ///
    /// - Parameter takesReplaced: true to accept a token that was replaced.
    mutating func on<Input, Sent, Given: CommandAnswer>(
        _ endpoint: Endpoint<Input, Sent, Given>, takesReplaced: Bool = false,
        _ run: @escaping @Sendable (Principal, CommandCall<Input, Sent>) async throws -> CommandOutcome<Given>
    ) {
        onOwnBody(endpoint, takesReplaced: takesReplaced) { principal, _, input, request in
            try await run(principal, try await Self.call(request, endpoint, input, actor: principal.user))
        }
    }

    /// Adds a command that needs a token and reads its body itself.
    mutating func onOwnBody<Input, Sent, Given: CommandAnswer>(
        _ endpoint: Endpoint<Input, Sent, Given>, takesReplaced: Bool = false,
        _ run: @escaping @Sendable (Principal, Allowance, Input, FrontRequest) async throws -> CommandOutcome<Given>
    ) {
        let admission = admission
        onRequest(endpoint, takesReplaced: takesReplaced) { caller, input, request in
            let allowance = admission.allowance(of: caller, for: request)
            return try await admission.admit(request, endpoint, allowance, actor: caller.principal.user) {
                try await run(caller.principal, allowance, input, request)
            }
        }
    }

    /// Adds a command that needs no token. `run` gets a principal only for a token with the scope `admin`.
    mutating func onOpen<Input, Sent, Given: CommandAnswer>(
        _ endpoint: Endpoint<Input, Sent, Given>,
        _ run:
            @escaping @Sendable (Principal?, FrontRequest, CommandCall<Input, Sent>) async throws -> CommandOutcome<
                Given
            >
    ) {
        let (admission, authenticator) = (admission, authenticator)
        router.on(endpoint.declaration) { request in
            let fields = request.http.head.fields
            var administrator: Caller?
            if fields["authorization"] != nil {
                let caller = try await authenticator.caller(of: fields, for: .token([]))
                if caller.isAdministrator { administrator = caller }
            }
            let input = try request.input(of: endpoint)
            let allowance =
                administrator.map { admission.allowance(of: $0, for: request) }
                ?? admission.allowance(ofAddressOf: request)
            return try await admission.admit(request, endpoint, allowance, actor: nil) {
                let call = try await Self.call(request, endpoint, input, actor: nil)
                return try await run(administrator?.principal, request, call)
            }
        }
    }

    static func call<Input, Sent, Given>(
        _ request: FrontRequest, _ endpoint: Endpoint<Input, Sent, Given>, _ input: Input, actor: PersonID?
    ) async throws -> CommandCall<Input, Sent> {
        let (sent, digest) = try await RequestBody.receive(request, for: endpoint)
        let identity = try CallIdentity(request, actor: actor, body: digest)
        return CommandCall(input: input, sent: sent, identity: identity)
    }

    /// Adds an endpoint that needs a token and changes nothing.
    mutating func onQuery<Input, Sent, Given>(
        _ endpoint: Endpoint<Input, Sent, Given>,
        _ show: @escaping @Sendable (Principal, Input) async throws -> Reply<Given>
    ) {
        onRequest(endpoint) { caller, input, request in
            request.response(endpoint, try await show(caller.principal, input))
        }
    }

    private mutating func onRequest<Input, Sent, Given>(
        _ endpoint: Endpoint<Input, Sent, Given>, takesReplaced: Bool = false,
        _ answer: @escaping @Sendable (Caller, Input, FrontRequest) async throws -> HTTPResponse
    ) {
        let authenticator = authenticator
        router.on(endpoint.declaration) { request in
            let caller = try await authenticator.caller(
                of: request.http.head.fields, for: endpoint.declaration.credential, takesReplaced: takesReplaced)
            return try await answer(caller, try request.input(of: endpoint), request)
        }
    }

    /// Adds an endpoint that needs no token, or reads the token itself.
    mutating func onAny<Input, Sent, Given>(
        _ endpoint: Endpoint<Input, Sent, Given>,
        _ answer: @escaping @Sendable (Input, FrontRequest) async throws -> HTTPResponse
    ) {
        router.on(endpoint.declaration) { request in
            try await answer(try request.input(of: endpoint), request)
        }
    }
}
