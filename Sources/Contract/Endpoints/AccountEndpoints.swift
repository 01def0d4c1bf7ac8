package import Crypto
package import Events

extension Endpoints {
    package static let register = Endpoint<NoParameters, NewUser, RegisteredUser>.command(
        "registerUser", .post, "/users", "Register an account",
        notes: "Open to anybody, so many times an hour for each address. The answer holds the only copy of the first "
            + "token. A repeat under the same Idempotency-Key issues another token in its place; the key is then "
            + "as good as the token, so it has at least 22 characters. With a token of the scope admin a name may be "
            + "reserved, or look like another one.",
        credential: .optional, meter: .registrations,
        problems: [.nameTaken, .nameReserved, .nameResembles, .tokenInUse, .notPermitted])
    package static let showMe = Endpoint<NoParameters, NoBody, Me>.query(
        "showMe", "/users/me", "Show the account of the token", credential: .token([]), caching: .never)
    package static let eraseMe = Endpoint<LeavingParameters, NoBody, ErasedUser>.command(
        "eraseMe", .delete, "/users/me", "Erase the account of the token",
        notes:
            "Name, address, profile, roles and tokens go. Published versions and entries of the log stay, under an id "
            + "that says nothing. With erase=words, what you wrote in reviews and notes, the words of your flags and the "
            + "author of your versions go as well; the answer names files that may hold words of yours.",
        credential: .token([.account]), problems: [.soleOwner, .lastAdministrator])
    package static let changeProfile = Endpoint<NoParameters, Profile, ProfileAnswer>.command(
        "changeProfile", .put, "/users/me/profile", "Change the profile", credential: .token([.account]),
        characters: ProfileContent.maximumCharacters.bio + ProfileContent.maximumCharacters.displayName)

    static let accounts: [any AnyEndpoint] = [register, showMe, eraseMe, changeProfile]
}

/// What becomes of what somebody leaves.
package struct LeavingParameters: Parameters {
    /// What is erased besides the account.
    package enum Erasure: String, Sendable, CaseIterable {
        /// What the person wrote.
        case words
    }

    package let abandons: Bool
    package let erasure: Erasure?

    package init(abandons: Bool = false, erasure: Erasure? = nil) {
        self.abandons = abandons
        self.erasure = erasure
    }

    package static let parameters = ParameterForm.of(
        Self.init(abandons:erasure:),
        .query(
            "abandon", \.abandons, .flag, default: false,
            "True to leave agents that have no other owner; they are deprecated."),
        .query("erase", \.erasure, .choice(), "words: also what you wrote."))
}

/// Who registers.
package struct NewUser: Body {
    package let name: Username
    package let email: String?

    package init(name: Username, email: String? = nil) {
        self.name = name
        self.email = email
    }

    package static let form = Form.object(
        "NewUser", Self.init(name:email:),
        .required("name", \.name, .username, "Folded, it is nobody else's."),
        .optional("email", \.email, .mailbox, "Shown to nobody."))
}

/// A new account with its first token.
package struct RegisteredUser: CommandAnswer {
    package let user: PersonID
    package let name: String
    package let token: String
    package let credential: CredentialBody
    package var position: Position?

    package init(user: PersonID, name: String, token: String, credential: CredentialBody, position: Position? = nil) {
        self.user = user
        self.name = name
        self.token = token
        self.credential = credential
        self.position = position
    }

    package static let form = Form.object(
        "Registered", Self.init(user:name:token:credential:position:),
        .required("user", \.user, .id()),
        .required("name", \.name, .text),
        .required("token", \.token, .text, "Shown this once."),
        .required("credential", \.credential, CredentialBody.form),
        .optional("position", \.position, .position, "Of the last event, or of the earlier one where nothing changed."))
}

