public import JSON
import YAML

extension AgentManifest {
    /// The largest size of a manifest in bytes.
    public static let maximumBytes = 262_144

    /// Parses and checks a manifest in YAML or JSON.
    ///
    /// It never fails: text that can't be parsed gives one finding of severity `error`.
    public init(parsing bytes: [UInt8]) {
        // Some editors begin a file with an invisible mark.
        let bytes = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? Array(bytes.dropFirst(3)) : bytes
        let first = bytes.first { ![0x20, 0x09, 0x0a, 0x0d].contains($0) }
        do throws(JSONError) {
            guard first == UInt8(ascii: "{") else { throw JSONError("it does not begin with '{'", offset: 0, path: "") }
            self.init(try JSONValue(bytes, limits: JSONLimits(bytes: Self.maximumBytes)))
        } catch let notJSON {
            do throws(YAMLError) {
                // YAML mappings may be written in braces, too.
                self.init(try YAMLDocument.read(bytes))
            } catch let notYAML {
                self.init()
                let isMeantAsJSON = first == UInt8(ascii: "{")
                findings = [
                    Finding(
                        .error, "",
                        isMeantAsJSON ? "the manifest is no JSON: \(notJSON)" : "the manifest is no YAML: \(notYAML)")
                ]
            }
        }
    }

    /// Checks a manifest that is already parsed.
    public init(_ document: JSONValue) {
        self.init()
        guard case .object = document else {
            findings = [Finding(.error, "", "the manifest has to be a mapping, not \(document.kind)")]
            return
        }
        let document = cleaned(document, at: "", isProse: false)
        refuseControlCharacters(document, at: "")
        readRequired(document)
        inputs = pins("inputs", document)
        outputs = pins("outputs", document)
        readFacts(document)
        readPresentation(document)
        judgeEnvironment(document["env"])
        judgeResources(document["resources"])
        warnOfUnknownMembers(document)
        refuseWordsForBooleans(document)
        if findings.count > Self.maximumFindings {
            let errors = findings.filter { $0.severity == .error }
            let shown = (errors + findings.filter { $0.severity == .warning }).prefix(Self.maximumFindings)
            let rest = findings.count - shown.count
            findings = shown + [Finding(shown[0].severity, "", "there are \(rest) more findings")]
        }
    }

    /// The number of findings to list, errors first; further ones are only counted.
    static let maximumFindings = 100

    // MARK: Required

    private mutating func readRequired(_ document: JSONValue) {
        id = requiredText("id", document) ?? ""
        if !id.isEmpty, !id.utf8.allSatisfy({ isDigit($0) || isLetter($0) || "_.-".utf8.contains($0) }) {
            findings.append(Finding(.error, "/id", "an id consists of letters, digits, '_', '.' and '-'"))
        }
        if let text = requiredText("version", document) {
            version = SemVer(text)
            if version == nil {
                findings.append(Finding(.error, "/version", "the version is no SemVer 2.0, such as 1.0.0"))
            } else if text.utf8.count > 128 {
                findings.append(Finding(.error, "/version", "the version is longer than 128 characters"))
            }
        }
        if let text = requiredText("image", document) {
            image = text
            refuseHidden(text, at: "/image")
            let name = text.split(separator: "/").last.map(String.init) ?? ""
            if !text.contains("@sha256:") && (!name.contains(":") || name.hasSuffix(":latest")) {
                warn("/image", "the image needs a tag other than 'latest' or a @sha256: digest")
            }
        }
        description = requiredText("description", document) ?? ""
        if description.utf8.count > 8192 {
            findings.append(Finding(.error, "/description", "the description is larger than 8,192 bytes"))
        }
    }

    private mutating func requiredText(_ name: String, _ document: JSONValue) -> String? {
        switch document[name] {
        case nil, .null?: findings.append(Finding(.error, "/\(name)", "the field '\(name)' is missing"))
        case .string(let text)? where text.allSatisfy(\.isWhitespace):
            findings.append(Finding(.error, "/\(name)", "the field '\(name)' is empty"))
        case .string(let text)?: return text
        case let value?:
            findings.append(Finding(.error, "/\(name)", "'\(name)' has to be a string, not \(value.kind)"))
        }
        return nil
    }

    // MARK: Pins

    private mutating func pins(_ side: String, _ document: JSONValue) -> [Pin] {
        guard let list = document[side], list != .null else {
            findings.append(Finding(.error, "/\(side)", "the field '\(side)' is missing; it may be an empty list"))
            return []
        }
        guard let elements = list.array else {
            findings.append(Finding(.error, "/\(side)", "'\(side)' has to be a list, not \(list.kind)"))
            return []
        }
        if elements.count > 64 {
            findings.append(Finding(.error, "/\(side)", "there are more than 64 \(side)"))
            return []
        }
        var pins: [Pin] = []
        for (index, element) in elements.enumerated() {
            guard let pin = pin(element, at: "/\(side)/\(index)") else { continue }
            if pins.contains(where: { $0.name.utf8.elementsEqual(pin.name.utf8) }) {
                findings.append(Finding(.error, "/\(side)/\(index)/name", "another of the \(side) has this name"))
            }
            pins.append(pin)
        }
        return pins
    }

