import Contract
import Events
import JSON
import Manifest
import Testing

/// Bodies that cross HTTP: written, read and described by one declaration.
@Suite struct FormTests {
    private func document(_ text: String) throws -> JSONValue { try JSONValue(Array(text.utf8)) }

    private func paths<Value>(_ form: Form<Value>, _ text: String, isStrict: Bool = true) throws -> [String] {
        do {
            _ = try form.value(try document(text), isStrict: isStrict)
            return []
        } catch let fault as FormFault {
            return fault.findings.map(\.path)
        }
    }

    @Test func aValueComesBackAsItWas() throws {
        let detail = AgentDetail(
            summary: AgentSummary(
                id: try #require(AgentKey("acme.a")), agentID: "Acme.a", displayName: "A \"quoted\" é", summary: "",
                publisher: PublisherMention(username: "ada", isVerified: false), latestVersion: "1.0.0",
                isYanked: false,
                downloads: 1,
                stars: 2, ratingHundredths: 433, ratings: 3, categories: ["c"], isVerified: false, hasWASM: true,
                isDeprecated: true, isQuarantined: false, created: Timestamp(milliseconds: 0),
                updated: Timestamp(milliseconds: 1)),
            capabilities: ["gpu"], dependencies: [DependencyBody(id: "b.c", range: "^1", isPeer: true)], inputs: [],
            outputs: [PinBody(name: "n", type: "string")], tags: [], isListed: true,
            deprecation: DeprecationRemark(since: Timestamp(milliseconds: 2)))
        let bytes = AgentDetail.form.bytes(detail)
        let again = try AgentDetail.form.value(try JSONValue(bytes), isStrict: true)
        #expect(AgentDetail.form.bytes(again) == bytes)
        #expect(try JSONValue(bytes)["rating_avg"] == .number(JSONNumber(4.33) ?? JSONNumber(0)))
        #expect(again.summary.ratingHundredths == 433)
    }

    /// Everything that is wrong is named at once, each with its path.
    @Test func allFaultsAreNamedAtOnce() throws {
        let form = NewTokenBody.form
        #expect(try paths(form, "{}") == ["/name", "/scopes"])
        #expect(
            try paths(form, #"{"name":"","scopes":["review","nonsense",1],"expires_in_days":0,"more":1,"a/b":2}"#)
                == ["/more", "/a~1b", "/name", "/scopes/1", "/scopes/2", "/expires_in_days"])
        #expect(try paths(form, "[]") == [""])
        #expect(
            try paths(AgentList.form, #"{"agents":[{}],"pagination":{"limit":"x"}}"#).contains("/agents/0/publisher"))
    }

    /// A client passes over members of a newer marketplace; a marketplace refuses what it does not know.
    @Test func aStrangeMemberIsAFaultForAMarketplaceAlone() throws {
        let text = #"{"id":"acme.a","starred":true,"new_member":{"a":1}}"#
        #expect(try paths(StarAnswer.form, text) == ["/new_member"])
        #expect(try paths(StarAnswer.form, text, isStrict: false) == [])
    }

    @Test func absentNullAndBlankMembersSayNothing() throws {
        for text in [#"{"user":"a"}"#, #"{"user":"a","role":null}"#] {
            #expect(try NewInvitation.form.value(try document(text), isStrict: true).role == .owner)
        }
        #expect(try paths(NewInvitation.form, #"{"user":"a","role":"king"}"#) == ["/role"])
        let profile = try Profile.form.value(try document(#"{"bio":"  \n","display_name":null}"#), isStrict: true)
        #expect(profile.bio == nil && profile.displayName == nil)
        let cleaned = try Profile.form.value(
            try document(#"{"bio":"\u202eevil\u0007\r\n","display_name":"\u200b"}"#), isStrict: true)
        #expect(cleaned.bio == "\u{202e}evil\u{202c}\n" && cleaned.displayName == nil)
        for text in [
            #"{"website_url":"https://a\u200b.example"}"#, #"{"website_url":"http://a.example"}"#,
            #"{"display_name":1}"#,
        ] {
            #expect(try paths(Profile.form, text).count == 1, "\(text)")
        }
    }

    @Test func parametersComeBackAsTheyWent() throws {
        let query = AgentQuery(words: "a b&c=%", sort: .stars, limit: 7, cursor: "x/y", minimumPosition: Position(3))
        #expect(
            Endpoints.listAgents.target(query)
                == "/api/v1/marketplace/agents?q=a%20b%26c%3D%25&sort=stars&limit=7&cursor=x%2Fy&min_position=3")
        let again = try AgentQuery.parameters.read(AgentQuery.parameters.write(query))
        #expect(again.words == query.words && again.sort == .stars && again.limit == 7)
        let version = VersionParameters(
            id: try #require(AgentKey("acme.a")), version: try #require(SemVer("1.0.0+build.1")))
        #expect(
            Endpoints.showVersion.target(version) == "/api/v1/marketplace/agents/acme.a/versions/1.0.0%2Bbuild.1")
    }

    @Test func endpointsAreToldApartAndKeepNothingOfCredentials() {
        let all = Endpoints.all.map(\.declaration)
        #expect(Set(all.map(\.name)).count == all.count)
        #expect(Set(all.map { "\($0.method.rawValue) \($0.path)" }).count == all.count)
        for endpoint in all {
            let inPath = endpoint.path.split(separator: "/").filter { $0.hasPrefix("{") }.map {
                String($0.dropFirst().dropLast())
            }
            #expect(
                Set(inPath) == Set(endpoint.parameters.filter { $0.place == .path }.map(\.name)), "\(endpoint.name)")
            if endpoint.credential != .none { #expect(endpoint.caching == .never, "\(endpoint.name)") }
        }
        for code in ProblemCode.allCases {
            #expect(!code.declaration.title.isEmpty && code.declaration.remedy.hasSuffix("."), "\(code.rawValue)")
        }
    }
}
