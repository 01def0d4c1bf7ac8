import Foundation

/// Sends bytes to a port as they are and gives back all that comes until the connection closes.
enum RawHTTP {
    private static let script = """
        import socket, sys
        port, = sys.argv[1:]
        first, more = [bytes.fromhex(line) for line in sys.stdin.read().split("\\n")[:2]]
        s = socket.create_connection(("127.0.0.1", int(port)), timeout=20)
        s.sendall(first)
        try:
            if more: s.sendall(more)
        except OSError: pass
        data = b""
        while True:
            try: piece = s.recv(65536)
            except OSError: break
            if not piece: break
            data += piece
        sys.stdout.write(data.decode("latin-1"))
        """

    static func send(_ bytes: [UInt8], port: UInt16, more: [UInt8] = []) async throws -> String {
        guard let python = ProcessInfo.processInfo.environment["MENTATLAB_PYTHON"] else {
            throw MarketplaceProcess.Failure(description: "MENTATLAB_PYTHON is not set: run the tests by ./test")
        }
        func hex(_ bytes: [UInt8]) -> String { bytes.map { String(format: "%02x", $0) }.joined() }
        return try await run([python, "-c", script, "\(port)"], input: "\(hex(bytes))\n\(hex(more))\n").output
    }
}
