import Contract
import Crypto
package import HTTPFront
import HTTPServer
import Marketplace

/// The endpoints of the front for writes. For each the same is done in the same order: the parameters' names, the
/// credential with its scope, path and query, the idempotency key, the body, and then the endpoint's own work.
package struct CommandRoutes: Sendable {
    /// The routes.
    package private(set) var door: FrontDoor
    private let authenticator: Authenticator

    init(_ door: FrontDoor, _ authenticator: Authenticator) {
        self.door = door
        self.authenticator = authenticator
    }

    /// Adds a command of somebody who is known.
    mutating func on<Input, Sent, Given: CommandAnswer>(
        _ endpoint: Endpoint<Input, Sent, Given>,
        _ run: @escaping @Sendable (Principal, CommandCall<Input, Sent>) async throws -> CommandOutcome<Given>
    ) {
        onRequest(endpoint) { principal, input, request in
            // A key that can't be is said before the body is sent.
            _ = try CallIdentity.idempotencyKey(request.http.head.fields)
            let (sent, digest) = try await RequestBody.receive(request, for: endpoint)
            let identity = try CallIdentity(request, actor: principal.user, body: digest)
            let call = CommandCall(input: input, sent: sent, identity: identity)
            return request.response(endpoint, try await run(principal, call).reply)
        }
    }

    /// Adds a command that takes no credential.
    mutating func onOpen<Input, Sent, Given: CommandAnswer>(
        _ endpoint: Endpoint<Input, Sent, Given>,
        _ run: @escaping @Sendable (FrontRequest, CommandCall<Input, Sent>) async throws -> CommandOutcome<Given>
    ) {
        door.on(endpoint.declaration) { request in
            let input = try request.input(of: endpoint)
            _ = try CallIdentity.idempotencyKey(request.http.head.fields)
            let (sent, digest) = try await RequestBody.receive(request, for: endpoint)
            let identity = try CallIdentity(request, actor: nil, body: digest)
            let call = CommandCall(input: input, sent: sent, identity: identity)
            return request.response(endpoint, try await run(request, call).reply)
        }
    }

    /// Adds an endpoint that shows something to somebody who is known.
    mutating func onQuery<Input, Sent, Given>(
        _ endpoint: Endpoint<Input, Sent, Given>,
        _ show: @escaping @Sendable (Principal, Input) async throws -> Reply<Given>
    ) {
        onRequest(endpoint) { principal, input, request in
            request.response(endpoint, try await show(principal, input))
        }
    }

    /// Adds an endpoint of somebody who is known that reads its request itself.
    mutating func onRequest<Input, Sent, Given>(
        _ endpoint: Endpoint<Input, Sent, Given>,
        _ answer: @escaping @Sendable (Principal, Input, FrontRequest) async throws -> HTTPResponse
    ) {
        let authenticator = authenticator
        door.on(endpoint.declaration) { request in
            let principal = try await authenticator.principal(
                of: request.http.head.fields, for: endpoint.declaration.credential)
            return try await answer(principal, try request.input(of: endpoint), request)
        }
    }

    /// Adds an endpoint that asks for a credential itself, if at all.
    mutating func onAny<Input, Sent, Given>(
        _ endpoint: Endpoint<Input, Sent, Given>,
        _ answer: @escaping @Sendable (Input, FrontRequest) async throws -> HTTPResponse
    ) {
        door.on(endpoint.declaration) { request in
            try await answer(try request.input(of: endpoint), request)
        }
    }
}
