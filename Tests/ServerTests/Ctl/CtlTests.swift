import Foundation
import HTTPClient
import JSON
import TestSupport
import Testing

/// `mentatctl` as people and scripts use it, against the real marketplace.
@Suite struct CtlTests {
    private func publishExample(_ marketplace: MarketplaceProcess) async throws {
        let folder = Oracle.root.appending(path: "examples/agents/word-count")
        let manifest = try String(contentsOf: folder.appending(path: "manifest.yaml"), encoding: .utf8)
        let answer = try await marketplace.publish([part("manifest", manifest)])
        try #require(answer.status == 201)
        let position = answer.fields["marketplace-position"] ?? ""
        #expect(try await marketplace.get("/index/mentatlab.word-count?min_position=\(position)").status == 200)
    }

    /// The commands of the README, as they stand there.
    @Test func theWalkOfTheReadmeWorksAsWritten() async throws {
        let readme = try String(contentsOf: Oracle.root.appending(path: "README.md"), encoding: .utf8)
        let first = try #require(readme.firstMatch(of: /(?m)^    mentatctl register[\s\S]*?(?=\n\n)/)).0
        let second = try #require(readme.firstMatch(of: /(?m)^    stolen=[\s\S]*?(?=\n\nIt uses)/)).0
        let script = (first + "\n" + second).split(separator: "\n").map { $0.dropFirst(4) }.joined(separator: "\n")
        for verb in ["register", "new", "publish", "search", "install", "review", "yank", "forensics", "quarantine"] {
            #expect(script.contains(verb), "the walk has no \(verb)")
        }
        try await withMarketplace { marketplace, url in
            try await publishExample(marketplace)
            try await Ctl.with(marketplace.url) { ctl in
                var ctl = ctl
                let folder = (try Ctl.program as NSString).deletingLastPathComponent
                ctl.environment["PATH"] = "\(folder):/usr/local/bin:/usr/bin:/bin"
                // A folder with the data of the marketplace, as the clone is that ran it.
                ctl.environment["MENTATLAB_DATABASE_URL"] = url
                let script = "mkdir ~/clone; cd ~/clone; ln -s '\(marketplace.folder)' .mentatlab\n\(script)"
                let walk = try await ctl.run(["-euxo", "pipefail", "-c", script], program: "/bin/bash")
                #expect(walk.code == 0, "\(walk.errors)")
                for line in [
                    "ada is registered", "published ada.hello 0.1.0", "installed ada.hello 0.1.0", #""echo": "hi""#,
                    "mentatlab.word-count has 5 of 5 from you", "ada.hello@0.1.0 is yanked", "0.1.0 (yanked)",
                    "to undo: mentatctl agent owner remove ada.hello eve",
                    "to undo: a moderator: mentatctl agent quarantine ada.hello@0.2.0", "ada.hello@0.2.0 is held",
                ] {
                    #expect(walk.output.contains(line), "\(line) is missing in \(walk.output)")
                }
                let agent = try await marketplace.json("agents/mentatlab.word-count")
                #expect(agent["rating_avg"]?.integer == 5 && agent["star_count"]?.integer == 1)
            }
        }
    }

    /// What each command is called with; `{n}` is another number each time. `!` stands in front of what needs no token.
    private static let table: [String: [String]] = [
        "register": ["!", "user{n}x"], "whoami": [], "config set": ["!", "color", "never"],
        "config get": ["!", "registry"], "config list": ["!"], "config logout": ["!"],
        "token new": ["ci{n}", "--scope", "publish:ada.*", "--days", "3"], "token list": [],
        "agent new": ["!", "ada.made{n}"], "agent validate": ["!", "tool"],
        "agent publish": ["tool", "--claim-namespace"],
        "agent search": ["!", "tool", "--sort", "name", "--limit", "5"], "agent info": ["!", "ada.tool"],
        "agent dependents": ["!", "ada.tool"], "agent history": ["!", "ada.tool"],
        "agent exposure": ["!", "ada.tool@0.1.0"], "agent popular": ["!", "--by", "downloads", "--days", "30"],
        "publisher reputation": ["!", "ada"], "activity": ["--agent", "ada.tool"],
        "agent install": ["!", "ada.tool@^0.1"], "agent list": ["!"], "agent update": ["!"], "agent verify": ["!"],
        "agent owner list": ["!", "ada.tool"], "agent owner invite": ["ada.tool", "bob", "--role", "maintainer"],
        "agent owner remove": ["ada.tool", "bob"], "agent yank": ["ada.tool@0.1.0", "--reason", "broken"],
        "agent unyank": ["ada.tool@0.1.0"], "agent deprecate": ["ada.tool", "--note", "no more"],
        "agent undeprecate": ["ada.tool"], "agent review": ["mentatlab.word-count", "--rating", "4"],
        "agent unreview": ["mentatlab.word-count"],
        "agent flag": ["mentatlab.word-count", "--reason", "other"], "agent star": ["mentatlab.word-count"],
        "agent unstar": ["mentatlab.word-count"], "namespace member list": ["!", "ada"], "invitations": [],
        "namespace member invite": ["ada", "bob", "--role", "maintainer"], "namespace member remove": ["ada", "bob"],
    ]

