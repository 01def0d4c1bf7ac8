import Contract
import Testing
import Web

/// What somebody sees in place of a page.
@Suite struct FaultPageTests {
    @Test func aListThatCantGoOnBeginsAgain() {
        func text(_ code: ProblemCode, list: String?) -> String {
            let page = FaultPage(Problem(code, "x"), request: "0190-id", list: list)
            return String(
                decoding: page.written(in: PageSetting(form: .html, origin: "https://a.example")).bytes, as: UTF8.self)
        }
        let expired = text(.cursorExpired, list: "/search?q=a%20b&cursor=x&category=tools")
        #expect(expired.contains("href=\"/search?q=a%20b&amp;category=tools\"") && expired.contains("Begin it anew"))
        #expect(text(.cursorExpired, list: "/search?cursor=x").contains("href=\"/search\""))
        let removed = text(.artifactRemoved, list: nil)
        #expect(removed.contains("removed for good") && !removed.contains("Begin it anew"))
    }

    @Test(arguments: ProblemCode.allCases) func everyProblemHasAPageThatSaysWhatToDo(_ code: ProblemCode) {
        let problem = Problem(code, "what is <wrong> with 'it'")
        for form in PageForm.allCases {
            let page = FaultPage(problem, request: "0190-id").written(
                in: PageSetting(form: form, origin: "https://a.example"))
            let text = String(decoding: page.bytes, as: UTF8.self)
            #expect(text.contains("\(code.status)") && text.contains("0190-id"))
            #expect(text.contains(code.declaration.title))
            #expect(!text.contains("<wrong>"))
            // None is listed anywhere, and each leads on.
            #expect(!page.isIndexed && text.contains("/search"))
        }
    }
}
