import Events
import Manifest

// How each stream's state follows from its events. What a stream does not know changes nothing.

extension TokenState {
    mutating func evolve(_ event: Event, at position: Position) {
        switch event {
        case .tokenIssued(let issued):
            user = issued.user
            scopes = issued.scopes
            expires = issued.expires
        case .tokenRevoked: revoked = position
        default: break
        }
    }
}

extension UserState {
    mutating func evolve(_ event: Event, _ entry: UUIDv7, _ position: Position) {
        let field = "profile_commitment"
        switch event {
        case .userRegistered(let registered):
            isRegistered = true
            if registered.profileCommitment != nil {
                profile = WrittenAt(entry: entry, position: position, field: field)
            }
        case .profileChanged: profile = WrittenAt(entry: entry, position: position, field: field)
        case .contentErased(let erased): if profile?.entry == erased.entry { profile = nil }
        default: break
        }
    }
}

extension UsernameState {
    mutating func evolve(_ event: Event, _ entry: UUIDv7, _ position: Position) {
        switch event {
        case .usernameClaimed(let claimed):
            holder = claimed.user
            name = WrittenAt(entry: entry, position: position, field: "name_commitment")
        case .usernameReleased: holder = nil
        case .contentErased(let erased): if name?.entry == erased.entry { name = nil }
        default: break
        }
    }
}

extension NamespaceState {
    mutating func evolve(_ event: Event) {
        switch event {
        case .namespaceClaimed(let claimed): roles = [claimed.owner: .owner]
        case .namespaceMemberAdded(let added): roles[added.user] = added.role
        case .namespaceMemberRemoved(let removed): roles[removed.user] = nil
        default: break
        }
    }
}

extension AgentState {
    mutating func evolve(_ event: Event, at position: Position) {
        switch event {
        case .agentRegistered(let registered):
            id = registered.id
            roles = [registered.owner: .owner]
        case .agentOwnerAdded(let added): roles[added.user] = added.role
        case .agentOwnerRemoved(let removed): roles[removed.user] = nil
        case .versionPublished(let published):
            // A version in the log was checked before it got there.
            guard let version = SemVer(published.version) else { return }
            versions[version.precedenceKey] = Published(
                version: published.version, release: published.release, position: position)
        case .versionYanked(let yanked): mark(yanked.version, yanked.reason, position)
        case .versionUnyanked(let unyanked): mark(unyanked.version, nil, position)
        case .agentDeprecated(let deprecated):
            deprecation = Deprecation(replacement: deprecated.replacement, position: position)
        case .agentUndeprecated:
            deprecation = nil
            undeprecated = position
        default: break
        }
    }

    private mutating func mark(_ version: String, _ reason: YankReason?, _ position: Position) {
        guard let key = SemVer(version)?.precedenceKey else { return }
        versions[key]?.yanked = reason
        versions[key]?.yankedOrBack = position
    }
}

extension ReviewState {
    mutating func evolve(_ event: Event, _ entry: UUIDv7, _ position: Position) {
        switch event {
        case .reviewSubmitted(let review): state(review, entry, position)
        case .reviewEdited(let review): state(review, entry, position)
        case .reviewWithdrawn:
            standing = nil
            withdrawn = position
        case .contentErased(let erased): written.removeAll { $0.entry == erased.entry }
        default: break
        }
    }

    private mutating func state<Kind>(_ review: ReviewStatement<Kind>, _ entry: UUIDv7, _ position: Position) {
        standing = Standing(
            version: review.version, rating: review.rating, commitment: review.reviewCommitment, position: position)
        written.append(WrittenAt(entry: entry, position: position, field: "review_commitment"))
    }
}