    @Test func everyCommandSpeaksThreeWaysAndNeverAsks() async throws {
        try await withMarketplace { marketplace, _ in
            try await publishExample(marketplace)
            _ = try await marketplace.register("bob")
            let (_, token) = try await marketplace.register("ada")
            try await Ctl.with(marketplace.url) { ctl in
                var ctl = ctl
                let tree = try await ctl("help", "--json").json
                let commands = (tree["commands"]?.array ?? []).compactMap { $0["name"]?.string }
                // Those three are tried below; the other two only print.
                let answers = ["accept", "decline", "withdraw"].flatMap {
                    ["agent owner \($0)", "namespace member \($0)"]
                }
                let others = Set(
                    [
                        "config auth", "token revoke", "agent uninstall", "completion", "man", "agent quarantine",
                        "agent unquarantine", "artifact remove",
                    ] + answers)
                #expect(Set(commands) == Set(Self.table.keys).union(others))

                var stranger = ctl
                stranger.environment["MENTATLAB_HOME"] = "\(ctl.home)/stranger"
                stranger.environment["XDG_CONFIG_HOME"] = "\(ctl.home)/stranger"
                ctl.environment["MENTATLAB_TOKEN"] = token
                #expect(try await ctl("agent", "new", "ada.tool").code == 0)
                #expect(try await ctl("agent", "publish", "tool", "--claim-namespace").code == 0)
                var number = 0
                for name in commands {
                    guard var arguments = Self.table[name] else { continue }
                    let needsToken = arguments.first != "!"
                    if !needsToken { arguments.removeFirst() }
                    for form in [[], ["--json"], ["--quiet"]] {
                        number += 1
                        let line =
                            name.split(separator: " ").map(String.init)
                            + arguments.map { $0.replacing("{n}", with: "\(number)") } + form
                        if needsToken {
                            let refused = try await stranger.run(line)
                            #expect(refused.code == 4, "\(line): \(refused.errors)")
                            #expect(refused.output.isEmpty && !refused.errors.isEmpty)
                        }
                        // Nobody registers over a token that is kept.
                        if name == "register" { _ = try await ctl("config", "logout") }
                        let outcome = try await ctl.run(line)
                        #expect(outcome.code == 0, "\(line): \(outcome.errors)")
                        #expect(!outcome.output.contains("\u{1b}") && !outcome.errors.contains("\u{1b}"), "\(line)")
                        if form == ["--json"] { _ = try outcome.json }
                        if form == ["--json"] || form == ["--quiet"] {
                            #expect(outcome.errors.isEmpty, "\(line): \(outcome.errors)")
                        }
                    }
                    let usage = try await ctl.run(name.split(separator: " ").map(String.init) + ["--no-such-option"])
                    #expect(usage.code == 64 && usage.output.isEmpty)
                    let help = try await ctl.run(["help"] + name.split(separator: " ").map(String.init))
                    #expect(help.code == 0 && help.output.contains("Usage: mentatctl \(name)"))
                }

                let issued = try await ctl.json("token", "new", "gone", "--scope", "review")
                let id = try #require(issued["credential"]?["id"]?.string)
                #expect(try await ctl.json("token", "revoke", id)["position"]?.integer != nil)
                #expect(try await ctl("token", "revoke", token).code == 64)
                let removed = try await ctl.json("agent", "uninstall", "ada.tool")
                #expect(removed["removed"]?.array?.count == 1)
                #expect(try await ctl("agent", "uninstall", "ada.tool").code == 1)

                // A registry that is not there may be there later.
                ctl.environment["MENTATLAB_REGISTRY"] = "http://127.0.0.1:1"
                let away = try await ctl("agent", "search", "--json")
                #expect(away.code == 3 && away.problem == "registry-unreachable")
            }
        }
    }

