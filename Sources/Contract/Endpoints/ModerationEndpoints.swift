package import Crypto
package import Events

extension Endpoints {
    private static let moderating = EndpointDeclaration.Credential.token([.moderate])
    private static let holding =
        "Nobody gets what is held: it is not resolved, not downloaded, and nothing is published where all is held. Holds "
        + "on all versions and on each are independent. Nobody moderates what is theirs, or was within a year."

    package static let quarantineAgent = Endpoint<AgentParameters.Changed, NewHold, QuarantineAnswer>.command(
        "quarantineAgent", .post, "/agents/{id}/quarantine", "Hold all versions of an agent, also those to come",
        notes: holding, credential: moderating, characters: NoteContent.maximumCharacters, problems: [.ownAgent])
    package static let liftAgent = Endpoint<AgentParameters.Changed, LiftedHold, QuarantineAnswer>.command(
        "liftAgent", .delete, "/agents/{id}/quarantine", "End the hold on all versions of an agent",
        notes: "Holds on single versions stay.", credential: moderating, isBodyOptional: true,
        characters: NoteContent.maximumCharacters, problems: [.ownAgent])
    package static let quarantineVersion = Endpoint<VersionParameters.Changed, NewHold, QuarantineAnswer>.command(
        "quarantineVersion", .post, "/agents/{id}/versions/{version}/quarantine", "Hold a version", notes: holding,
        credential: moderating, characters: NoteContent.maximumCharacters, problems: [.versionNotFound, .ownAgent])
    package static let liftVersion = Endpoint<VersionParameters.Changed, LiftedHold, QuarantineAnswer>.command(
        "liftVersion", .delete, "/agents/{id}/versions/{version}/quarantine", "End the hold on a version",
        notes: "A hold on all versions stays.", credential: moderating, isBodyOptional: true,
        characters: NoteContent.maximumCharacters, problems: [.versionNotFound, .ownAgent])
    package static let removeArtifact = Endpoint<RemovalParameters, Removal, RemovedArtifactAnswer>.command(
        "removeArtifact", .delete, "/artifacts/sha256/{digest}", "Remove the bytes of a file for good",
        notes: "Where more than one agent names the file, nothing is removed and the answer lists every version; with "
            + "everywhere=true it goes from all. The digest and every proof stay, and nobody can publish the file again.",
        credential: .token([.admin]), characters: NoteContent.maximumCharacters,
        problems: [.artifactNotFound, .artifactShared])

    static let moderation: [any AnyEndpoint] = [
        quarantineAgent, liftAgent, quarantineVersion, liftVersion, removeArtifact,
    ]
}

/// Why something is held.
package struct NewHold: Body {
    package let because: QuarantineReason
    package let note: String?
    package let matter: CaseID?

    package init(because: QuarantineReason, note: String? = nil, matter: CaseID? = nil) {
        self.because = because
        self.note = note
        self.matter = matter
    }

    package static let form = Form.object(
        "NewHold", Self.init(because:note:matter:),
        .required("reason", \.because, .choice()),
        .optional("note", \.note, .prose(NoteContent.maximumCharacters), "A few words that everybody sees."),
        .optional(
            "case", \.matter, .id(), "A random id of 32 hexadecimal digits that ties together what moderators do."))
}

/// Why a hold ends.
package struct LiftedHold: Body {
    package let note: String?
    package let matter: CaseID?

    package init(note: String? = nil, matter: CaseID? = nil) {
        self.note = note
        self.matter = matter
    }

    package static let form = Form.object(
        "LiftedHold", Self.init(note:matter:),
        .optional("note", \.note, .prose(NoteContent.maximumCharacters), "A few words that everybody sees."),
        .optional("case", \.matter, .id()))
}

/// Whether moderators hold something.
package struct QuarantineAnswer: CommandAnswer {
    package let id: AgentKey
    package let version: String?
    package let isHeld: Bool
    package var position: Position?

    package init(id: AgentKey, version: String? = nil, isHeld: Bool, position: Position? = nil) {
        self.id = id
        self.version = version
        self.isHeld = isHeld
        self.position = position
    }

    package static let form = Form.object(
        "QuarantineAnswer", Self.init(id:version:isHeld:position:),
        .required("id", \.id, .agentKey),
        .optional("version", \.version, .text, "Absent for all versions."),
        .required("quarantined", \.isHeld, .bool, "Whether this very hold stands; others are independent."),
        .optional("position", \.position, .position, "Of the last event, or of the earlier one where nothing changed."))
}

/// A file that is removed, and from where.
package struct RemovalParameters: Parameters {
    package let digest: SHA256Digest
    package let isEverywhere: Bool

    package init(digest: SHA256Digest, isEverywhere: Bool = false) {
        self.digest = digest
        self.isEverywhere = isEverywhere
    }

    package static let parameters = ParameterForm.of(
        Self.init(digest:isEverywhere:),
        .path("digest", \.digest, .digest, "64 lower-case hexadecimal digits."),
        .query("everywhere", \.isEverywhere, .flag, default: false, "True to remove it from all agents that name it."))
}

/// Why a file is removed.
package struct Removal: Body {
    package let reason: ArtifactRemoved.Reason
    package let matter: CaseID?

    package init(reason: ArtifactRemoved.Reason, matter: CaseID? = nil) {
        self.reason = reason
        self.matter = matter
    }

    package static let form = Form.object(
        "Removal", Self.init(reason:matter:),
        .required("reason", \.reason, .choice()),
        .optional("case", \.matter, .id()))
}

/// A version that names a file.
package struct NamingVersion: Body {
    package let id: AgentKey
    package let version: String

    package init(id: AgentKey, version: String) {
        self.id = id
        self.version = version
    }

    package static let form = Form.object(
        "NamingVersion", Self.init(id:version:),
        .required("id", \.id, .agentKey), .required("version", \.version, .text))
}

/// A file that was removed.
package struct RemovedArtifactAnswer: CommandAnswer {
    package let sha256: SHA256Digest
    package let versions: [NamingVersion]
    package var position: Position?

    package init(sha256: SHA256Digest, versions: [NamingVersion], position: Position? = nil) {
        self.sha256 = sha256
        self.versions = versions
        self.position = position
    }

    package static let form = Form.object(
        "RemovedArtifact", Self.init(sha256:versions:position:),
        .required("sha256", \.sha256, .digest),
        .required("versions", \.versions, .list(NamingVersion.form), "That name it, at most 1,000."),
        .optional("position", \.position, .position, "Of the last event, or of the earlier one where nothing changed."))
}