    private mutating func pin(_ element: JSONValue, at path: String) -> Pin? {
        guard case .object = element else {
            findings.append(Finding(.error, path, "a pin has to be a mapping with name and type"))
            return nil
        }
        let name = element["name"]?.string
        if name?.isEmpty ?? true || name.map({ $0.utf8.count > 128 }) ?? false {
            findings.append(Finding(.error, "\(path)/name", "a pin needs a name of 1 to 128 bytes"))
        }
        refuseHidden(name, at: "\(path)/name")
        let type = element["type"]?.string
        if !(type.map(Pin.types.contains) ?? false) {
            findings.append(
                Finding(.error, "\(path)/type", "a pin's type is one of \(Pin.types.joined(separator: ", "))"))
        }
        if let type, ["audio", "image", "video", "stream"].contains(type),
            element["metadata"]?["mimeType"]?.string == nil
        {
            warn("\(path)/metadata", "a pin of type \(type) needs metadata.mimeType")
        }
        guard let name, let type else { return nil }
        let description = element["description"]?.string ?? element["metadata"]?["description"]?.string
        if let description, description.utf8.count > 2048 {
            warn("\(path)/description", "the description is larger than 2,048 bytes and left out")
        }
        return Pin(name: name, type: type, description: description.flatMap { $0.utf8.count > 2048 ? nil : $0 })
    }

    // MARK: Facts that become public

    private mutating func readFacts(_ document: JSONValue) {
        if let text = optionalText("runtime", document["runtime"]) {
            let bytes = Array(text.utf8)
            let isSound =
                (1...32).contains(bytes.count) && bytes.first.map { isDigit($0) || (0x61...0x7a).contains($0) } == true
                && bytes.allSatisfy { isDigit($0) || (0x61...0x7a).contains($0) || ".+-".utf8.contains($0) }
            if isSound {
                runtime = text
            } else {
                warn("/runtime", "a runtime looks like python3.12; this one is left out")
            }
        }
        if let text = optionalText("license", document["license"]) {
            if let expression = LicenseExpression(text), expression.description.utf8.count <= 128 {
                license = expression
            } else {
                let nearest = LicenseExpression.nearest(to: text).map { ", such as \($0)" } ?? ""
                warn(
                    "/license",
                    "'\(String(String.UnicodeScalarView(text.unicodeScalars.prefix(64))))' is no SPDX expression of at most 128 characters\(nearest); it is left out"
                )
            }
        }
        if let text = optionalText("min_mentat_version", document["min_mentat_version"]) {
            if let version = SemVer(text), text.utf8.count <= 128 {
                minimumMentatVersion = version
            } else {
                warn("/min_mentat_version", "this is no SemVer 2.0 of at most 128 characters and left out")
            }
        }
        wasmModule = optionalText("module", document["module"])
        if let module = wasmModule, !Self.isInside(module) {
            findings.append(
                Finding(
                    .error, "/module",
                    "'\(module.prefix(128))' has to be a path within the agent's folder, such as bin/agent.wasm"))
        }
        switch document["wasm"]?["sha256"] {
        case nil, .null?: break
        // A digest pins a file, so a wrong one is never ignored.
        case .string(let text)?:
            wasmSHA256 = text.lowercased()
            if text.utf8.count != 64 || !text.allSatisfy({ $0.isASCII && $0.isHexDigit }) {
                findings.append(
                    Finding(
                        .error, "/wasm/sha256", "'\(text.prefix(128))' is no digest; it has to be 64 hexadecimal digits"
                    ))
            }
        // In YAML, digits without quotes are a number.
        case _?: findings.append(Finding(.error, "/wasm/sha256", "the digest has to be a string; put it in quotes"))
        }
        readPrograms(document)
        readCapabilities(document)
        readDependencies(document)
    }