    /// A token goes over plain http to this machine alone, unless its owner says so for one registry.
    @Test func aTokenNeverGoesOverPlainHTTPElsewhere() async throws {
        try await withMarketplace { marketplace, _ in
            let (_, token) = try await marketplace.register("ada")
            try await Ctl.with("http://registry.invalid") { ctl in
                var ctl = ctl
                #expect(try await ctl("register", "bob", "--json").problem == "plain-http")
                ctl.environment["MENTATLAB_TOKEN"] = " \(token)\n"
                for words in [["whoami"], ["agent", "star", "ada.a"], ["token", "list"]] {
                    let outcome = try await ctl.run(words + ["--json"])
                    #expect(outcome.problem == "plain-http", "\(words): \(outcome.errors)")
                }
                // What needs no token is sent, with a warning.
                let search = try await ctl("agent", "search", "x")
                #expect(search.errors.contains("everybody on the way to http://registry.invalid"), "\(search.errors)")
                // Who says so is asked no more, for this registry alone.
                #expect(try await ctl("whoami", "--insecure-http", "--json").problem == "registry-unreachable")
                #expect(try await ctl("whoami", "--json").problem == "registry-unreachable")
                let other = try await ctl("whoami", "--registry", "http://other.invalid", "--json")
                #expect(other.problem == "plain-http")
                // Loopback is this machine, also by its name, and white space around a token is none of it.
                ctl.environment["MENTATLAB_REGISTRY"] = " " + marketplace.url.replacing("127.0.0.1", with: "localhost")
                #expect(try await ctl("whoami").code == 0)
                ctl.environment["MENTATLAB_TOKEN"] = String(token.dropLast())
                #expect(try await ctl("whoami", "--json").problem == "not-authenticated")
            }
        }
    }

    @Test func aTokenIsKeptForItsOwnerAloneAndShownNowhere() async throws {
        try await withMarketplace { marketplace, _ in
            try await Ctl.with(marketplace.url) { ctl in
                let (_, token) = try await marketplace.register("ada")
                #expect(try await ctl("config", "auth").code == 64)
                let mistyped = try await ctl("config", "auth", input: "mlm_0000\n")
                #expect(mistyped.code == 4 && !mistyped.errors.contains("mlm_0000"))
                let foreign = "mlm_" + String(repeating: "0", count: 72)
                #expect(try await ctl("config", "auth", input: foreign).code == 4)
                let kept = try await ctl("config", "auth", input: "\(token)\n")
                #expect(kept.code == 0 && kept.output.contains("ada"), "\(kept.errors)")
                let file = "\(ctl.home)/.config/mentatlab/credentials.json"
                let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
                #expect(mode == 0o600)
                for outcome in [kept, try await ctl("whoami"), try await ctl("token", "list", "--json")] {
                    #expect(!(outcome.output + outcome.errors).contains(token))
                }
                // Another registry does not get it.
                let other = try await ctl("whoami", "--registry", "http://127.0.0.1:1")
                #expect(other.code == 4)
                #expect(try await ctl("config", "logout").code == 0)
                #expect(try await ctl("whoami").code == 4)
                // What was typed in a wrong place is not said again.
                for line in [
                    ["config", "auth", token], [token], ["config", "set", "color", token], ["agent", token],
                ] {
                    let said = try await ctl.run(line)
                    #expect(said.code == 64 && !said.errors.contains(token.dropFirst(8)), "\(line[0]): \(said.errors)")
                }
                let secret = try await ctl("whoami", "--registry", "https://ada:secret@example.com/")
                #expect(secret.code == 64 && !secret.errors.contains("secret"))
                let registered = try await ctl.json("register", "eve")
                #expect(registered["token"] == nil && registered["name"]?.string == "eve")
                #expect(try await ctl.json("whoami")["name"]?.string == "eve")
                // A token that is kept is not overwritten by somebody new's.
                #expect(try await ctl("register", "zoe", "--json").problem == "token-kept")
                #expect(try await ctl("config", "logout").code == 0)
                // Nor is an account made whose token could not be kept.
                var lost = ctl
                lost.environment["XDG_CONFIG_HOME"] = "/proc/nowhere"
                #expect(try await lost("register", "zoe").code != 0)
                #expect(try await marketplace.get("publishers/zoe").status == 404)
                // What can't be printed is no success.
                let full = try await ctl.run(
                    ["-c", "'\(try Ctl.program)' config list > /dev/full"], program: "/bin/bash")
                #expect(full.code == 1)
            }
        }
    }

