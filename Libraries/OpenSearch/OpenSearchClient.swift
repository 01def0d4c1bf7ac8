import HTTPClient
public import JSON

/// The reason why OpenSearch did not do what it was asked for.
public struct OpenSearchError: Error, Sendable, CustomStringConvertible {
    /// What kind of reason it is.
    public enum Kind: Sendable {
        /// The cluster can't be reached, or has no trusted certificate.
        case unreachable
        /// It is too slow, answers with more than 32 MiB, has too much to do, or the task that asked was cancelled.
        case unavailable
        /// What the request names is not there.
        case missing
        /// Somebody else was faster: the document was changed, or the index made.
        case conflict
        /// It can't do what it was asked for.
        case refused
    }

    /// What kind of reason it is.
    public let kind: Kind
    /// Method, path and what was said.
    public let description: String
}

/// A client of one OpenSearch cluster (2.x), over its HTTP interface. A request ends once its task is cancelled.
public struct OpenSearchClient: Sendable {
    /// An operation of a bulk request on a document, which does nothing where a later version of it is there.
    public enum Operation: Sendable {
        /// Puts a document in place of the one that is there.
        case write(id: String, version: Int64, document: [UInt8])
        /// Removes a document.
        case remove(id: String, version: Int64)
    }

    /// A document and its state, by which `write` notices that somebody else has changed it.
    public struct Document: Sendable {
        /// The members of the document.
        public let source: JSONValue
        /// The state of the document when it was read.
        public let state: State

        /// The sequence number and primary term of a document (optimistic concurrency control).
        public struct State: Sendable, Equatable {
            fileprivate let number: Int64
            fileprivate let term: Int64
        }
    }

    /// Answers are read up to these bounds.
    private static let limits = JSONLimits(bytes: 32 << 20, depth: 32, values: 2 << 20)

    private let client: HTTPClient
    private let url: String
    private let credentials: String?

    /// Creates a client; it connects at the first request.
    ///
    /// - Parameters:
    ///   - url: where the cluster answers, http or https, without a path.
    ///   - credentials: `user:password`; nil where none are asked for.
    ///   - connections: the most requests at once; others wait.
    ///   - timeoutMilliseconds: the longest that a request may take.
    public init(url: String, credentials: String?, connections: Int, timeoutMilliseconds: Int) {
        client = HTTPClient(
            connections: connections, timeoutMilliseconds: timeoutMilliseconds,
            maximumBodyBytes: Self.limits.bytes)
        self.url = url.hasSuffix("/") ? String(url.dropLast()) : url
        self.credentials = credentials
    }

    // MARK: Searching

    /// Searches an index and returns the elements of `hits.hits`.
    ///
    /// - Throws: `OpenSearchError`; of kind `unavailable` where a shard failed or the search ran out of time, since
    ///   hits would be missing.
    public func search(
        _ index: String, _ body: JSONValue, timeoutMilliseconds: Int? = nil
    ) async throws(OpenSearchError) -> [JSONValue] {
        let answer = try await send(
            "POST", "\(index)/_search?allow_partial_search_results=false", body.written,
            timeoutMilliseconds: timeoutMilliseconds)
        guard answer["timed_out"]?.bool == false, answer["_shards"]?["failed"]?.integer == 0,
            let hits = answer["hits"]?["hits"]?.array
        else { throw OpenSearchError(kind: .unavailable, description: "POST \(index)/_search: not all was searched") }
        return hits
    }

    // MARK: Documents

    /// A document, even one that searches do not see yet; nil where there is none.
    ///
    /// - Throws: of kind `missing` where the index is not there.
    public func document(
        _ id: String, in index: String, timeoutMilliseconds: Int? = nil
    ) async throws(OpenSearchError) -> Document? {
        let answer: JSONValue
        do {
            answer = try await send(
                "GET", "\(index)/_doc/\(id)", timeoutMilliseconds: timeoutMilliseconds)
        } catch {
            // A missing document is answered as a missing index is, but for its body.
            guard error.kind == .missing, !error.description.contains("index_not_found") else { throw error }
            return nil
        }
        guard let source = answer["_source"], let number = answer["_seq_no"]?.integer,
            let term = answer["_primary_term"]?.integer
        else { throw OpenSearchError(kind: .refused, description: "GET \(index)/_doc/\(id): not a document") }
        return Document(source: source, state: Document.State(number: number, term: term))
    }

    /// Writes a document in place of a known state of it, or as a new one; returns its new state.
    ///
    /// - Parameter alias: an alias of the index, so that none is made where it is gone.
    /// - Throws: of kind `conflict` where it is in another state.
    public func write(
        _ source: JSONValue, _ id: String, by alias: String, over state: Document.State?,
        timeoutMilliseconds: Int? = nil
    ) async throws(OpenSearchError) -> Document.State {
        let condition = state.map { "if_seq_no=\($0.number)&if_primary_term=\($0.term)" } ?? "op_type=create"
        let answer = try await send(
            "PUT", "\(alias)/_doc/\(id)?require_alias=true&\(condition)", source.written,
            timeoutMilliseconds: timeoutMilliseconds)
        guard let number = answer["_seq_no"]?.integer, let term = answer["_primary_term"]?.integer else {
            throw OpenSearchError(kind: .refused, description: "PUT \(alias)/_doc/\(id): no state")
        }
        return Document.State(number: number, term: term)
    }

