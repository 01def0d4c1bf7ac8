/// Names that only an administrator may use for a namespace or for an agent without one, or give to a person: names of
/// the marketplace, names of package ecosystems, and words that are paths, commands or offices.
public enum ReservedNames {
    /// All of them, folded.
    ///
    /// Names that look like one of them are reserved as well.
    public static let all: Set<String> = [
        "mentatlab", "npm", "pypi", "go", "maven", "other", "mcp",
        "about", "admin", "administrator", "agent", "agents", "anonymous", "api", "artifacts", "assets", "badges",
        "categories", "charts", "collections", "compare", "config", "dev", "documentation", "download", "downloads",
        "events",
        "feeds", "flags", "flow", "guide", "health", "help", "index", "install", "latest", "llms", "log", "login",
        "marketplace", "me",
        "mentatctl", "metrics", "mine", "moderator", "namespaces", "new", "nobody", "null", "official", "openapi",
        "owner", "pictures", "policy", "privacy", "problems", "projections", "publish", "publishers", "registry",
        "reviews", "robots", "root", "schemas", "search", "security", "server", "servers", "sitemap",
        "staff", "stars", "stats", "support", "system", "tiles", "tokens", "undefined", "users", "versions",
        "well-known",
        "yank",
    ]

    private static let skeletons = Dictionary(all.map { (NameSkeleton($0), $0) }) { first, _ in first }

    /// The reserved name that a name is or looks like; nil where there is none.
    public static func like(_ name: String) -> String? { all.contains(name) ? name : skeletons[NameSkeleton(name)] }
}
