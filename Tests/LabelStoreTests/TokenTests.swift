import Digest
import MySQL
import TestSupport
import Testing

@testable import LabelStore

@Suite struct TokenTests {
    @Test func aTokenIsReadAsItIsWrittenAndNothingElseIs() throws {
        let token = TokenText.random()
        let text = token.revealed
        #expect(text.wholeMatch(of: /sheaf_[a-z0-9]{12}_[A-Za-z0-9_-]{43}/) != nil)
        #expect(TokenText(text)?.secretHash == token.secretHash)
        let secret = String(text.dropFirst(19))
        for (id, given) in [
            (token.publicID, secret), ("sheaf_" + token.publicID, secret), (token.publicID, text),
            ("sheaf_" + token.publicID, text),
        ] {
            #expect(TokenText(publicID: id, secret: given)?.secretHash == token.secretHash)
        }
        let other = TokenText.random()
        #expect(other.publicID != token.publicID && other.secretHash != token.secretHash)
        #expect(TokenText(publicID: other.publicID, secret: text) == nil)
        for wrong in [
            "", "sheaf_", text + "A", String(text.dropLast()), " " + text, text.uppercased(), text + "\r\n",
            text.replacing("sheaf_", with: "sheef_"), String(text.dropLast()) + "=", String(text.dropLast()) + "é",
            "sheaf_" + String(repeating: "_", count: 56),
        ] {
            #expect(TokenText(wrong) == nil, "\(wrong)")
        }
    }

    @Test func noDescriptionOfATokenHoldsItsSecret() {
        let token = TokenText.random()
        let secret = token.revealed.dropFirst(19)
        var dumped = ""
        dump(token, to: &dumped)
        for text in ["\(token)", String(reflecting: token), dumped, "\(Optional(token) as Any)"] {
            #expect(!text.contains(secret), "\(text)")
        }
    }

    @Test func theStoreKeepsAHashAndSaysWhoMadeIt() async throws {
        try await TestStore.withStore { store, configuration in
            _ = try await store.ensureDataset("dish")
            let text = try await store.createToken(
                NewToken(
                    name: "trainer 'x'", role: .operator, datasets: ["dish"], mayQuery: true, lifetime: .seconds(60)),
                actor: "aki", why: "for the night")
            let record = try #require(try await store.token(publicID: text.publicID))
            #expect(record.isOpened(by: text) && !record.isOpened(by: .random()))
            #expect(record.role == .operator && record.datasets == ["dish"] && record.mayQuery)
            #expect(record.name == "trainer 'x'" && record.actor == "aki" && record.state == .active)
            #expect(record.expiresAt != nil && record.lastUsedAt == nil && record.revokedAt == nil)
            // Nothing in the database is, or holds, the secret.
            let secret = String(text.revealed.dropFirst(19))
            let connection = try await MySQLConnection.connect(configuration)
            for (table, columns) in [
                ("sheaf_tokens", "public_id, name, role, datasets, secret_hash, actor"),
                ("sheaf_audit", "actor, action, subject, why"),
            ] {
                func count(_ part: String) async throws -> Int64? {
                    try await connection.rows(
                        "SELECT COUNT(*) AS n FROM \(table) WHERE LOCATE(?, CONCAT_WS('|', \(columns))) > 0",
                        [.text(part)]
                    ).first?.int("n")
                }
                #expect(try await count(secret) == 0)
                #expect(try await count(text.publicID) == 1)
            }
            let audit = try await connection.rows(
                "SELECT actor, action, subject, why FROM sheaf_audit WHERE action LIKE 'token%'")
            #expect(try audit.first?.text("action") == "token create")
            #expect(try audit.first?.text("subject") == "\(text.publicID) (operator): trainer 'x'")
            #expect(try audit.first?.text("why") == "for the night")
            await connection.close()
        }
    }

    @Test func aTokenForADatasetThatIsNotThereIsNotMade() async throws {
        try await TestStore.withStore { store, _ in
            await #expect(throws: StoreError.self) {
                try await store.createToken(
                    NewToken(name: "x", role: .reader, datasets: ["none"]), actor: "aki", why: nil)
            }
            await #expect(throws: StoreError.self) {
                try await store.createToken(NewToken(name: "", role: .reader), actor: "aki", why: nil)
            }
            let tokens = try await store.tokens()
            #expect(tokens.isEmpty)
        }
    }

    @Test func aTokenThatIsRevokedOrHasExpiredOpensNothing() async throws {
        try await TestStore.withStore { store, configuration in
            let revoked = try await store.createToken(NewToken(name: "a", role: .reader), actor: "aki", why: nil)
            let expired = try await store.createToken(
                NewToken(name: "b", role: .reader, lifetime: .zero), actor: "aki", why: nil)
            for _ in 0..<2 {
                _ = try await store.revokeToken(publicID: revoked.publicID, actor: "ben", why: "leaked")
            }
            #expect(try await store.token(publicID: revoked.publicID)?.state == .revoked)
            #expect(try await store.token(publicID: expired.publicID)?.state == .expired)
            #expect(try await store.tokens().map(\.name) == ["b", "a"])
            let connection = try await MySQLConnection.connect(configuration)
            // Revoking what is revoked is no change.
            let audit = try await connection.rows("SELECT why FROM sheaf_audit WHERE action = 'token revoke'")
            #expect(audit.count == 1)
            await connection.close()
            await #expect(throws: StoreError.self) {
                try await store.revokeToken(publicID: "zzzzzzzzzzzz", actor: "ben", why: nil)
            }
        }
    }

    @Test func useIsNotedOnceAMinute() async throws {
        try await TestStore.withStore { store, _ in
            let text = try await store.createToken(NewToken(name: "a", role: .reader), actor: "aki", why: nil)
            let id = try #require(try await store.token(publicID: text.publicID)).id
            try await store.noteUse(ofToken: id)
            let first = try await store.token(publicID: text.publicID)?.lastUsedAt
            #expect(first != nil)
            try await store.noteUse(ofToken: id)
            #expect(try await store.token(publicID: text.publicID)?.lastUsedAt == first)
        }
    }
}
