import JSON

extension AgentManifest {
    private static let maximumPlaces = 16

    /// Reads which packages of other registries contain the agent, and where it runs as a server; what is faulty is left
    /// out.
    mutating func readPackages(_ document: JSONValue) {
        packages = packages(document["packages"], at: "/packages")
        guard let value = document["mcp"], value != .null else { return }
        guard value.members != nil else { return warn("/mcp", "'mcp' has to be a mapping, not \(value.kind)") }
        let remotes = places(value["remotes"], at: "/mcp/remotes", ("type", 64), ("url", 2_048))
        mcp = ModelContextProtocol(
            packages: packages(value["packages"], at: "/mcp/packages") ?? [],
            remotes: (remotes ?? []).map { Remote(type: $0.first, url: $0.second) })
    }

    private mutating func packages(_ value: JSONValue?, at path: String) -> [Package]? {
        places(value, at: path, ("registry", 64), ("identifier", 512))?.map { place in
            let version = place.element["version"]?.string.flatMap {
                (1...128).contains($0.unicodeScalars.count) ? $0 : nil
            }
            if version == nil, let given = place.element["version"], given != .null {
                warn(
                    "\(path)/\(place.index)/version",
                    "a version is a string of at most 128 characters; this one is left out")
            }
            refuseHidden(version, at: "\(path)/\(place.index)/version")
            return Package(registry: place.first, identifier: place.second, version: version)
        }
    }

    /// The elements of a list that have two texts.
    private mutating func places(
        _ value: JSONValue?, at path: String, _ first: (name: String, limit: Int), _ second: (name: String, limit: Int)
    ) -> [(index: Int, element: JSONValue, first: String, second: String)]? {
        guard let value, value != .null else { return nil }
        guard let elements = value.array else {
            warn(path, "this has to be a list of {\(first.name), \(second.name)}, not \(value.kind)")
            return nil
        }
        if elements.count > Self.maximumPlaces {
            warn(path, "there are more than \(Self.maximumPlaces); the others are left out")
        }
        var places: [(index: Int, element: JSONValue, first: String, second: String)] = []
        for (index, element) in elements.prefix(Self.maximumPlaces).enumerated() {
            func text(_ wanted: (name: String, limit: Int)) -> String? {
                element[wanted.name]?.string.flatMap { (1...wanted.limit).contains($0.unicodeScalars.count) ? $0 : nil }
            }
            if let one = text(first), let other = text(second) {
                refuseHidden(one, at: "\(path)/\(index)/\(first.name)")
                refuseHidden(other, at: "\(path)/\(index)/\(second.name)")
                places.append((index, element, one, other))
            } else {
                warn(
                    "\(path)/\(index)",
                    "it needs '\(first.name)' and '\(second.name)', at most \(first.limit) and \(second.limit) characters; it is left out"
                )
            }
        }
        return places
    }
}
