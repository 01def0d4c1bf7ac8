import Manifest
import Testing

@Suite struct LicenseExpressionTests {
    @Test(arguments: [
        ("mit", "MIT"), ("Apache-2.0", "Apache-2.0"), ("apache-2.0 OR mit", "Apache-2.0 OR MIT"),
        (
            "(MIT AND BSD-3-Clause) OR GPL-2.0-only WITH Classpath-exception-2.0",
            "(MIT AND BSD-3-Clause) OR GPL-2.0-only WITH Classpath-exception-2.0"
        ),
        ("GPL-2.0+", "GPL-2.0+"), ("LicenseRef-Acme.1", "LicenseRef-Acme.1"),
    ])
    func takes(_ text: String, _ canonical: String) {
        #expect(LicenseExpression(text)?.description == canonical)
    }

    @Test(arguments: [
        "", "unknown", "other", "GNU", "Apache 2.0", "MIT OR", "OR MIT", "MIT MIT", "(MIT", "MIT)", "MIT WITH",
        "MIT WITH MIT",
        "LicenseRef-", "LicenseRef-a b", "MIT/Apache-2.0", String(repeating: "(", count: 100) + "MIT",
    ])
    func refuses(_ text: String) {
        #expect(LicenseExpression(text) == nil)
    }
}
