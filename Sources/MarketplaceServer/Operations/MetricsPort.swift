import CommandLine
import Contract
import Events
import HTTPFront
import HTTPServer
import Logging
import Metrics
import Reactor
import System

/// Serves the measures of this process, on a port and a thread of their own: they can be read while all else is held up.
struct MetricsPort {
    /// The options of every part that serves them.
    static let options: [Subcommand.Option] = [
        .value("metrics-port", "N", "the port of /metrics (the first free one from \(firstPort) on)"),
        .value("metrics-address", "IP", "the address of /metrics (127.0.0.1)"),
    ]
    private static let firstPort: UInt16 = 7_090
    private static let connections = 16

    private let server: HTTPServer
    /// Where they are served.
    let url: String

    /// Begins to serve them.
    init(_ invocation: Invocation, _ measures: Measures, _ log: Log) async throws {
        let address = invocation.values["metrics-address"] ?? "127.0.0.1"
        let port = try invocation.number("metrics-port", 0...65_535).map(UInt16.init)
        var router = FrontRouter(
            log: log.component("metrics"), hosts: ServedHosts(publicURL: "", listening: address, isForMachines: true),
            clients: ClientAddress(field: nil, proxies: []), translate: { _ in nil })
        router.on(Endpoints.metrics.declaration) { _ in
            // Files of the system are read for them, which the thread of connections does not do.
            let families = await withTaskExecutorPreference(globalConcurrentExecutor) { await measures.set.families() }
            return HTTPResponse(
                status: 200, fields: ["content-type": OpenMetricsText.mediaType, "cache-control": "no-store"],
                body: .bytes(OpenMetricsText.bytes(families)))
        }
        var limits = HTTPLimits()
        limits.connections = Self.connections
        server = try await Self.started(
            address, port, from: Self.firstPort, limits, on: try Reactor(name: "metrics"), router)
        let url =
            "http://\(address.contains(":") ? "[\(address)]" : address):\(server.port)\(Endpoints.metrics.declaration.path)"
        self.url = url
        log.info("measures", ["url": url])
    }

    /// A server on a port that nobody else has, also where another program takes one at the same moment.
    private static func started(
        _ address: String, _ port: UInt16?, from first: UInt16, _ limits: HTTPLimits, on reactor: Reactor,
        _ router: FrontRouter
    ) async throws -> HTTPServer {
        var first = first
        while true {
            let listener = try Listening.listener(on: address, port: port, option: "metrics-port", firstPort: first)
            let server = HTTPServer(
                on: reactor, listener, limits: limits, refusal: FrontRouter.refuse,
                handler: { await router.handle($0) })
            do {
                try await server.start()
                return server
            } catch {
                guard port == nil, error.isAddressInUse else { throw error }
                first = listener.port + 1
            }
        }
    }

    func shutDown() async { await server.shutDown() }
}
