import HTTPClient
import JSON
import Testing

// What tests say of an answer.

func json(_ response: HTTPClientResponse, _ status: Int = 201) throws -> JSONValue {
    #expect(response.status == status, "\(String(decoding: response.body, as: UTF8.self))")
    return try JSONValue(response.body)
}

func expect(
    _ response: HTTPClientResponse, _ wanted: String, _ location: SourceLocation = #_sourceLocation
) {
    #expect(code(response) == wanted, "\(String(decoding: response.body, as: UTF8.self))", sourceLocation: location)
}

func code(_ response: HTTPClientResponse) -> String {
    "\(response.status) \((try? JSONValue(response.body))?["code"]?.string ?? "")"
}

/// Sends so many requests at the same time; the answers come in any order.
func atOnce(
    _ count: Int, _ send: @escaping @Sendable (Int) async throws -> HTTPClientResponse
) async throws -> [HTTPClientResponse] {
    try await withThrowingTaskGroup(of: HTTPClientResponse.self) { group in
        for index in 0..<count { group.addTask { try await send(index) } }
        return try await group.reduce(into: []) { $0.append($1) }
    }
}
