import Events
import Projections

extension AuditReader.Deed {
    /// What undoing it would take, in words.
    var undoing: String {
        let what = agent.map { "\($0)" + (version.map { "@\($0)" } ?? "") } ?? stream
        let who = person.map { $0.name.isEmpty ? $0.id : $0.name } ?? ""
        let subject = stream.split(separator: "/").dropFirst().first.map(String.init) ?? ""
        switch type {
        case AgentRegistered.type:
            return "nothing gives the name back; a moderator: mentatctl agent quarantine \(what) --reason impersonation"
        case VersionPublished.type:
            return
                "a moderator: mentatctl agent quarantine \(what) --reason malware; its owners: mentatctl agent yank \(what) --reason security"
        case ListingChanged.type: return "its owners: publish the listing of \(what) as it was before"
        case VersionYanked.type: return "mentatctl agent unyank \(what)"
        case VersionUnyanked.type: return "mentatctl agent yank \(what) --reason security"
        case AgentDeprecated.type: return "mentatctl agent undeprecate \(what)"
        case AgentUndeprecated.type: return "mentatctl agent deprecate \(what)"
        case AgentOwnerAdded.type: return "mentatctl agent owner remove \(what) \(who)"
        case AgentOwnerRemoved.type:
            return "mentatctl agent owner invite \(what) \(who) --role with the role of before; they have to accept"
        case NamespaceClaimed.type: return "nothing: a namespace stays claimed"
        case NamespaceMemberAdded.type: return "mentatctl namespace member remove \(subject) \(who)"
        case NamespaceMemberRemoved.type:
            return
                "mentatctl namespace member invite \(subject) \(who) --role with the role of before; they have to accept"
        case AgentQuarantined.type: return "a moderator: mentatctl agent unquarantine \(what)"
        case QuarantineLifted.type:
            return "a moderator: mentatctl agent quarantine \(what) --reason \(detail ?? "other")"
        case TokenIssued.type: return "mentatctl token revoke \(subject) --leaked, or an administrator does"
        case TokenRevoked.type: return "nothing: whose it was issues another one"
        case ReviewSubmitted.type, ReviewEdited.type:
            return "whose review it is: mentatctl agent unreview \(agent?.description ?? "")"
        case ReviewWithdrawn.type: return "whose review it was says it again"
        case ReviewVoted.type: return "take the vote back, by whose it is"
        case ReviewVoteWithdrawn.type: return "vote again, by whose it was"
        case StarAdded.type: return "mentatctl agent unstar \(what), by whose it is"
        case StarRemoved.type: return "mentatctl agent star \(what), by whose it was"
        case ProfileChanged.type: return "the profile is written again, by whose it is"
        case UserRegistered.type, UsernameClaimed.type: return "nothing: an account stays"
        case UsernameReleased.type: return "nothing: the account was erased"
        case ContentErased.type: return "nothing: what is erased is gone"
        case ArtifactRemoved.type, AgentArtifactRemoved.type: return "nothing: publish another version"
        default: return "nothing"
        }
    }
}