    /// Carries out operations in one bulk request.
    ///
    /// - Parameters:
    ///   - alias: an alias of the index; where it is missing, OpenSearch refuses and creates no index.
    ///   - isAwaited: true to return only once searches see the changes.
    /// - Throws: `OpenSearchError` for the first operation that failed; others may have been carried out. A later
    ///   version in the index and a missing document are no failures.
    public func apply(
        _ operations: [Operation], by alias: String, isAwaited: Bool
    ) async throws(OpenSearchError) {
        guard !operations.isEmpty else { return }
        var body: [UInt8] = []
        for operation in operations {
            let (action, id, version, document): (String, String, Int64, [UInt8]?) =
                switch operation {
                case .write(let id, let version, let document): ("index", id, version, document)
                case .remove(let id, let version): ("delete", id, version, nil)
                }
            let named: JSONValue = [
                "_id": .string(id), "version": .number(JSONNumber(version)), "version_type": "external_gte",
            ]
            let head = JSONValue.object([.init(action, named)])
            for line in [head.written] + (document.map { [$0] } ?? []) {
                body += line
                body.append(UInt8(ascii: "\n"))
            }
        }
        let answer = try await send(
            "POST", "\(alias)/_bulk?require_alias=true&refresh=\(isAwaited)", body, type: "application/x-ndjson")
        guard answer["errors"]?.bool != false else { return }
        for item in answer["items"]?.array ?? [] {
            guard let outcome = item.members?.first?.value, let status = outcome["status"]?.integer,
                !(200..<300).contains(status), status != 409, outcome["result"]?.string != "not_found"
            else { continue }
            let reason = outcome["error"]?["reason"]?.string ?? "status \(status)"
            throw OpenSearchError(
                kind: Self.kind(Int(status)),
                description: "POST \(alias)/_bulk: \(outcome["_id"]?.string ?? ""): \(reason)")
        }
    }

    // MARK: Indices

    /// Makes an index.
    ///
    /// - Parameters:
    ///   - definition: its settings, mappings and aliases.
    /// - Throws: of kind `conflict` where it is there.
    public func makeIndex(_ name: String, _ definition: JSONValue) async throws(OpenSearchError) {
        do {
            _ = try await send("PUT", name, definition.written)
        } catch {
            guard error.description.contains("resource_already_exists") else { throw error }
            throw OpenSearchError(kind: .conflict, description: error.description)
        }
    }

    /// Makes what an index holds visible to searches.
    public func refresh(_ index: String) async throws(OpenSearchError) {
        _ = try await send("POST", "\(index)/_refresh")
    }

    /// The indices whose names begin with some letters, each with its aliases.
    public func indices(beginning prefix: String) async throws(OpenSearchError) -> [String: [String]] {
        let answer = try await send("GET", "\(prefix)*/_alias")
        var found: [String: [String]] = [:]
        for index in answer.members ?? [] {
            found[index.name] = index.value["aliases"]?.members?.map(\.name) ?? []
        }
        return found
    }

    /// Makes an alias mean one index and no other, at once.
    ///
    /// - Parameter pattern: the indices that it may mean before, as a name with `*`.
    public func point(
        _ alias: String, at index: String, insteadOf pattern: String
    ) async throws(OpenSearchError) {
        let named: JSONValue = .string(alias)
        let actions: JSONValue = [
            ["remove": ["index": .string(pattern), "alias": named, "must_exist": false]],
            ["add": ["index": .string(index), "alias": named]],
        ]
        _ = try await send("POST", "_aliases", (["actions": actions] as JSONValue).written)
    }

    /// Removes an index; one that is not there is no fault.
    public func removeIndex(_ name: String) async throws(OpenSearchError) {
        do { _ = try await send("DELETE", name) } catch  where error.kind == .missing {}
    }

    // MARK: Requests

    private func send(
        _ method: String, _ path: String, _ body: [UInt8]? = nil, type: String = "application/json",
        timeoutMilliseconds: Int? = nil
    ) async throws(OpenSearchError) -> JSONValue {
        var request = HTTPClientRequest(
            method, "\(url)/\(path)", fields: body == nil ? [] : [("Content-Type", type)], body: body)
        request.credentials = credentials
        request.timeoutMilliseconds = timeoutMilliseconds
        request.endsWithTask = true
        let answer: HTTPClientResponse
        do {
            answer = try await client.send(request)
        } catch {
            let isReached = [.interrupted, .tooLarge].contains((error as? HTTPClientError)?.kind)
            throw OpenSearchError(kind: isReached ? .unavailable : .unreachable, description: "\(error)")
        }
        let value = try? JSONValue(answer.body, limits: Self.limits)
        guard (200..<300).contains(answer.status), let value else {
            throw OpenSearchError(
                kind: Self.kind(answer.status), description: "\(method) \(path): \(answer.status) \(Self.reason(value))"
            )
        }
        return value
    }

    private static func kind(_ status: Int) -> OpenSearchError.Kind {
        switch status {
        case 404: .missing
        case 409: .conflict
        case 200..<300, 408, 429, 502, 503, 504: .unavailable
        // It answers 500 to what it can't do as well, such as a query of too many clauses.
        default: .refused
        }
    }

    private static func reason(_ answer: JSONValue?) -> String {
        guard let error = answer?["error"] else { return "" }
        if let text = error.string { return text }
        // What went wrong in the parts of a search says more than that some did.
        let cause = error["root_cause"]?.array?.first ?? error
        return [cause["type"]?.string, cause["reason"]?.string].compactMap(\.self).joined(separator: ": ")
    }
}

extension JSONValue {
    /// The document, with its members in any order.
    fileprivate var written: [UInt8] {
        var writer = JSONWriter(isCanonical: false)
        writer.value(self)
        return writer.bytes
    }
}
