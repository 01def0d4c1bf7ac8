import HTTPClient

extension HTTPClientRequest {
    /// What publishes version 1.0.0 of an agent that is good for nothing else.
    ///
    /// - Parameter key: the idempotency key; nil for none.
    static func publication(of id: String, at url: String, token: String, key: String? = nil) -> HTTPClientRequest {
        let manifest = """
            id: \(id)
            version: 1.0.0
            image: test/\(id):1.0.0
            description: An agent of the tests that frobnicates zebras.
            inputs: []
            outputs: []
            """
        var fields = [(name: "Authorization", value: "Bearer \(token)")]
        if let key { fields.append((name: "Idempotency-Key", value: key)) }
        return HTTPClientRequest(
            "POST", "\(url)/api/v1/marketplace/publish", fields: fields,
            parts: [HTTPClientRequest.Part(name: "manifest", bytes: Array(manifest.utf8))])
    }
}
