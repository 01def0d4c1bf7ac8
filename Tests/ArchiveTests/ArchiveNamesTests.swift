import Testing

@testable import Archive

/// The work that names cost depends on their new parts, not on how often a deep folder is named.
@Suite struct ArchiveNamesTests {
    /// A part with combining marks in an order that has to be sorted before two spellings can be compared.
    private func misordered(_ number: Int) -> String {
        "\(number)a\u{0315}\u{0300}\u{0327}\u{0315}\u{0300}\u{0327}\u{0315}\u{0300}\u{0327}"
    }

    @Test func aPartIsFoldedOnceInItsFolder() throws {
        var names = ArchiveNames(ArchiveBudget())
        let folder = (0..<31).map { misordered($0) }.joined(separator: "/")
        let entries = 8_000
        for entry in 0..<entries { _ = try names.take(Array("\(folder)/\(entry)".utf8), isFile: true) }
        let parts = (0..<31).map { misordered($0).utf8.count } + (0..<entries).map { "\($0)".utf8.count }
        #expect(names.newBytes == parts.reduce(0, +))
    }

    @Test func namesThatAreAllNewAreRefusedBeforeTheyCostMuch() {
        var names = ArchiveNames(ArchiveBudget())
        var taken = 0
        #expect(throws: ArchiveFault.self) {
            for entry in 0..<8_000 {
                let name = (0..<31).map { misordered(100 * entry + $0) }.joined(separator: "/")
                _ = try names.take(Array(name.utf8), isFile: true)
                taken += 1
            }
        }
        #expect(names.newBytes <= ArchiveBudget().newNameBytes + 255)
        #expect(taken < 2_000)
    }

    @Test(arguments: [
        ("a/B/c", "a/b/d"), ("x/\u{e9}", "x/e\u{301}"), ("\u{3a3}", "\u{3c3}"), ("a\u{315}\u{300}", "a\u{300}\u{315}"),
    ])
    func namesThatSomeDisksCantTellApartAreRefused(_ one: String, _ other: String) throws {
        var names = ArchiveNames(ArchiveBudget())
        _ = try names.take(Array(one.utf8), isFile: true)
        #expect(throws: ArchiveFault.self) { _ = try names.take(Array(other.utf8), isFile: true) }
    }

    @Test(arguments: ["RE\u{410}DME.md", "docs/сonfig.py", "αx", "сlient/a.txt"])
    func aWordThatMixesLettersWhichLookAlikeIsRefused(_ name: String) throws {
        var names = ArchiveNames(ArchiveBudget())
        let fault = #expect(throws: ArchiveFault.self) { try names.take(Array(name.utf8), isFile: true) }
        #expect(fault?.reason.contains("with letters of another script that look like Latin ones") == true)
    }

    /// Russian letters alone, a folder, and letters of full width.
    @Test(arguments: [("сору.py", "copy.py"), ("lib/сору/x", "lib/copy/y"), ("ｇｏ", "go"), ("ヘ.txt", "へ.txt")])
    func namesOfAFolderThatLookAlikeAreRefused(_ one: String, _ other: String) throws {
        for (first, second) in [(one, other), (other, one)] {
            var names = ArchiveNames(ArchiveBudget())
            _ = try names.take(Array(first.utf8), isFile: true)
            let fault = #expect(throws: ArchiveFault.self) { try names.take(Array(second.utf8), isFile: true) }
            #expect(fault?.reason.hasPrefix("looks like") == true)
        }
    }

    @Test func namesOfASCIIAreKnownApart() throws {
        var names = ArchiveNames(ArchiveBudget())
        for name in ["v1", "vl", "O.json", "0.json", "rn/x", "m/x", "a/сору", "b/copy", "отчёт.md", "отчет.md"] {
            #expect(try names.take(Array(name.utf8), isFile: true) == name)
        }
    }

    @Test func theSameFolderInTwoFoldersIsNoConflict() throws {
        var names = ArchiveNames(ArchiveBudget())
        for name in ["a/src/X", "b/SRC/x", "c/Src", "a/src/y", "A.md", "a-src"] {
            #expect(try names.take(Array(name.utf8), isFile: true) == name)
        }
        #expect(throws: ArchiveFault.self) { _ = try names.take(Array("c/Src/z".utf8), isFile: true) }
        #expect(throws: ArchiveFault.self) { _ = try names.take(Array("a".utf8), isFile: true) }
        #expect(try names.take(Array("./a/src/".utf8), isFile: false) == "a/src")
    }
}