/// What a token is, without its secret.
package struct CredentialBody: Body {
    package let id: TokenID
    package let name: String
    package let scopes: [PermissionWord]
    package let expires: Timestamp

    package init(id: TokenID, name: String, scopes: [PermissionWord], expires: Timestamp) {
        self.id = id
        self.name = name
        self.scopes = scopes
        self.expires = expires
    }

    package static let form = Form.object(
        "Credential", Self.init(id:name:scopes:expires:),
        .required("id", \.id, .id()),
        .required("name", \.name, .text),
        .required("scopes", \.scopes, .list(.permission)),
        .required("expires_at", \.expires, .time))
}

/// The profile of a person.
package struct Profile: Body {
    package let displayName: String?
    package let bio: String?
    package let websiteURL: String?

    package init(displayName: String? = nil, bio: String? = nil, websiteURL: String? = nil) {
        self.displayName = displayName
        self.bio = bio
        self.websiteURL = websiteURL
    }

    package static let form = Form.object(
        "Profile", Self.init(displayName:bio:websiteURL:),
        .optional("display_name", \.displayName, .prose(ProfileContent.maximumCharacters.displayName)),
        .optional("bio", \.bio, .prose(ProfileContent.maximumCharacters.bio)),
        .optional("website_url", \.websiteURL, .website(ProfileContent.maximumCharacters.websiteURL)))
}

/// The person who asks, and the token.
package struct Me: Body {
    package let user: PersonID
    package let name: String?
    package let email: String?
    package let profile: Profile
    package let token: MyToken

    package init(user: PersonID, name: String? = nil, email: String? = nil, profile: Profile, token: MyToken) {
        self.user = user
        self.name = name
        self.email = email
        self.profile = profile
        self.token = token
    }

    package static let form = Form.object(
        "Me", Self.init(user:name:email:profile:token:),
        .required("user", \.user, .id()),
        .optional("name", \.name, .text),
        .optional("email", \.email, .text, "For tokens with the scope account alone."),
        .required("profile", \.profile, Profile.form),
        .required("token", \.token, MyToken.form))
}

/// The token that asks.
package struct MyToken: Body {
    package let id: TokenID
    package let scopes: [PermissionWord]
    package let expires: Timestamp

    package init(id: TokenID, scopes: [PermissionWord], expires: Timestamp) {
        self.id = id
        self.scopes = scopes
        self.expires = expires
    }

    package static let form = Form.object(
        "MyToken", Self.init(id:scopes:expires:),
        .required("id", \.id, .id()),
        .required("scopes", \.scopes, .list(.permission)),
        .required("expires_at", \.expires, .time))
}

/// An account that was erased.
package struct ErasedUser: CommandAnswer {
    package let user: PersonID
    package let isErased: Bool
    package let abandoned: [AgentKey]
    package let erasedWords: Int64
    package let files: [SHA256Digest]
    package var position: Position?

    package init(
        user: PersonID, isErased: Bool, abandoned: [AgentKey] = [], erasedWords: Int64 = 0,
        files: [SHA256Digest] = [], position: Position? = nil
    ) {
        self.user = user
        self.isErased = isErased
        self.abandoned = abandoned
        self.erasedWords = erasedWords
        self.files = files
        self.position = position
    }

    package static let form = Form.object(
        "Erased", Self.init(user:isErased:abandoned:erasedWords:files:position:),
        .required("user", \.user, .id()),
        .required("erased", \.isErased, .bool),
        .required("abandoned", \.abandoned, .list(.agentKey), "Agents that nobody owns now."),
        .required("erased_words", \.erasedWords, .count, "Reviews, notes and authors whose words are gone."),
        .required(
            "files", \.files, .list(.digest),
            "With erase=words: files of versions that you published, which may hold words of yours, such as manifests. "
                + "An administrator can remove them."),
        .optional("position", \.position, .position, "Of the last event, or of the earlier one where nothing changed."))
}

/// Whose profile it is.
package struct ProfileAnswer: CommandAnswer {
    package let user: PersonID
    package var position: Position?

    package init(user: PersonID, position: Position? = nil) {
        self.user = user
        self.position = position
    }

    package static let form = Form.object(
        "ProfileAnswer", Self.init(user:position:),
        .required("user", \.user, .id()),
        .optional("position", \.position, .position, "Of the last event, or of the earlier one where nothing changed."))
}
