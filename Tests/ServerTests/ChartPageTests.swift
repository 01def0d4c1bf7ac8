import Foundation
import FoundationXML
import HTTPClient
import JSON
import TestSupport
import Testing

/// Charts by their own addresses, held to the numbers that the API gives.
@Suite struct ChartPageTests {
    /// What a picture says of itself, and how it may be kept.
    private func picture(
        _ marketplace: MarketplaceProcess, _ path: String
    ) async throws -> (label: String, answer: HTTPClientResponse) {
        let answer = try await marketplace.get(path)
        try #require(answer.status == 200, "\(path): \(String(decoding: answer.body, as: UTF8.self))")
        #expect(
            answer.fields["content-type"] == "image/svg+xml"
                && answer.fields["cross-origin-resource-policy"] == "cross-origin")
        let document = try XMLDocument(data: Data(answer.body))
        let label = try document.nodes(forXPath: "/*/@aria-label").first?.stringValue
        return (try #require(label), answer)
    }

    @Test func aChartSaysWhatTheAPISays() async throws {
        try await withMarketplace { marketplace, _ in
            for version in ["1.0.0", "1.1.0"] {
                let parts = [manifest("acme.zebra", version), try package([:])]
                try #require(try await marketplace.publish(parts).status == 201)
            }
            _ = try await marketplace.json("agents?min_position=\(try await marketplace.head() - 1)")
            try await eventually("both versions are in the index") {
                String(decoding: try await marketplace.get("/index/acme.zebra").body, as: UTF8.self).contains("1.1.0")
            }
            for version in ["1.0.0", "1.1.0", "1.1.0"] {
                let answer = try await marketplace.get("agents/acme.zebra/versions/\(version)/download")
                #expect(answer.status == 302)
            }
            // Downloads reach the log within a second, and the models after it.
            try await eventually("all downloads are counted") {
                let days = try await marketplace.json("agents/acme.zebra/downloads/days")["days"]?.array ?? []
                return days.reduce(0, { $0 + ($1["downloads"]?.integer ?? 0) }) == 3
            }
            let position = try await marketplace.head() - 1
            func sum(_ path: String, _ list: String, _ member: String) async throws -> Int64 {
                let rows = try await marketplace.json(
                    "\(path)\(path.contains("?") ? "&" : "?")min_position=\(position)")
                return (rows[list]?.array ?? []).reduce(0) { $0 + ($1[member]?.integer ?? 0) }
            }
            for (name, path, member) in [
                ("downloads", "stats/downloads?days=90", "downloads"),
                ("readers", "stats/downloads?days=90", "unique_downloads"),
                ("publishing", "stats/publishing?days=90", "versions"),
            ] {
                let (label, _) = try await picture(marketplace, "/stats/\(name).svg?min_position=\(position)")
                let total = try await sum(path, "days", member)
                #expect(total > 0 && label.contains(": 90 days, \(total) in all, "), "\(name): \(label)")
            }
            let readers = try await picture(
                marketplace, "/agents/acme.zebra/charts/readers.svg?min_position=\(position)")
            let counted = try await sum("agents/acme.zebra/downloads/days", "days", "unique_downloads")
            #expect(counted == 1 && readers.label.contains(": 90 days, 1 in all, 1 on the last"), "\(readers.label)")
            let versions = try await picture(
                marketplace, "/agents/acme.zebra/charts/versions.svg?days=7&min_position=\(position)")
            #expect(
                versions.label.contains("1.1.0 2 in all") && versions.label.contains("1.0.0 1 in all"),
                "\(versions.label)")
            // The past counts days that were over: there is none yet.
            let past = try await picture(marketplace, "/stats/downloads.svg?as_of=\(position)")
            #expect(past.label.contains(": 90 days, 0 in all"), "\(past.label)")
            #expect(past.answer.fields["cache-control"] == "no-store")
        }
    }

    @Test func aChartIsKeptByOthersAndWhatIsNoneIsRefused() async throws {
        try await withMarketplace { marketplace, _ in
            try #require(try await marketplace.publish([manifest("acme.zebra")]).status == 201)
            _ = try await marketplace.json("agents?min_position=\(try await marketplace.head() - 1)")
            for path in [
                "/stats/hours.svg", "/stats/categories.svg", "/stats/licenses.svg",
                "/agents/acme.zebra/charts/readers.svg",
            ] {
                let (_, answer) = try await picture(marketplace, path)
                #expect(answer.fields["cache-control"] == "public, max-age=300", "\(path)")
                let policy = answer.fields["content-security-policy"] ?? ""
                #expect(
                    policy.contains("default-src 'none'") && policy.contains("sandbox") && !policy.contains("unsafe"))
                let tag = try #require(answer.fields["etag"])
                #expect(try await marketplace.get(path, [(name: "If-None-Match", value: tag)]).status == 304, "\(path)")
            }
            for (path, status) in [
                ("/stats/nothing.svg", 404), ("/stats/readers", 404), ("/stats/readers.svg?days=31", 400),
                ("/stats/categories.svg?as_of=1", 422), ("/stats/readers.svg?as_of=99999999", 409),
                ("/agents/acme.none/charts/readers.svg", 404), ("/agents/acme.zebra/charts/hours.svg", 404),
                ("/stats?days=1", 400),
            ] {
                let answer = try await marketplace.get(path)
                #expect(answer.status == status, "\(path): \(answer.status)")
            }
        }
    }
}
