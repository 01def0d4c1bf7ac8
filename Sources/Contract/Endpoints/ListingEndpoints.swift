package import Events

extension Endpoints {
    package static let changeListing = Endpoint<VersionParameters.Changed, NewListing, ListingAnswer>.command(
        "changeListing", .put, "/agents/{id}/versions/{version}/listing", "Say anew what a page shows of a version",
        notes:
            "Title, summary, description, category, tags, icon, image, source, pins, packages and author are taken from "
            + "the manifest. The files of the version and the facts of its publication (licence, runtime, capabilities, "
            + "dependencies) stay. Saying the same again changes nothing.",
        credential: .token([.publish]), characters: NewListing.maximumCharacters,
        problems: [.invalidManifest, .secretFound, .versionNotFound, .notOwner, .quarantined])

    static let listings: [any AnyEndpoint] = [changeListing]
}

/// What a page shows of a version.
package struct NewListing: Body {
    /// They bound the body at the size of a manifest.
    package static let maximumCharacters = 21_500

    package let manifest: RawObject

    package init(manifest: RawObject) {
        self.manifest = manifest
    }

    package static let form = Form.object(
        "NewListing", Self.init(manifest:),
        .required("manifest", \.manifest, .raw, "A manifest of this agent and version, as JSON."))
}

/// What became of a listing.
package struct ListingAnswer: CommandAnswer {
    package let id: AgentKey
    package let version: String
    package let warnings: [Problem.Finding]
    package var position: Position?

    package init(id: AgentKey, version: String, warnings: [Problem.Finding], position: Position? = nil) {
        self.id = id
        self.version = version
        self.warnings = warnings
        self.position = position
    }

    package static let form = Form.object(
        "ListingAnswer", Self.init(id:version:warnings:position:), .required("id", \.id, .agentKey),
        .required("version", \.version, .text), .required("warnings", \.warnings, .list(Problem.Finding.form)),
        .optional("position", \.position, .position, "Of the entry that says it, or of the earlier one."))
}
