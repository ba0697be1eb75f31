import LabelStore
import SheetSource
import TestSupport
import Testing

@testable import Sync

/// All workers of a store together keep within one quota.
@Suite struct StoredQuotaTests {
    private static let user = QuotaBucket(scope: .user, name: "reader@x.example", limit: 10)
    private static let project = QuotaBucket(scope: .project, name: "x", limit: 15)

    @Test func workersThatReserveAtOnceShareOneCount() async throws {
        try await TestStore.withStore { store, configuration in
            let other = TestStore.open(configuration)
            let waits = try await withThrowingTaskGroup(of: Duration.self) { group in
                for number in 0..<25 {
                    let ledger = StoredQuota(store: number.isMultiple(of: 2) ? store : other)
                    group.addTask { try await ledger.reserve([Self.user]) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            await other.close()
            // Nobody waits for longer than the calls before ask for: ten at once, ten a minute later, and the rest.
            #expect(waits.count { $0 == .zero } == 10)
            #expect(waits.count { $0 > .seconds(60) } == 5)
            #expect(waits.allSatisfy { $0 <= .seconds(120) })
        }
    }

    @Test func accountsOfOneProjectShareItsLimitAndKeepTheirOwn() async throws {
        try await TestStore.withStore { store, _ in
            let ledger = StoredQuota(store: store)
            let another = QuotaBucket(scope: .user, name: "another@x.example", limit: 10)
            var waits: [Duration] = []
            for bucket in [Self.user, another] {
                for _ in 0..<10 { waits.append(try await ledger.reserve([bucket, Self.project])) }
            }
            #expect(waits.count { $0 == .zero } == 15)
            // A third account's project has nothing to do with it.
            let stranger = QuotaBucket(scope: .user, name: "reader@y.example", limit: 10)
            let elsewhere = QuotaBucket(scope: .project, name: "y", limit: 15)
            #expect(try await ledger.reserve([stranger, elsewhere]) == .zero)
        }
    }

    @Test func aStateThatCannotBeReadIsBegunAnew() async throws {
        try await TestStore.withStore { store, _ in
            let ledger = StoredQuota(store: store)
            _ = try await ledger.reserve([Self.user])
            let old = try await store.quotas([Self.user.key])
            #expect(old.states.count == 1)
            #expect(try await store.replaceQuotas([Self.user.key: "what is this?"], insteadOf: old))
            // Whoever read it before has been overtaken.
            #expect(try await store.replaceQuotas([Self.user.key: ""], insteadOf: old) == false)
            #expect(try await ledger.reserve([Self.user]) == .zero)
        }
    }
}
