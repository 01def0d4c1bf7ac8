import CommandLine
import Contract
import Crypto
import Events
import HTTPFront
import HTTPServer

/// Whom to tell about a vulnerability of this marketplace, as `/.well-known/security.txt` says (RFC 9116).
struct SecurityContact: Sendable {
    static let option = Subcommand.Option.value(
        "security-contact", "URI", "whom to tell about a vulnerability: mailto: or https:; may stand several times",
        isRepeated: true)

    /// The days until the file expires, counted from each request. RFC 9116 (2.5.5) recommends less than a year.
    private static let validDays: Int64 = 180

    private let contacts: [String]
    private let publicURL: String

    init(_ invocation: Invocation, publicURL: String) throws(UsageError) {
        contacts = invocation.allValues["security-contact"] ?? []
        self.publicURL = publicURL
        for contact in contacts {
            guard
                ["mailto:", "https://", "tel:"].contains(where: { contact.hasPrefix($0) && contact.count > $0.count }),
                contact.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f })
            else {
                throw UsageError(
                    "--security-contact is '\(contact.prefix(200))'; it has to be such as mailto:security@marketplace.example."
                )
            }
        }
    }

    /// The file.
    func text(at now: Timestamp) -> String {
        var lines = contacts.map { "Contact: \($0)" }
        lines.append("Expires: \(now.day.adding(days: Self.validDays).start)")
        if publicURL.hasPrefix("https://") {
            lines.append("Canonical: \(publicURL)\(Endpoints.showSecurityContact.declaration.path)")
        }
        return lines.map { "\($0)\n" }.joined()
    }

    /// Adds the route; without a contact there is nothing at its path.
    func add(to router: inout FrontRouter, now: @escaping @Sendable () -> Timestamp) {
        router.on(Endpoints.showSecurityContact.declaration) { request in
            guard !contacts.isEmpty else {
                throw Problem(.pathNotFound, "the operator has named nobody: --security-contact does")
            }
            let bytes = Array(text(at: now()).utf8)
            return request.conditional(
                etag: String(SHA256Digest(of: bytes).hex.prefix(32)),
                HTTPResponse(
                    status: 200, fields: ["content-type": EndpointDeclaration.plainText], body: .bytes(bytes)))
        }
    }
}
