import Contract
import Testing
import Web

/// What somebody sees in place of a page.
@Suite struct FaultPageTests {
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