    /// Reads capabilities from a list or a mapping.
    ///
    /// Strings count as they are, actions as `action:<name>`, and members that are `true` by their name.
    private mutating func readCapabilities(_ document: JSONValue) {
        var found: [(path: String, text: String)] = []
        for path in ["/capabilities", "/wasm/capabilities"] {
            let value = path == "/capabilities" ? document["capabilities"] : document["wasm"]?["capabilities"]
            switch value {
            case nil, .null?: continue
            case .array(let elements)?:
                for (index, element) in elements.enumerated() {
                    if let text = optionalText("\(path.dropFirst())/\(index)", element) {
                        found.append(("\(path)/\(index)", text))
                    }
                }
            case .object(let members)?:
                for member in members {
                    if member.value.bool == true { found.append(("\(path)/\(pointerToken(member.name))", member.name)) }
                    for (index, action) in (member.name == "actions" ? member.value.array ?? [] : []).enumerated() {
                        if let text = action.string { found.append(("\(path)/actions/\(index)", "action:\(text)")) }
                    }
                }
            case let other?:
                warn(path, "capabilities are a mapping or a list, not \(other.kind)")
                continue
            }
            capabilities = capabilities ?? []
        }
        var seen: Set<String> = []
        for (path, text) in found {
            guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
                warn(path, "a capability is printable ASCII without spaces; this one is left out")
                continue
            }
            guard text.utf8.count <= 200 else {
                findings.append(Finding(.error, path, "a capability has at most 200 characters"))
                continue
            }
            guard seen.insert(text).inserted else { continue }
            guard seen.count <= 256 else {
                findings.append(Finding(.error, "/capabilities", "there are more than 256 capabilities"))
                return
            }
            capabilities?.append(text)
        }
    }

    // MARK: What a page shows

    private mutating func readPresentation(_ document: JSONValue) {
        let interface = document["ui"]
        if let interface, interface != .null, interface.members == nil {
            warn("/ui", "'ui' has to be a mapping, not \(interface.kind)")
        }
        let catalog = interface?["catalog"]
        title = shortText("ui/title", interface?["title"], 256) ?? shortText("name", document["name"], 256)
        icon = shortText("ui/icon", interface?["icon"], 64)
        refuseHidden(icon, at: "/ui/icon")
        category = shortText("ui/catalog/category", catalog?["category"], 128)
        author = shortText("author", document["author"], 256)
        sourceURL = shortText("source_url", document["source_url"], 2048)
        if let sourceURL, !sourceURL.hasPrefix("https://") && !sourceURL.hasPrefix("http://") {
            warn("/source_url", "the source has to be an http or https URL; this one is left out")
            self.sourceURL = nil
        }
        refuseHidden(sourceURL, at: "/source_url")
        readPackages(document)
        if catalog?["visible"]?.bool == false { isListed = false }
        if let list = catalog?["tags"], list != .null {
            let all = list.array ?? []
            let sound = all.compactMap(\.string).filter { (1...64).contains($0.utf8.count) }
            tags = Array(sound.prefix(32))
            if list.array == nil || tags?.count != all.count {
                warn("/ui/catalog/tags", "tags are at most 32 strings of 1 to 64 bytes; others are left out")
            }
        }
    }

    private mutating func shortText(_ path: String, _ value: JSONValue?, _ limit: Int) -> String? {
        guard let text = optionalText(path, value), !text.isEmpty else { return nil }
        guard text.utf8.count <= limit else {
            warn("/\(path)", "this is larger than \(limit) bytes and left out")
            return nil
        }
        return text
    }

    // MARK: The rest

    private mutating func judgeEnvironment(_ value: JSONValue?) {
        guard let value, value != .null else { return }
        guard let elements = value.array else { return warn("/env", "'env' has to be a list, not \(value.kind)") }
        for (index, element) in elements.enumerated() {
            if let text = element.string {
                if !(text.firstIndex(of: "=").map { $0 != text.startIndex } ?? false) {
                    warn("/env/\(index)", "a string in 'env' looks like KEY=VALUE")
                }
            } else if element["name"]?.string == nil || element["value"] == nil {
                warn("/env/\(index)", "an entry of 'env' is KEY=VALUE or a mapping with name and value")
            }
        }
    }

    private mutating func judgeResources(_ value: JSONValue?) {
        guard let value, value != .null else { return }
        guard value.members != nil else {
            return warn("/resources", "'resources' has to be a mapping, not \(value.kind)")
        }
        for name in ["timeout_seconds", "max_concurrent"] {
            guard let number = value[name] else { continue }
            if (number.integer ?? -1) < 0 { warn("/resources/\(name)", "'\(name)' has to be a whole number from 0") }
        }
    }

    /// True for a relative path that leads nowhere but down.
    static func isInside(_ path: String) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        return !path.isEmpty && parts.dropFirst().allSatisfy { !$0.isEmpty && $0 != "." } && parts.first != ""
            && !parts.contains("..") && !path.contains("\\") && path.utf8.count <= 1_024
    }

    mutating func optionalText(_ path: String, _ value: JSONValue?) -> String? {
        switch value {
        case nil, .null?: return nil
        case .string(let text)?: return text
        case let other?:
            warn("/\(path)", "this has to be a string, not \(other.kind), and is left out")
            return nil
        }
    }

    mutating func warn(_ path: String, _ message: String) {
        findings.append(Finding(.warning, path, message))
    }

    mutating func refuse(_ path: String, _ message: String) {
        findings.append(Finding(.error, path, message))
    }
}
