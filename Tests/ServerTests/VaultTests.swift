import Foundation
import HTTPClient
import JSON
import TestSupport
import Testing

/// What the vault keeps although it follows from the log can be derived from the log again.
@Suite struct VaultTests {
    private func rows(_ url: String) async throws -> [String] {
        try await TestDatabase.query(
            url,
            """
            SELECT 'role ' || person || ' ' || stream AS row FROM vault.roles
            UNION ALL SELECT 'file ' || encode(sha256, 'hex') || ' ' || key || ' ' || encode(precedence, 'hex')
                FROM vault.held_files
            UNION ALL SELECT 'name ' || space || ' ' || skeleton || ' ' || holder || ' ' || name || ' ' || coalesce(namespace, '')
                FROM vault.names
            UNION ALL SELECT 'token ' || token FROM vault.tokens WHERE ended IS NOT NULL
            ORDER BY 1
            """)
    }

    @Test func whatTheVaultDerivesIsRebuiltFromTheLog() async throws {
        try await withMarketplace { marketplace, databaseURL in
            let (_, ada) = try await marketplace.register("ada")
            let (_, bob) = try await marketplace.register("bob")
            let moderator = try await marketplace.issue("moderate", by: try marketplace.token)
            func module(_ number: UInt8) -> HTTPClientRequest.Part {
                HTTPClientRequest.Part(
                    name: "wasm_module", bytes: [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, number])
            }
            for (id, version, number) in [("ada.a", "1.0.0", UInt8(1)), ("ada.a", "2.0.0", 2), ("ada.b", "1.0.0", 3)] {
                #expect(
                    try await marketplace.publish([manifest(id, version), module(number)], token: ada).status == 201)
            }
            for id in ["acme.tool", "acme.t0ol"] {
                #expect(try await marketplace.publish([manifest(id)]).status == 201)
            }
            try await marketplace.give("maintainer", of: "agents/ada.a", to: ("bob", bob), by: ada)
            try await marketplace.give("owner", of: "namespaces/ada", to: ("bob", bob), by: ada)
            #expect(try await marketplace.send("DELETE", "agents/ada.a/owners/bob", token: bob).status == 201)
            let holds = [
                ("agents/ada.a", "malware"), ("agents/ada.a/versions/1.0.0", "malware"), ("agents/ada.b", "malware"),
                ("agents/ada.b", "spam"), ("agents/ada.b/versions/1.0.0", "malware"),
            ]
            for (path, reason) in holds {
                let answer = try await marketplace.send(
                    "POST", "\(path)/quarantine", "{\"reason\":\"\(reason)\"}", token: moderator)
                #expect(answer.status == 201)
            }
            let lifted = try await marketplace.send(
                "DELETE", "agents/ada.b/versions/1.0.0/quarantine", token: moderator)
            #expect(lifted.status == 201)
            #expect(try await marketplace.send("DELETE", "tokens/current", token: bob).status == 201)
            let kept = try await rows(databaseURL)
            #expect(kept.count { $0.hasPrefix("file") } == 3 && kept.count { $0.hasPrefix("token") } == 1)
            // Of Ada two agents and the namespace, of Bob the namespace, and of the administrator three.
            #expect(kept.count { $0.hasPrefix("role") } == 7)
            // Two people, of whom one has a namespace of her name, and the namespace `acme`.
            #expect(kept.count { $0.hasPrefix("name owners") } == 3)
            #expect(kept.count { $0.hasPrefix("name agents") } == 3)

            func rebuild() async throws -> JSONValue {
                let outcome = try await marketplace.operate(["vault", "rebuild", "--json"])
                #expect(outcome.code == 0, "\(outcome.errors)")
                return try JSONValue(Array(outcome.output.utf8))
            }
            let counts = try await rebuild()
            #expect(counts["roles"]?.integer == 7 && counts["held_files"]?.integer == 3)
            #expect(try await rows(databaseURL) == kept)
            try await TestDatabase.script(
                databaseURL,
                """
                DELETE FROM vault.roles WHERE stream LIKE 'agent/%';
                INSERT INTO vault.roles VALUES ('x', 'agent/y');
                DELETE FROM vault.held_files;
                DELETE FROM vault.names WHERE space = 'agents' OR holder LIKE 'namespace/%';
                UPDATE vault.names SET namespace = NULL;
                INSERT INTO vault.names (space, skeleton, holder, name) VALUES ('agents', 'x', 'agent/y', 'y');
                UPDATE vault.tokens SET ended = CASE WHEN ended IS NULL THEN now() END;
                """)
            #expect(try await rows(databaseURL) != kept)
            _ = try await rebuild()
            #expect(try await rows(databaseURL) == kept)
            #expect(try await marketplace.publish([manifest("ada.c")], token: ada).status == 201)
        }
    }
}
