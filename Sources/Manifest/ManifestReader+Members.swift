import JSON
import Text

extension AgentManifest {
    /// The members that a manifest has, by the place of their mapping; `*` stands for each element of a list.
    private static let members: [String: [String]] = [
        "": [
            "args", "author", "capabilities", "command", "dependencies", "description", "env", "id", "image", "inputs",
            "license", "longRunning", "main", "mcp", "min_mentat_version", "module", "name", "outputs", "packages",
            "peer_dependencies",
            "resources", "runtime", "source_url", "ui", "version", "wasm",
        ],
        "/inputs/*": pinMembers, "/outputs/*": pinMembers, "/env/*": ["name", "value"],
        "/packages/*": ["identifier", "registry", "version"], "/mcp": ["packages", "remotes"],
        "/mcp/packages/*": ["identifier", "registry", "version"], "/mcp/remotes/*": ["type", "url"],
        "/resources": ["cpu", "gpu", "max_concurrent", "memory", "timeout_seconds"],
        "/ui": ["catalog", "description", "icon", "remoteEntry", "title"],
        "/ui/catalog": ["category", "tags", "visible"],
        "/wasm": ["capabilities", "engine", "memory", "sha256", "wasi"], "/wasm/memory": ["initial", "maximum"],
        "/wasm/wasi": ["env", "preopens", "version"],
    ]
    private static let pinMembers = ["default", "description", "metadata", "name", "required", "type"]

    /// Warns of members that nothing reads, with the one that was perhaps meant. Those that begin with `x-` are nobody
    /// else's.
    mutating func warnOfUnknownMembers(_ document: JSONValue) {
        warnOfUnknownMembers(in: document, at: "", kind: "")
    }

    private mutating func warnOfUnknownMembers(in value: JSONValue, at path: String, kind: String) {
        if let elements = value.array {
            for (index, element) in elements.enumerated() {
                warnOfUnknownMembers(in: element, at: "\(path)/\(index)", kind: "\(kind)/*")
            }
        }
        guard let known = Self.members[kind] else { return }
        for member in value.members ?? [] where !member.name.hasPrefix("x-") {
            let inner = "\(path)/\(pointerToken(member.name))"
            if known.contains(member.name) {
                warnOfUnknownMembers(in: member.value, at: inner, kind: "\(kind)/\(member.name)")
            } else {
                // Who writes thousands of names has mistyped none of them.
                let meant =
                    findings.count > Self.maximumFindings
                    ? nil : Spelling.nearest(to: member.name, among: known).map { "; did you mean '\($0)'?" }
                warn(
                    inner,
                    "nothing reads '\(member.name.prefix(64))'\(meant ?? "") (names of your own begin with 'x-')")
            }
        }
    }

    /// The words that YAML 1.1 took for booleans, and that people still write.
    private static let wordsForTrue: Set<String> = ["yes", "on", "true", "y"]
    private static let wordsForFalse: Set<String> = ["no", "off", "false", "n"]

    /// Refuses words in the place of booleans: `visible: no` would mean the opposite of what it says.
    mutating func refuseWordsForBooleans(_ document: JSONValue) {
        var values: [(path: String, value: JSONValue)] = []
        if let visible = document["ui"]?["catalog"]?["visible"] { values.append(("/ui/catalog/visible", visible)) }
        if let isLong = document["longRunning"] { values.append(("/longRunning", isLong)) }
        for (place, mapping) in [
            ("/capabilities", document["capabilities"]), ("/wasm/capabilities", document["wasm"]?["capabilities"]),
        ] {
            for member in mapping?.members ?? [] where member.name != "actions" {
                values.append(("\(place)/\(pointerToken(member.name))", member.value))
            }
        }
        if let catalog = document["ui"]?["catalog"], catalog != .null, catalog.members == nil {
            refuse("/ui/catalog", "'catalog' has to be a mapping such as {visible: false}, not \(catalog.kind)")
        }
        for side in ["inputs", "outputs"] {
            for (index, pin) in (document[side]?.array ?? []).enumerated() {
                if let isRequired = pin["required"] { values.append(("/\(side)/\(index)/required", isRequired)) }
            }
        }
        for (path, value) in values {
            switch value {
            case .bool, .null: break
            case .string(let text) where Self.wordsForTrue.contains(text.lowercased()):
                refuse(path, "'\(text)' is a text; write true")
            case .string(let text) where Self.wordsForFalse.contains(text.lowercased()):
                refuse(path, "'\(text)' is a text; write false")
            case .number(let number) where number.literal == "0" || number.literal == "1":
                refuse(path, "\(number.literal) is a number; write \(number.literal == "1" ? "true" : "false")")
            // Who hides an agent by what is no boolean would see it listed.
            case _ where path == "/ui/catalog/visible": refuse(path, "this has to be true or false, not \(value.kind)")
            default: warn(path, "this has to be true or false, not \(value.kind)")
            }
        }
    }
}
