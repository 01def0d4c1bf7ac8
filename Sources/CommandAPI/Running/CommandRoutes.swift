import Contract
import Events
package import HTTPFront
import HTTPServer
import Marketplace

/// The endpoints of the front for writes. Each request is checked in the same order: the parameters' names, the
/// credential with its scope, path and query, the idempotency key, the body; then the endpoint does its own work.
package struct CommandRoutes: Sendable {
    /// The routes.
    package private(set) var router: FrontRouter
    private let authenticator: Authenticator

    init(_ router: FrontRouter, _ authenticator: Authenticator) {
        self.router = router
        self.authenticator = authenticator
    }

    /// Adds a command that needs a token.
    ///
    /// - Parameter takesReplaced: true to accept a token that was replaced.
    mutating func on<Input, Sent, Given: CommandAnswer>(
        _ endpoint: Endpoint<Input, Sent, Given>, takesReplaced: Bool = false,
        _ run: @escaping @Sendable (Principal, CommandCall<Input, Sent>) async throws -> CommandOutcome<Given>
    ) {
        onRequest(endpoint, takesReplaced: takesReplaced) { principal, input, request in
            let call = try await Self.call(request, endpoint, input, actor: principal.user)
            return request.response(endpoint, try await run(principal, call).reply)
        }
    }

    /// Adds a command that needs no token.
    mutating func onOpen<Input, Sent, Given: CommandAnswer>(
        _ endpoint: Endpoint<Input, Sent, Given>,
        _ run: @escaping @Sendable (FrontRequest, CommandCall<Input, Sent>) async throws -> CommandOutcome<Given>
    ) {
        router.on(endpoint.declaration) { request in
            let call = try await Self.call(request, endpoint, try request.input(of: endpoint), actor: nil)
            return request.response(endpoint, try await run(request, call).reply)
        }
    }

    private static func call<Input, Sent, Given>(
        _ request: FrontRequest, _ endpoint: Endpoint<Input, Sent, Given>, _ input: Input, actor: PersonID?
    ) async throws -> CommandCall<Input, Sent> {
        // A key that breaks its rule is refused before the body is sent.
        _ = try CallIdentity.idempotencyKey(request.http.head.fields)
        let (sent, digest) = try await RequestBody.receive(request, for: endpoint)
        let identity = try CallIdentity(request, actor: actor, body: digest)
        return CommandCall(input: input, sent: sent, identity: identity)
    }

    /// Adds an endpoint that needs a token and changes nothing.
    mutating func onQuery<Input, Sent, Given>(
        _ endpoint: Endpoint<Input, Sent, Given>,
        _ show: @escaping @Sendable (Principal, Input) async throws -> Reply<Given>
    ) {
        onRequest(endpoint) { principal, input, request in
            request.response(endpoint, try await show(principal, input))
        }
    }

    /// Adds an endpoint that needs a token and reads its request itself.
    mutating func onRequest<Input, Sent, Given>(
        _ endpoint: Endpoint<Input, Sent, Given>, takesReplaced: Bool = false,
        _ answer: @escaping @Sendable (Principal, Input, FrontRequest) async throws -> HTTPResponse
    ) {
        let authenticator = authenticator
        router.on(endpoint.declaration) { request in
            let principal = try await authenticator.principal(
                of: request.http.head.fields, for: endpoint.declaration.credential, takesReplaced: takesReplaced)
            return try await answer(principal, try request.input(of: endpoint), request)
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
