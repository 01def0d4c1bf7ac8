import Crypto
import Events
import JSON

extension Endpoints {
    package static let isLive = Endpoint<NoParameters, NoBody, Health>.query(
        "isLive", root: "/health/live", "Whether the program runs", caching: .never, cost: .light)
    package static let isReady = Endpoint<NoParameters, NoBody, Health>.query(
        "isReady", root: "/health/ready", "Whether it can answer", caching: .never)
    package static let showSecurityContact = Endpoint<NoParameters, NoBody, NoBody>.text(
        "showSecurityContact", "/.well-known/security.txt", "Say whom to tell about a vulnerability (RFC 9116)",
        problems: [.pathNotFound])
    package static let showIndex = Endpoint<AgentParameters, NoBody, NoBody>.document(
        "showIndex", "/index/{id}", "Get what installers read of an agent",
        notes:
            "Versions, digests, dependencies, yanks, holds, removed files, each with the positions from which to which. Answers while the database is down.",
        schema: indexDocument)
    package static let description = Endpoint<NoParameters, NoBody, NoBody>.document(
        "showDescription", "/openapi/openapi.json", "Get this description",
        schema: Schema([("type", .string("object"))]))
    package static let descriptionFolder = Endpoint<NoParameters, NoBody, NoBody>.document(
        "showDescriptionFolder", "/openapi/", "Get this description", schema: Schema([("type", .string("object"))]))

    /// The schema of `IndexDocument`, which writes and reads it.
    private static let indexDocument: Schema = {
        func member(_ name: String, _ schema: Schema, isRequired: Bool = true) -> MemberSchema {
            MemberSchema(name: name, schema: schema, isRequired: isRequired)
        }
        let text = Schema.string()
        let position = Form<Position>.position.schema
        let digest = Form<SHA256Digest>.digest.schema
        let artifact = Schema.object(nil, [member("role", text), member("sha256", digest), member("size", position)])
        let standing = Schema.list(
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
        return Schema.object(
            "IndexDocument",
            [
                member("id", text.described("The key.")),
                member("agent_id", text.described("The registered spelling.")),
                member("format", .integer(2...2)),
                member("position", position.described("The last entry that it reflects.")),
                member("deprecated", Form<Bool>.bool.schema),
                member("quarantined", Form<Bool>.bool.schema.described("True while moderators hold all versions.")),
                member("standing", standing.described("Deprecations and holds on all, also those that ended.")),
                member("replacement", text.described("What to use in its place."), isRequired: false),
                member("versions", Schema.list(version, 0...100_000).described("From low to high.")),
            ], isOpen: true)
    }()

    static let service: [any AnyEndpoint] = [
        isLive, isReady, showSecurityContact, showIndex, description, descriptionFolder,
    ]
}

/// How the program is.
package struct Health: Body {
    package let status: HealthStatus

    package init(status: HealthStatus) {
        self.status = status
    }

    package static let form = Form.object(
        "Health", Self.init(status:),
        .required("status", \.status, .choice()))
}

/// How the program is.
package enum HealthStatus: String, Sendable, CaseIterable {
    case live
    case ready
}
