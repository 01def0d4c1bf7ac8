import JSON

extension AgentManifest {
    private static let maximumPackages = 16

    /// Reads which packages of other registries contain the agent; one that is faulty is left out.
    mutating func readPackages(_ value: JSONValue?) {
        guard let value, value != .null else { return }
        guard let elements = value.array else {
            return warn(
                "/packages", "'packages' has to be a list of {registry, identifier, version}, not \(value.kind)")
        }
        if elements.count > Self.maximumPackages {
            warn("/packages", "there are more than \(Self.maximumPackages) packages; the others are left out")
        }
        packages = []
        for (index, element) in elements.prefix(Self.maximumPackages).enumerated() {
            func text(_ name: String, _ limit: Int) -> String? {
                element[name]?.string.flatMap { !$0.isEmpty && $0.unicodeScalars.count <= limit ? $0 : nil }
            }
            guard let registry = text("registry", 64), let identifier = text("identifier", 512) else {
                warn("/packages/\(index)", "a package has a registry and an identifier; this one is left out")
                continue
            }
            let version = text("version", 128)
            if version == nil, let given = element["version"], given != .null {
                warn(
                    "/packages/\(index)/version",
                    "a version is a string of at most 128 characters; this one is left out")
            }
            packages?.append(Package(registry: registry, identifier: identifier, version: version))
        }
    }
}
