package import Events
package import Manifest

extension Endpoints {
    package static let yank = Endpoint<VersionParameters.Changed, NewYank, YankAnswer>.command(
        "yankVersion", .post, "/agents/{id}/versions/{version}/yank", "Yank a version",
        notes: "A yanked version is resolved by nobody who does not name it exactly; it stays downloadable.",
        credential: releasing, characters: NoteContent.maximumCharacters, problems: [.versionNotFound, .notOwner])
    package static let unyank = Endpoint<VersionParameters.Changed, YankBack, YankAnswer>.command(
        "unyankVersion", .delete, "/agents/{id}/versions/{version}/yank", "Take a yank back",
        credential: releasing, isBodyOptional: true, characters: NoteContent.maximumCharacters,
        problems: [.versionNotFound, .notOwner])
    package static let deprecate = Endpoint<AgentParameters.Changed, NewDeprecation, DeprecationAnswer>.command(
        "deprecateAgent", .post, "/agents/{id}/deprecation", "Say that an agent is not recommended any more",
        credential: releasing, isBodyOptional: true, characters: NoteContent.maximumCharacters, problems: [.notOwner])
    package static let undeprecate = Endpoint<AgentParameters.Changed, DeprecationBack, DeprecationAnswer>.command(
        "undeprecateAgent", .delete, "/agents/{id}/deprecation", "Take a deprecation back",
        credential: releasing, isBodyOptional: true, characters: NoteContent.maximumCharacters, problems: [.notOwner])

    private static let releasing = EndpointDeclaration.Credential.token([.publish, .moderate])
    static let releases: [any AnyEndpoint] = [yank, unyank, deprecate, undeprecate]
}

extension VersionParameters {
    /// A version of an agent that is changed.
    package struct Changed: Parameters {
        package let id: AgentKey
        package let version: SemVer

        package init(id: AgentKey, version: SemVer) {
            self.id = id
            self.version = version
        }

        package static let parameters = ParameterForm.of(
            Self.init(id:version:),
            .path("id", \.id, .agent, "The id of an agent, in any spelling."),
            .path("version", \.version, .version, "A version by SemVer 2.0."))
    }
}

/// What `authority` says in the bodies below.
private let asWhat =
    "As what you do it, where several apply: owner, moderator or administrator; else the first of them that applies."

/// Why a version is yanked.
package struct NewYank: Body {
    package let reason: YankReason
    package let note: String?
    package let authority: Authority?

    package init(reason: YankReason, note: String? = nil, authority: Authority? = nil) {
        self.reason = reason
        self.note = note
        self.authority = authority
    }

    package static let form = Form.object(
        "NewYank", Self.init(reason:note:authority:),
        .required("reason", \.reason, .choice()),
        .optional("note", \.note, .prose(NoteContent.maximumCharacters), "A few words that everybody sees."),
        .optional("authority", \.authority, .choice(), asWhat))
}

/// Why a yank is taken back.
package struct YankBack: Body {
    package let reason: YankReason?
    package let note: String?
    package let authority: Authority?

    package init(reason: YankReason? = nil, note: String? = nil, authority: Authority? = nil) {
        self.reason = reason
        self.note = note
        self.authority = authority
    }

    package static let form = Form.object(
        "YankBack", Self.init(reason:note:authority:),
        .optional("reason", \.reason, .choice()),
        .optional("note", \.note, .prose(NoteContent.maximumCharacters)),
        .optional("authority", \.authority, .choice(), asWhat))
}

/// What became of a version.
package struct YankAnswer: CommandAnswer {
    package let id: AgentKey
    package let version: String
    package let isYanked: Bool
    package var position: Position?

    package init(id: AgentKey, version: String, isYanked: Bool, position: Position? = nil) {
        self.id = id
        self.version = version
        self.isYanked = isYanked
        self.position = position
    }

    package static let form = Form.object(
        "YankAnswer", Self.init(id:version:isYanked:position:),
        .required("id", \.id, .agentKey),
        .required("version", \.version, .text),
        .required("yanked", \.isYanked, .bool, "True while any side yanks it."),
        .optional("position", \.position, .position, "Of the last event, or of the earlier one where nothing changed."))
}

/// Why an agent is not recommended any more.
package struct NewDeprecation: Body {
    package let replacement: AgentID?
    package let note: String?
    package let authority: Authority?

    package init(replacement: AgentID? = nil, note: String? = nil, authority: Authority? = nil) {
        self.replacement = replacement
        self.note = note
        self.authority = authority
    }

    package static let form = Form.object(
        "NewDeprecation", Self.init(replacement:note:authority:),
        .optional("replacement", \.replacement, .agentID, "What to use in its place."),
        .optional("note", \.note, .prose(NoteContent.maximumCharacters), "A few words that everybody sees."),
        .optional("authority", \.authority, .choice(), asWhat))
}

/// Why a deprecation is taken back.
package struct DeprecationBack: Body {
    package let note: String?
    package let authority: Authority?

    package init(note: String? = nil, authority: Authority? = nil) {
        self.note = note
        self.authority = authority
    }

    package static let form = Form.object(
        "DeprecationBack", Self.init(note:authority:),
        .optional("note", \.note, .prose(NoteContent.maximumCharacters)),
        .optional("authority", \.authority, .choice(), asWhat))
}

/// What became of an agent.
package struct DeprecationAnswer: CommandAnswer {
    package let id: AgentKey
    package let isDeprecated: Bool
    package let replacement: AgentID?
    package var position: Position?

    package init(id: AgentKey, isDeprecated: Bool, replacement: AgentID? = nil, position: Position? = nil) {
        self.id = id
        self.isDeprecated = isDeprecated
        self.replacement = replacement
        self.position = position
    }

    package static let form = Form.object(
        "DeprecationAnswer", Self.init(id:isDeprecated:replacement:position:),
        .required("id", \.id, .agentKey),
        .required("deprecated", \.isDeprecated, .bool, "True while any side deprecates it."),
        .optional("replacement", \.replacement, .agentID),
        .optional("position", \.position, .position, "Of the last event, or of the earlier one where nothing changed."))
}
