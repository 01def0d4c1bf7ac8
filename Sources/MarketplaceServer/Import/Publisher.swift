import Contract
import HTTPClient
import JSON
import System

/// Publishes over HTTP as anybody with a token would.
struct Publisher: Sendable {
    /// What came of a publication.
    enum Outcome: Sendable {
        /// A version that was not there.
        case published(PublishAnswer)
        /// The same release stood there already.
        case unchanged(PublishAnswer)
    }

    /// Why it was refused, in the server's words.
    struct Refusal: Error, CustomStringConvertible {
        let description: String
    }

    private static let maximumTries = 8
    /// Publications at once.
    static let concurrency = 16

    private let url: String
    private let token: String
    private let client = HTTPClient(connections: Publisher.concurrency)

    init(url: String, tokenFile: String) throws {
        self.url = url.hasSuffix("/") ? String(url.dropLast()) : url
        let bytes = try FileSystem.read(tokenFile, limit: 4096)
        token =
            String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
        guard !token.isEmpty, token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            throw Refusal(description: "\(tokenFile) holds no token")
        }
    }

    /// Publishes one version. What may succeed later is tried again, under one idempotency key.
    func publish(_ parts: [HTTPClientRequest.Part], idempotencyKey: String) async throws -> Outcome {
        let request = HTTPClientRequest(
            "POST", url + Endpoints.publish.target(NoParameters()),
            fields: [("Authorization", "Bearer \(token)"), ("Idempotency-Key", idempotencyKey)], parts: parts)
        var pauseMilliseconds = 100
        for attempt in 1... {
            do {
                let response = try await client.send(request)
                switch response.status {
                case 200: return .unchanged(try Self.answer(response))
                case 201: return .published(try Self.answer(response))
                case 429 where attempt < Self.maximumTries, 503 where attempt < Self.maximumTries: break
                default: throw Refusal(description: Self.explain(response))
                }
            } catch  where error is HTTPClientError && attempt < Self.maximumTries {
                // No answer: the same key makes another try harmless.
            }
            try await Task.sleep(for: .milliseconds(pauseMilliseconds))
            pauseMilliseconds = min(5_000, pauseMilliseconds * 2)
        }
        preconditionFailure("the last attempt returns or throws")
    }

    private static func answer(_ response: HTTPClientResponse) throws -> PublishAnswer {
        do {
            return try Endpoints.publish.given.value(try JSONValue(response.body), isStrict: false)
        } catch {
            throw Refusal(description: "the marketplace's answer can't be read")
        }
    }

    private static func explain(_ response: HTTPClientResponse) -> String {
        guard let document = try? JSONValue(response.body),
            let problem = try? ProblemBody.form.value(document, isStrict: false)
        else { return "the marketplace answered \(response.status)" }
        let findings = (problem.findings ?? []).filter { $0.severity == "error" }.map { "\($0.path): \($0.message)" }
        return ([problem.detail] + findings).joined(separator: "; ")
    }
}
