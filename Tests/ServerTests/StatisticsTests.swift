import Foundation
import HTTPClient
import JSON
import TestSupport
import Testing

/// Statistics as tables: both forms say the same, and what can't be is refused.
@Suite struct StatisticsTests {
    /// Given agents whose words would be formulas, or break a line of a table, when they are listed as CSV, then another
    /// reader of CSV finds the rows of the JSON, and no cell is a formula.
    @Test func aTableIsTheSameAsJSONAndCSV() async throws {
        try await withMarketplace { marketplace, _ in
            let words = [
                #"=HYPERLINK("http://x","y")"#, "+1", "-1+cmd|' /C calc'!A0", "@SUM(1)", #"a "b", c"#, "plain",
                "x\"\u{301},=1+1",
            ]
            var position: Int64 = 0
            for (index, text) in words.enumerated() {
                let quoted = String(decoding: JSONValue.string(text).canonicalBytes, as: UTF8.self)
                let manifest =
                    "id: acme.t\(index)\nversion: 1.0.0\nimage: a:1\ndescription: \(quoted)\ninputs: []\noutputs: []\n"
                let answer = try await marketplace.publish([part("manifest", manifest)])
                try #require(answer.status == 201, "\(text): \(String(decoding: answer.body, as: UTF8.self))")
                position = try #require(try JSONValue(answer.body)["position"]?.integer)
            }
            let path = "stats/top?by=new&min_position=\(position)"
            let json = try await marketplace.json(path)
            let csv = try await marketplace.get(path + "&format=csv")
            #expect(csv.fields["content-type"] == "text/csv; charset=utf-8; header=present")
            #expect(csv.fields["marketplace-position"] != nil)
            #expect(csv.fields["marketplace-counting"] == json["counting"]?.string)
            let rows = try await Oracle.run("csvrows", input: String(decoding: csv.body, as: UTF8.self)).map {
                try JSONValue(Array($0.utf8))
            }
            let agents = try #require(json["agents"]?.array)
            #expect(rows.count == words.count && agents.count == words.count)
            for (row, agent) in zip(rows, agents) {
                let text = try #require(agent["summary"]?.string)
                let isFormula = "=+-@".contains(text.first ?? " ")
                #expect(row["summary"]?.string == (isFormula ? "'" : "") + text)
                for name in ["id", "publisher", "latest_version", "created_at"] {
                    #expect(row[name]?.string == agent[name]?.string, "\(name)")
                }
                #expect(row["star_count"]?.string == "0")
            }
            #expect(Set(agents.compactMap { $0["summary"]?.string }) == Set(words))
            // Both are cached apart from each other.
            #expect(try await marketplace.json("stats/top?by=new")["agents"] != nil)
            #expect(
                try await marketplace.get("stats/top?by=new&format=csv").fields["content-type"]?.hasPrefix("text/csv")
                    == true)
        }
    }

    @Test func whatCantBeIsRefused() async throws {
        try await withMarketplace { marketplace, _ in
            for (path, expected) in [
                ("popular?as_of=0", "422 past-not-kept"), ("stats/groups?as_of=0", "422 past-not-kept"),
                ("stats?as_of=0", "422 past-not-kept"), ("stats/downloads?format=xml", "400 invalid-parameter"),
                ("agents?format=csv", "400 invalid-parameter"), ("stats/downloads?days=0", "400 invalid-parameter"),
                ("popular?days=8", "400 invalid-parameter"), ("popular?cursor=x", "400 invalid-parameter"),
                ("stats/groups?by=name", "400 invalid-parameter"),
                ("agents/acme.no/downloads/versions", "404 agent-not-found"),
                ("publishers/nobody/reputation", "404 user-not-found"),
                ("publishers/nobody/statistics", "404 user-not-found"),
                ("stats/downloads?as_of=2000-01-01", "409 position-unknown"),
                ("popular?cursor=99-1", "410 cursor-expired"),
                ("publishers/admin/reputation?cursor=wasm", "400 invalid-parameter"),
                ("publishers/admin/reputation?as_of=999999", "409 position-unknown"),
                ("activity", "401 not-authenticated"),
            ] {
                let answer = try await marketplace.get(path)
                let code = try JSONValue(answer.body)["code"]?.string ?? ""
                #expect("\(answer.status) \(code)" == expected, "\(path)")
            }
            let admin = try marketplace.token
            for (path, expected) in [
                ("activity?agent=acme.no&user=admin", "400 invalid-parameter"),
                ("activity?token=0", "404 token-not-found"),
                ("activity?user=nobody", "404 user-not-found"), ("activity?since=yesterday", "400 invalid-parameter"),
                ("activity?cursor=-1", "400 invalid-parameter"),
            ] {
                let answer = try await marketplace.send("GET", path, token: admin)
                let code = try JSONValue(answer.body)["code"]?.string ?? ""
                #expect("\(answer.status) \(code)" == expected, "\(path)")
            }
        }
    }
}
