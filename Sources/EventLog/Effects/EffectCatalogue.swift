/// Every kind of effect that an append can carry. The append's parameters and branches are generated from this list.
enum EffectCatalogue {
    /// All kinds, in the order in which they are checked and run: what deletes a person's data comes after what adds
    /// data.
    static let all: [any AppendEffect.Type] = [
        EditionEffect.self, ArtifactEffect.self, RemovedArtifactEffect.self, CredentialEffect.self,
        EndedCredentialEffect.self,
        GainedRoleEffect.self, LostRoleEffect.self, NameHolderEffect.self, NameEffect.self,
        MailboxEffect.self, ErasedContentEffect.self,
        InvitationEffect.self, EndedInvitationEffect.self, RefusedInviterEffect.self, WithdrawnOffersEffect.self,
        PendingFlagEffect.self, ToldFlagEffect.self, ErasedFlagEffect.self,
        ForgottenPersonEffect.self, ReleasedFilesEffect.self, HeldFileEffect.self, SpoolRangeEffect.self,
        DownloadLineEffect.self, DailyShareEffect.self,
    ]

    static let kinds: [EffectKind] = all.map { $0.kind }

    /// Those with parameters of their own.
    static let frequent = all.filter { $0.kind.isFrequent }
    /// Those that share a document.
    static let rare = all.filter { !$0.kind.isFrequent }
}