    @Test func whatIsPublishedIsWhatIsInstalled() async throws {
        try await withMarketplace { marketplace, _ in
            try await Ctl.with(marketplace.url) { ctl in
                #expect(try await ctl("register", "ada").code == 0)
                #expect(try await ctl("agent", "new", "Ada.Tool", "--template", "node", "--path", "a").code == 0)
                let files = [
                    ("data/größe.txt", "é"), ("logs/x.log", "no"), ("keep.log", "yes"), (".env", "SECRET=1"),
                    ("node_modules/x/index.js", "no"), (".git/config", "no"), ("tests/t.js", "no"),
                ]
                for (name, text) in files {
                    let path = "\(ctl.home)/a/\(name)"
                    try FileManager.default.createDirectory(
                        atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
                    try text.write(toFile: path, atomically: true, encoding: .utf8)
                }
                try "/tests/\n*.log\n!keep.log\n".write(
                    toFile: "\(ctl.home)/a/.mentatignore", atomically: true, encoding: .utf8)
                try FileManager.default.createSymbolicLink(
                    atPath: "\(ctl.home)/a/link", withDestinationPath: "/etc/passwd")
                let dry = try await ctl.json("agent", "publish", "a", "--dry-run")
                let packed = [
                    ".mentatignore", "README.md", "data/größe.txt", "keep.log", "manifest.yaml", "src/main.js",
                ]
                #expect((dry["files"]?.array ?? []).compactMap { $0["name"]?.string } == packed)
                #expect(try await marketplace.get("agents/ada.tool").status == 404)
                let unclaimed = try await ctl("agent", "publish", "a", "--json")
                #expect(unclaimed.code != 0 && unclaimed.problem == "namespace-unclaimed", "\(unclaimed.errors)")
                let published = try await ctl.json("agent", "publish", "a", "--claim-namespace")
                #expect(published["new"]?.bool == true && published["release"] == dry["release"])
                // Whatever the manifest is called in the folder, installers find it under one name; two are refused.
                try FileManager.default.copyItem(atPath: "\(ctl.home)/a", toPath: "\(ctl.home)/c")
                try FileManager.default.copyItem(
                    atPath: "\(ctl.home)/c/manifest.yaml", toPath: "\(ctl.home)/c/manifest.yml")
                let two = try await ctl("agent", "publish", "c", "--dry-run", "--json")
                #expect(two.problem == "invalid-package" && two.errors.contains("manifest.yml"), "\(two.errors)")
                try FileManager.default.removeItem(atPath: "\(ctl.home)/c/manifest.yaml")
                let renamed = try await ctl.json("agent", "publish", "c", "--dry-run")
                #expect(renamed["release"] == dry["release"])
                // The same folder elsewhere makes the same release.
                try FileManager.default.copyItem(atPath: "\(ctl.home)/a", toPath: "\(ctl.home)/b")
                let again = try await ctl.json("agent", "publish", "b")
                #expect(again["new"]?.bool == false && again["release"] == dry["release"])

                let installed = try await ctl.json("agent", "install", "ada_tool".replacing("_", with: "."))
                let path = try #require(installed["installed"]?.array?.first?["path"]?.string)
                for name in packed {
                    #expect(
                        try Data(contentsOf: URL(filePath: "\(path)/\(name)"))
                            == Data(contentsOf: URL(filePath: "\(ctl.home)/a/\(name)")), "\(name)")
                }
                let answer = try await ctl.run(
                    ["\(path)/src/main.js"], input: #"{"spec":{"text":"hi"}}"#, program: "/usr/bin/node")
                #expect(answer.output.contains(#""echo":"hi""#), "\(answer.errors)")

                // A newer version within what was asked for, several programs at once.
                for version in ["0.1.1", "1.0.0-rc.1"] {
                    let manifest = try String(contentsOfFile: "\(ctl.home)/a/manifest.yaml", encoding: .utf8)
                    try manifest.replacing(/version: \S+/, with: "version: \(version)").write(
                        toFile: "\(ctl.home)/a/manifest.yaml", atomically: true, encoding: .utf8)
                    #expect(try await ctl.json("agent", "publish", "a")["new"]?.bool == true)
                }
                try await withThrowingTaskGroup { group in
                    for _ in 0..<4 { group.addTask { try await ctl("agent", "update").code } }
                    for try await code in group { #expect(code == 0) }
                }
                let list = try await ctl("agent", "list", "--quiet")
                #expect(list.output == "Ada.Tool@0.1.0\nAda.Tool@0.1.1\n")
                for verb in ["install", "info"] {
                    let mistyped = try await ctl("agent", verb, "ada.tol")
                    #expect(
                        mistyped.code == 1 && mistyped.errors.contains("Did you mean 'Ada.Tool'?"), "\(mistyped.errors)"
                    )
                }
                let missing = try await ctl("agent", "install", "ada.tool@^7", "--json")
                #expect(missing.code == 1 && missing.problem == "version-not-found")
                #expect(missing.errors.contains("0.1.1"))

                // A manifest that is wrong in several places is told all of it, before anything is sent.
                try "id: '-'\nversion: x\n".write(
                    toFile: "\(ctl.home)/b/manifest.yaml", atomically: true, encoding: .utf8)
                let invalid = try await ctl("agent", "validate", "b", "--json")
                #expect(invalid.code == 1 && invalid.problem == "invalid-manifest")
                for field in ["/id", "/version", "/image", "/description"] { #expect(invalid.errors.contains(field)) }
                #expect(try await ctl("agent", "publish", "nowhere", "--json").problem == "no-manifest")
            }
        }
    }

    /// A program that is killed, or cancelled, leaves nothing that looks installed, and the next one cleans up.
    @Test(arguments: [SIGKILL, SIGINT])
    func whoIsStoppedHalfWayInstallsNothing(_ signal: Int32) async throws {
        try await withMarketplace { marketplace, _ in
            try await Ctl.with(marketplace.url) { ctl in
                #expect(try await ctl("register", "ada").code == 0)
                #expect(try await ctl("agent", "new", "ada.large").code == 0)
                var random = SeededRandom(seed: 1)
                try Data(random.bytes(8 << 20)).write(to: URL(filePath: "\(ctl.home)/large/data.bin"))
                #expect(try await ctl("agent", "publish", "large", "--claim-namespace").code == 0)
                let root = "\(ctl.home)/.mentatlab/registry"
                for pause in [5, 20, 40, 60, 90] {
                    let (process, outcome) = try ctl.start(["agent", "install", "ada.large"])
                    try await Task.sleep(for: .milliseconds(pause))
                    let isEarly = process.isRunning
                    Foundation.kill(process.processIdentifier, signal)
                    while process.isRunning { try await Task.sleep(for: .milliseconds(5)) }
                    if signal == SIGINT, isEarly { #expect([0, 2].contains(outcome().code), "\(outcome())") }
                    let list = try await ctl.json("agent", "list")["installed"]?.array ?? []
                    if let path = list.first?["path"]?.string {
                        #expect(FileManager.default.fileExists(atPath: "\(path)/data.bin"))
                        #expect(try await ctl("agent", "uninstall", "ada.large").code == 0)
                    } else {
                        #expect(!FileManager.default.fileExists(atPath: "\(root)/ada.large/0.1.0"))
                    }
                }
                #expect(try await ctl("agent", "install", "ada.large").code == 0)
                #expect(try FileManager.default.contentsOfDirectory(atPath: "\(root)/.incoming").isEmpty)
            }
        }
    }
}
