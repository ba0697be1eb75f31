import Foundation
import HTTPTypes
import LabelStore
import Synchronization
import TestSupport
import Testing

@testable import LabelServer

/// Who is let in, and what guessing costs.
@Suite(.timeLimit(.minutes(3))) struct APIAuthenticatorTests {
    /// An authenticator before a real store, whose clock stands still unless moved.
    private struct Gate: Sendable {
        let authenticator: Authenticator
        let lookUps: Shared<Int>
        let notes: Shared<Int>
        let time: Shared<Duration>

        func problem(_ field: String?, from address: String = "192.0.2.1") async throws -> APIProblem? {
            var headers = HTTPFields()
            if let field { headers[.authorization] = field }
            do {
                _ = try await authenticator.authenticate(headers, address: address)
                return nil
            } catch let problem as APIProblem {
                return problem
            }
        }
    }

    private final class Shared<Value: Sendable>: Sendable {
        private let held: Mutex<Value>
        init(_ value: Value) { held = Mutex(value) }
        var value: Value { held.withLock { $0 } }
        func change(_ body: (inout Value) -> Void) { held.withLock { body(&$0) } }
    }

    private func gate(_ store: LabelStore, _ limits: Authenticator.Limits = .init()) -> Gate {
        let (lookUps, notes, time) = (Shared(0), Shared(0), Shared(Duration.seconds(1)))
        return Gate(
            authenticator: Authenticator(
                limits: limits, now: { time.value },
                lookUp: { id in
                    lookUps.change { $0 += 1 }
                    return try await store.token(publicID: id)
                },
                noteUse: { id in
                    notes.change { $0 += 1 }
                    try await store.noteUse(ofToken: id)
                }), lookUps: lookUps, notes: notes, time: time)
    }

    private func basic(_ user: String, _ password: String) -> String {
        "Basic " + Data("\(user):\(password)".utf8).base64EncodedString()
    }

    @Test func aTokenIsTakenAsBearerAndAsBasic() async throws {
        try await TestStore.withStore { store, _ in
            let text = try await store.createToken(
                NewToken(name: "n", role: .operator, mayQuery: true), actor: "aki", why: nil)
            let gate = gate(store)
            let secret = String(text.revealed.dropFirst(19))
            for field in [
                "Bearer \(text.revealed)", "bearer  \(text.revealed)", basic(text.publicID, secret),
                basic("sheaf_\(text.publicID)", secret), basic(text.publicID, text.revealed),
            ] {
                #expect(try await gate.problem(field) == nil, "\(field.prefix(10))")
            }
            var headers = HTTPFields()
            headers[.authorization] = "Bearer \(text.revealed)"
            let identity = try await gate.authenticator.authenticate(headers, address: "192.0.2.1")
            #expect(identity.role == .operator && identity.mayQuery && identity.publicID == text.publicID)
            #expect(identity.mayRead("anything"))
            // One lookup and one note for all of them.
            #expect(gate.lookUps.value == 1 && gate.notes.value == 1)
        }
    }

    @Test func whatIsNoTokenOpensNothing() async throws {
        try await TestStore.withStore { store, _ in
            let text = try await store.createToken(NewToken(name: "n", role: .reader), actor: "aki", why: nil).revealed
            let gate = gate(store, .init(failuresPerMinute: 1_000))
            let flipped = String(text.dropLast(2)) + (text.hasSuffix("AA") ? "BA" : "AA")
            for field in [
                nil, "", "Bearer", "Bearer ", "Bearer x", text, "Token \(text)", "Bearer \(text) \(text)",
                "Bearer \(TokenText.random().revealed)", "Bearer \(flipped)", "Basic \(text)", "Basic !!!!",
                basic("", text), basic("x", text), basic("' OR 1=1 -- ", text), basic("zzzzzzzzzzzz", text),
                "Bearer " + String(repeating: "A", count: 100_000),
                "Bearer sheaf_' OR '1'='1_" + String(repeating: "A", count: 43),
            ] {
                let problem = try await gate.problem(field)
                #expect(problem?.status == .unauthorized, "\(field?.prefix(30) ?? "nothing")")
                #expect(problem?.headers[.wwwAuthenticate] != nil)
                #expect(problem.map { !String(decoding: $0.body, as: UTF8.self).contains(text.dropFirst(19)) } ?? false)
            }
        }
    }

    @Test func aRevokedTokenIsShutOutTwoSecondsLater() async throws {
        try await TestStore.withStore { store, _ in
            let text = try await store.createToken(NewToken(name: "n", role: .reader), actor: "aki", why: nil)
            let gate = gate(store)
            var headers = HTTPFields()
            headers[.authorization] = "Bearer \(text.revealed)"
            let identity = try await gate.authenticator.authenticate(headers, address: "192.0.2.1")
            _ = try await store.revokeToken(publicID: text.publicID, actor: "aki", why: nil)
            gate.time.change { $0 += .seconds(2) }
            #expect(try await gate.problem("Bearer \(text.revealed)")?.code == "revoked-token")
            // And a download that it began ends.
            #expect(try await !gate.authenticator.isStillGood(identity))
            let expired = try await store.createToken(
                NewToken(name: "e", role: .reader, lifetime: .zero), actor: "aki", why: nil)
            #expect(try await gate.problem("Bearer \(expired.revealed)")?.code == "expired-token")
        }
    }

    @Test func guessingIsSlowedDownByAddressAndHurtsNobodyElse() async throws {
        try await TestStore.withStore { store, _ in
            let known = try await store.createToken(NewToken(name: "n", role: .reader), actor: "aki", why: nil).revealed
            let fresh = try await store.createToken(NewToken(name: "f", role: .reader), actor: "aki", why: nil).revealed
            let gate = gate(store, .init(failuresPerMinute: 10))
            #expect(try await gate.problem("Bearer \(known)") == nil)
            let before = gate.lookUps.value
            var refused = 0
            for _ in 0..<200 {
                let problem = try #require(try await gate.problem("Bearer \(TokenText.random().revealed)"))
                if problem.status == .tooManyRequests {
                    refused += 1
                    #expect(problem.headers[.retryAfter] != nil)
                }
            }
            #expect(refused == 190 && gate.lookUps.value - before == 10)
            // Who is known is let in from there, and who is not from anywhere else.
            #expect(try await gate.problem("Bearer \(known)") == nil)
            #expect(try await gate.problem("Bearer \(fresh)")?.status == .tooManyRequests)
            #expect(try await gate.problem("Bearer \(fresh)", from: "192.0.2.2") == nil)
            gate.time.change { $0 += .seconds(60) }
            #expect(try await gate.problem("Bearer \(TokenText.random().revealed)")?.status == .unauthorized)
        }
    }

    @Test func aForgottenJobWithARevokedTokenShutsOutNobodyAtItsAddress() async throws {
        try await TestStore.withStore { store, _ in
            let old = try await store.createToken(NewToken(name: "o", role: .reader), actor: "aki", why: nil)
            let new = try await store.createToken(NewToken(name: "n", role: .reader), actor: "aki", why: nil).revealed
            _ = try await store.revokeToken(publicID: old.publicID, actor: "aki", why: nil)
            let gate = gate(store, .init(requestsPerMinute: 120, failuresPerMinute: 10))
            for _ in 0..<30 {
                #expect(try await gate.problem("Bearer \(old.revealed)")?.code == "revoked-token")
            }
            #expect(try await gate.problem("Bearer \(new)") == nil)
            // And its own requests are counted all the same.
            #expect(try await gate.problem("Bearer \(old.revealed)")?.status == .tooManyRequests)
        }
    }

    @Test func guessingFromEverywhereCostsTheDatabaseLittle() async throws {
        try await TestStore.withStore { store, _ in
            let gate = gate(store)
            for index in 0..<1_000 {
                _ = try await gate.problem(
                    "Bearer \(TokenText.random().revealed)", from: "10.0.\(index / 250).\(index % 250)")
            }
            #expect(gate.lookUps.value == 200)
        }
    }

    @Test func aTokenMayMakeSoManyRequestsAMinute() async throws {
        try await TestStore.withStore { store, _ in
            let text = try await store.createToken(NewToken(name: "n", role: .reader), actor: "aki", why: nil).revealed
            let gate = gate(store, .init(requestsPerMinute: 120))
            for _ in 0..<30 { #expect(try await gate.problem("Bearer \(text)") == nil) }
            let problem = try await gate.problem("Bearer \(text)")
            #expect(problem?.status == .tooManyRequests && problem?.headers[.retryAfter] == "1")
            gate.time.change { $0 += .seconds(1) }
            #expect(try await gate.problem("Bearer \(text)") == nil)
        }
    }

    @Test func useIsNotedOnceAMinuteAndAStoreThatCannotBeWrittenIsReadAllTheSame() async throws {
        try await TestStore.withStore { store, _ in
            struct ReadOnly: Error {}
            let text = try await store.createToken(NewToken(name: "n", role: .reader), actor: "aki", why: nil)
            let notes = Shared(0)
            let time = Shared(Duration.seconds(1))
            let authenticator = Authenticator(
                limits: .init(), now: { time.value }, lookUp: { try await store.token(publicID: $0) },
                noteUse: { _ in
                    notes.change { $0 += 1 }
                    throw ReadOnly()
                })
            var headers = HTTPFields()
            headers[.authorization] = "Bearer \(text.revealed)"
            for _ in 0..<180 {
                _ = try await authenticator.authenticate(headers, address: "192.0.2.1")
                time.change { $0 += .seconds(1) }
            }
            #expect(notes.value == 3)
        }
    }

    @Test(
        arguments: [
            (nil, false, "198.51.100.7"), ("203.0.113.9", false, "198.51.100.7"), ("203.0.113.9", true, "203.0.113.9"),
            ("10.0.0.1, 203.0.113.9", true, "203.0.113.9"),
            ("203.0.113.9 , 2001:db8:1:2:3:4:5:6", true, "2001:db8:1:2::"),
            (nil, true, "198.51.100.7"),
        ] as [(String?, Bool, String)])
    func onlyAProxyThatIsTrustedSaysWhereARequestComesFrom(_ field: String?, _ trusts: Bool, _ address: String) throws {
        var headers = HTTPFields()
        if let field { headers[try #require(HTTPField.Name.xForwardedFor)] = field }
        #expect(ClientAddress.of(headers, peer: "198.51.100.7", trustsForwarded: trusts) == address)
    }
}
