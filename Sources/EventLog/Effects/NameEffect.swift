public import Events

/// Enters a name under its skeleton. Refused as `nameMoved` where another holder has the skeleton by now, unless the
/// decision has already considered that holder.
public struct NameEffect: AppendEffect {
    /// The holder: the stream of an agent, a namespace or a person. Agents are compared among each other; namespaces and
    /// people share one space.
    public let holder: StreamName
    /// The name in its folded spelling.
    public let name: String
    /// What the name looks like.
    public let skeleton: String
    /// The holder that the decision considered; nil for none.
    public let considered: HeldName?

    /// Creates the effect.
    public init(_ holder: StreamName, name: String, skeleton: String, considered: HeldName?) {
        self.holder = holder
        self.name = name
        self.skeleton = skeleton
        self.considered = considered
    }

    public static let kind = EffectKind(
        "name",
        [
            .text("space") { (effect: Self) in NameSpace(effect.holder).rawValue },
            .text("skeleton") { (effect: Self) in effect.skeleton },
            .text("holder") { (effect: Self) in effect.holder.description },
            .text("name") { (effect: Self) in effect.name },
            .text("considered") { (effect: Self) in effect.considered?.kept ?? "none" },
        ], file: PackageResources.effect_name_sql)

    public var claims: [EffectClaim] { [EffectClaim("name", "\(NameSpace(holder).rawValue)/\(skeleton)")] }
}
