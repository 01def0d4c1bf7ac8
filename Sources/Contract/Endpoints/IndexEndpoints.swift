package import Crypto
package import Events

extension Endpoints {
    package static let showIndex = Endpoint<AgentParameters, NoBody, NoBody>.document(
        "showIndex", "/index/{id}", "Get what installers read of an agent",
        notes:
            "Versions, digests, dependencies, yanks, holds, removed files, each with the positions from which to which. Lower versions stand in pages of their own, which it links to. Answers while the database is down, and for a position of the past too.",
        schema: indexDocument)
    package static let showIndexPage = Endpoint<IndexPageParameters, NoBody, NoBody>.document(
        "showIndexPage", "/index/{id}/pages/{page}", "Get a page with lower versions of an agent",
        notes:
            "A page whose versions change is replaced by another; read the document again where one is gone. Answers while the database is down.",
        schema: indexPage, problems: [.artifactNotFound])

    private static func member(_ name: String, _ schema: Schema, isRequired: Bool = true) -> MemberSchema {
        MemberSchema(name: name, schema: schema, isRequired: isRequired)
    }
    private static let text = Schema.string()
    private static let position = Form<Position>.position.schema
    private static let digest = Form<SHA256Digest>.digest.schema
    private static let format = Schema.integer(4...4)

    private static let standing = Schema.list(
        Schema.object(
            nil,
            [
                member("kind", .choice(["deprecated", "quarantined", "removed", "yanked"])),
                member("side", .choice(["owner", "moderation"]), isRequired: false),
                member("reason", text, isRequired: false), member("sha256", digest, isRequired: false),
                member("replacement", text, isRequired: false), member("since", text),
                member("from", position.described("The position of the entry that says so.")),
                member("until", position.described("Of the one that ends it."), isRequired: false),
            ], isOpen: true), 0...100_000)

    private static let versionList: Schema = {
        let artifact = Schema.object(nil, [member("role", text), member("sha256", digest), member("size", position)])
        let version = Schema.object(
            nil,
            [
                member("version", text), member("release", digest), member("published_at", text),
                member("position", position), member("artifacts", .list(artifact, 0...100)),
                member("dependencies", .list(DependencyBody.form.schema, 0...100_000)),
                member("min_mentat_version", text, isRequired: false), member("runtime", text, isRequired: false),
                member("yanked", Form<Bool>.bool.schema), member("yank_reason", text, isRequired: false),
                member("standing", standing.described("Yanks, holds and removed files, also those that ended.")),
            ], isOpen: true)
        return Schema.list(version, 0...100_000).described("From low to high.")
    }()

    /// The schema of `IndexDocument`, which writes and reads it.
    private static let indexDocument: Schema = {
        let link = Schema.object(
            nil,
            [
                member("sha256", digest.described("The digest of the page's bytes, by which it is got.")),
                member("lowest", text), member("highest", text), member("size", position),
                member("earliest", position.described("The position of the version that was published first.")),
                member(
                    "best",
                    Schema.choice(["none", "prerelease", "release"]).described(
                        "The best version of the page that is neither yanked nor held.")),
            ], isOpen: true)
        return Schema.object(
            "IndexDocument",
            [
                member("id", text.described("The key.")),
                member("agent_id", text.described("The registered spelling.")),
                member("format", format),
                member("registered", position.described("The position of the entry that registered the agent.")),
                member("position", position.described("The last entry that it reflects.")),
                member(
                    "as_of",
                    position.described(
                        "In an answer about the past: its position. Pages always say what is so now; take what they say as of then."
                    ), isRequired: false),
                member("deprecated", Form<Bool>.bool.schema),
                member("quarantined", Form<Bool>.bool.schema.described("True while moderators hold all versions.")),
                member("standing", standing.described("Deprecations and holds on all, also those that ended.")),
                member("replacement", text.described("What to use in its place."), isRequired: false),
                member("versions", versionList),
                member(
                    "older",
                    Schema.list(link, 0...100_000).described("The pages with all lower versions, from high to low.")
                ),
            ], isOpen: true)
    }()

    /// The schema of `IndexPage`, which writes and reads it.
    private static let indexPage = Schema.object(
        "IndexPage",
        [
            member("id", text.described("The key of the agent.")), member("format", format),
            member("versions", versionList),
        ],
        isOpen: true)

    static let index: [any AnyEndpoint] = [showIndex, showIndexPage]
}

/// Which page of an agent's index.
package struct IndexPageParameters: Parameters {
    package let id: AgentKey
    package let page: SHA256Digest

    package init(id: AgentKey, page: SHA256Digest) {
        self.id = id
        self.page = page
    }

    package static let parameters = ParameterForm.of(
        Self.init(id:page:), .path("id", \.id, .agent, "The id of an agent, in any spelling."),
        .path("page", \.page, .digest, "The digest of the page: 64 lower-case hexadecimal digits."))
}
