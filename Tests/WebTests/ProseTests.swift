import Contract
import Foundation
import Markdown
import Testing

@testable import Web

/// Documents that somebody wrote, as HTML and as Markdown.
@Suite struct ProseTests {
    @Test func whatIsTypedInABlockIsCopiedAndNothingElse() {
        let block = """
            $ cat > a <<'END'
            > one
            > END
            printed
            > printed as well
            $ b
            """
        #expect(Prose.typed(in: block) == "cat > a <<'END'\none\nEND\nb")
        #expect(Prose.typed(in: "printed\n") == "")
    }

    @Test func wordsOfPeopleKeepTheirParagraphs() {
        for (form, expected) in [
            (
                PageForm.html,
                "<div class=\"prose\"><p><bdi>one\ntwo</bdi></p><p><bdi>&lt;three&gt;</bdi></p></div>"
            ), (.markdown, "one two\n\n\\<three\\>"),
        ] {
            var html = HTML(in: PageSetting(form: form, origin: ""))
            html.paragraphs("one\ntwo\n\n\n<three>")
            let text = String(decoding: html.bytes, as: UTF8.self)
            #expect(text.trimmingCharacters(in: .newlines) == expected)
        }
    }

    private func written(_ document: String, as form: PageForm) -> String {
        var html = HTML(in: PageSetting(form: form, origin: ""))
        var prose = Prose(MarkdownReader.events(of: Array(document.utf8)), prefix: "p-", below: 2) { _ in nil }
        prose.write(&html)
        return String(decoding: html.bytes, as: UTF8.self)
    }

    @Test func everyHeadingHasANameOfItsOwn() {
        for document in [
            "# a-304\n" + String(repeating: "# a\n", count: 300), "# a\n# a\n# a-1\n# a-1\n# A\n",
            String(repeating: "# ?\n", count: 50),
        ] {
            let names = written(document, as: .html).matches(of: /id="([^"]*)"/).map { String($0.1) }
            #expect(names.count == document.split(separator: "\n").count)
            #expect(Set(names).count == names.count)
            #expect(names.allSatisfy { $0.hasPrefix("p-") })
        }
    }

    @Test func headingsStandBelowThatOfTheSectionAndSkipNoLevel() {
        let levels = written("# a\n#### b\n# c\n###### d\n### e\n", as: .html).matches(of: /<h(\d)/).map {
            String($0.1)
        }
        #expect(levels == ["3", "4", "3", "4", "5"])
    }

    @Test func columnsAreSetToTheirSides() {
        let document = "| a | b | c | d |\n|---|:-:|--:|:--|\n| 1 | 2 | 3 | 4 |\n"
        let html = written(document, as: .html)
        let cells = html.matches(of: /<t[hd]( scope="col")?( class="[a-z-]*")?>/).map { String($0.2 ?? "") }
        let sides = ["", " class=\"to-center\"", " class=\"to-right\"", " class=\"to-left\""]
        #expect(cells == sides + sides, "\(html)")
        #expect(written(document, as: .markdown).contains("| --- | :---: | ---: | :--- |"))
    }

    @Test func whatIsWrittenIsBounded() {
        let nested = String(repeating: "- ", count: 25) + "```\n" + String(repeating: "\n", count: 500_000)
        let quoted = String(repeating: "> ", count: 25) + "```\n" + String(repeating: "> \n", count: 100_000)
        for document in [nested, quoted, String(repeating: "word *em* \n\n", count: 80_000)] {
            for form in PageForm.allCases {
                #expect(written(document, as: form).utf8.count < 4 * Prose.maximumBytes)
            }
        }
    }

    @Test func linksAreNotInEachOtherAndLeadToAddressesAlone() {
        let html = written(
            "[![badge](https://a.example/b.svg)](https://a.example) [x](javascript:y) [z](docs/z.md) [](https://b.example)\n",
            as: .html)
        #expect(html.matches(of: /<a\s/).count == 2)
        #expect(!html.contains("javascript") && !html.contains("docs/z.md"))
        #expect(html.contains(">badge</a>") && html.contains(">https://b.example</a>"))
    }

    @Test func wordsBecomeNoListAndNoHeading() {
        for (words, wanted) in [
            ("1.\n# Big", "1\\. # Big"), ("2)\n- x", "2\\) - x"), ("1.", "1\\."), ("10.5", "10.5"), ("#\n#", "\\# #"),
        ] {
            var html = HTML(in: PageSetting(form: .markdown, origin: ""))
            html.element(.p) { $0.words(words) }
            #expect(String(decoding: html.bytes, as: UTF8.self) == wanted)
        }
    }

    @Test func aBlockOfCodeThatIsCutSaysSo() {
        let document = "```\n" + String(repeating: "日本\n", count: 30_000) + "```\n"
        let html = written(document, as: .html)
        #expect(html.contains(Prose.more) && !html.contains("\u{fffd}"))
        #expect(!written("```\na\n```\n", as: .html).contains(Prose.more))
    }

    @Test func asMarkdownItSaysTheSame() {
        for (source, wanted) in [
            ("- one\n\n  two\n\n  > said\n\n  three\n", "- one\n\n  two\n\n  > said\n\n  three"),
            ("7. a\n8. b\n", "7. a\n8. b"), ("- a\n\n\n* b\n", "- a\n\n* b"), ("> a\n>\n> b\n", "> a\n>\n> b"),
            ("1\\. a\n\n\\# b\n", "1\\. a\n\n\\# b"),
            ("Wow\\![x](https://e.example/p)\n", "Wow\\![x](https://e.example/p)"),
            ("> &#9;# h\n", "> \\# h"), ("*1*. a\n", "*1*. a"), ("a\n\n\\:-\n", "a\n\n\\:-"),
            ("```sh\n``` x\n```\n", "````sh\n``` x\n````"), ("``a`b``\n", "``a`b``"), ("a  \nb\n", "a\\\nb"),
            ("-\n- b\n-\n\nc\n", "- \n- b\n- \n\nc"), (">\n\nc\n", "> \n\nc"), ("- ***\n", "- ***"),
            ("# a \\#\\#\n", "### a \\#\\#"),
            ("~~a~~ **b** _c_ snake_case\n", "~~a~~ **b** *c* snake_case"),
        ] {
            #expect(written(source, as: .markdown) == wanted, "\(source.debugDescription)")
        }
    }
}
