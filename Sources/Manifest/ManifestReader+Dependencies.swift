import JSON
import Text

extension AgentManifest {
    private static let maximumDependencies = 256
    private static let dependencyMembers = ["id", "version", "range"]

    /// Reads what the agent depends on.
    ///
    /// A misspelt member, or a range that is a number, would mean any version, so both are errors here and not warnings.
    mutating func readDependencies(_ document: JSONValue) {
        for (field, isPeer) in [("dependencies", false), ("peer_dependencies", true)] {
            guard let value = document[field], value != .null else { continue }
            guard let elements = value.array else {
                refuse("/\(field)", "'\(field)' has to be a list of {id, version}, not \(value.kind)")
                continue
            }
            guard elements.count <= Self.maximumDependencies else {
                refuse("/\(field)", "there are more than \(Self.maximumDependencies) dependencies")
                continue
            }
            dependencies = dependencies ?? []
            var ids: Set<String> = []
            for (index, element) in elements.enumerated() {
                guard let found = dependency(element, at: "/\(field)/\(index)", isPeer: isPeer) else { continue }
                if !ids.insert(found.id.lowercased()).inserted {
                    refuse(
                        "/\(field)/\(index)/id",
                        "'\(found.id)' stands twice in '\(field)'; one range holds for an agent")
                }
                dependencies?.append(found)
            }
        }
        if (dependencies?.count ?? 0) > Self.maximumDependencies {
            refuse("/dependencies", "there are more than \(Self.maximumDependencies) dependencies")
        }
    }

    private mutating func dependency(_ element: JSONValue, at path: String, isPeer: Bool) -> Dependency? {
        guard let members = element.members else {
            refuse(path, "a dependency is a mapping of id and version, not \(element.kind)")
            return nil
        }
        for member in members where !Self.dependencyMembers.contains(member.name) {
            let meant =
                findings.count > Self.maximumFindings
                ? nil : Spelling.nearest(to: member.name, among: Self.dependencyMembers)
            refuse(
                "\(path)/\(pointerToken(member.name))",
                "a dependency has no '\(member.name.prefix(64))'\(meant.map { "; did you mean '\($0)'?" } ?? "; it has id and version")"
            )
        }
        guard let id = element["id"]?.string else {
            refuse("\(path)/id", "a dependency needs the id of an agent")
            return nil
        }
        refuseHidden(id, at: "\(path)/id")
        if id.lowercased() == self.id.lowercased() { refuse("\(path)/id", "an agent can't depend on itself") }
        let name = element["version"] == nil ? "range" : "version"
        if element["version"] != nil, element["range"] != nil {
            refuse("\(path)/range", "a dependency has 'version' or 'range', not both")
        }
        var range = "*"
        switch element[name] {
        case nil, .null?: break
        case .string(let text)?: range = text
        case .number(let number)?:
            refuse(
                "\(path)/\(name)", "the range \(number.literal) is a number; put it in quotes: \"\(number.literal)\"")
        case let other?: refuse("\(path)/\(name)", "a range has to be a string such as \"^1.2\", not \(other.kind)")
        }
        if range.utf8.count > 128 || !range.utf8.allSatisfy({ (0x20..<0x7f).contains($0) }) {
            refuse("\(path)/\(name)", "a range has at most 128 characters of printable ASCII")
        } else if VersionRange(range) == nil {
            warn("\(path)/\(name)", "'\(range)' is no range of versions, such as ^1.2; nothing will fit it")
        }
        return Dependency(id: id, range: range, isPeer: isPeer)
    }
}
