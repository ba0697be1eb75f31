import LabelDiff
import LabelStore
import MySQL
import TestSupport
import Testing

@Suite struct LeaseTests {
    @Test func oneWorkerAtATimeHoldsALease() async throws {
        try await TestStore.withStore { store, _ in
            let lease = try await store.acquireLease("dataset:x", owner: "sato")
            let error = await #expect(throws: StoreError.self) {
                _ = try await store.acquireLease("dataset:x", owner: "tanaka")
            }
            #expect(error?.code == .busy)
            #expect(error?.message.contains("sato") == true)
            try await lease.release()
            let next = try await store.acquireLease("dataset:x", owner: "tanaka")
            #expect(next.token == lease.token + 1)
        }
    }

    @Test func aWorkerWhoseLeaseWasTakenOverWritesNothing() async throws {
        try await TestStore.withStore { store, configuration in
            let frozen = try await store.acquireLease("dataset:x", owner: "frozen")
            try await expire("dataset:x", configuration)
            let other = try await store.acquireLease("dataset:x", owner: "other")
            let error = await #expect(throws: StoreError.self) {
                try await frozen.write { connection in
                    _ = try connection.execute(
                        "INSERT INTO sheaf_datasets (name, current_version, created_at) VALUES ('late', 0, NOW())")
                }
            }
            #expect(error?.code == .leaseLost)
            #expect(try await store.findDataset("late") == nil)
            await #expect(throws: StoreError.self) { try await frozen.renew() }
            // Letting go of what is no longer one's own does no harm.
            try await frozen.release()
            try await other.write { connection in
                _ = try connection.execute(
                    "INSERT INTO sheaf_datasets (name, current_version, created_at) VALUES ('mine', 0, NOW())")
            }
            #expect(try await store.findDataset("mine") != nil)
        }
    }

    @Test func aLeaseThatRanOutAndThatNobodyTookIsStillOnesOwn() async throws {
        try await TestStore.withStore { store, configuration in
            let lease = try await store.acquireLease("dataset:x", owner: "slow")
            try await expire("dataset:x", configuration)
            try await lease.write { _ in }
            #expect(try await store.leaseHolder("dataset:x")?.owner == "slow")
        }
    }

    @Test func aWriteThatFailsIsRolledBackAndTheLeaseGoesOn() async throws {
        try await TestStore.withStore { store, _ in
            struct Failed: Error {}
            let lease = try await store.acquireLease("dataset:x", owner: "sato")
            await #expect(throws: Failed.self) {
                try await lease.write { connection in
                    _ = try connection.execute(
                        "INSERT INTO sheaf_datasets (name, current_version, created_at) VALUES ('half', 0, NOW())")
                    throw Failed()
                }
            }
            #expect(try await store.findDataset("half") == nil)
            try await lease.write { connection in
                _ = try connection.execute(
                    "INSERT INTO sheaf_datasets (name, current_version, created_at) VALUES ('whole', 0, NOW())")
            }
            #expect(try await store.findDataset("whole") != nil)
        }
    }

    /// A lease that lies further ahead than any lasts was written before the database's clock was set back.
    @Test func aLeaseThatLastsLongerThanAnyIsNobodys() async throws {
        try await TestStore.withStore { store, configuration in
            let old = try await store.acquireLease("dataset:x", owner: "old")
            let ahead = "UPDATE sheaf_leases SET expires_at = UTC_TIMESTAMP(6) + INTERVAL"
            try await execute("\(ahead) 9 MINUTE", configuration)
            await #expect(throws: StoreError.self) { try await store.acquireLease("dataset:x", owner: "new") }
            #expect(try await store.leaseHolder("dataset:x")?.owner == "old")
            try await execute("\(ahead) 1 YEAR", configuration)
            #expect(try await store.leaseHolder("dataset:x") == nil)
            let new = try await store.acquireLease("dataset:x", owner: "new", seconds: 1_000_000)
            #expect(new.token == old.token + 1)
            let error = await #expect(throws: StoreError.self) { try await old.write { _ in } }
            #expect(error?.code == .leaseLost)
            // Nobody is given one for longer.
            #expect(try await store.leaseHolder("dataset:x")?.owner == "new")
        }
    }

    /// The heartbeat waits for its turn, and nobody for the heartbeat.
    @Test func aPoolOfOneConnectionKeepsItsLease() async throws {
        try await TestStore.withStore(connections: 1) { store, _ in
            try await store.withLease("dataset:x", owner: "only", seconds: 2) { lease in
                for _ in 0..<3 { try await lease.write { _ = try $0.rows("SELECT SLEEP(1.1)") } }
                try await Task.sleep(for: .seconds(3))
                #expect(try await store.leaseHolder("dataset:x")?.owner == "only")
            }
            #expect(try await store.leaseHolder("dataset:x") == nil)
        }
    }

    @Test func manyWorkersWhoWantOneLeaseGetItOneAfterTheOther() async throws {
        try await TestStore.withStore(connections: 8) { store, _ in
            let dataset = try await store.ensureDataset("counted")
            let wins = await withTaskGroup(of: Int.self) { group in
                for worker in 0..<8 {
                    group.addTask {
                        var wins = 0
                        for _ in 0..<20 {
                            guard let lease = try? await store.acquireLease("dataset:x", owner: "w\(worker)") else {
                                continue
                            }
                            // Not one statement that adds: two workers at once would lose a count.
                            try? await lease.write { connection in
                                let now = try connection.rows("SELECT current_version FROM sheaf_datasets").first
                                let next = (try now?.int("current_version") ?? 0) + 1
                                _ = try connection.execute(
                                    "UPDATE sheaf_datasets SET current_version = ?", [.int(next)])
                            }
                            try? await lease.release()
                            wins += 1
                        }
                        return wins
                    }
                }
                return await group.reduce(0, +)
            }
            #expect(wins > 0)
            #expect(try await store.dataset(dataset.name).currentVersion == wins)
        }
    }

    /// The step tells a transaction whose answer was lost from one that never happened: it takes effect once.
    @Test(.enabled(if: TestDatabase.hasSocket))
    func aCommitWhoseAnswerIsLostIsNotRunAgain() async throws {
        try await TestStore.withStore { store, configuration in
            _ = try await store.ensureDataset("counted")
            let proxy = try PacketProxy(server: try #require(configuration.socket))
            var through = configuration
            through.socket = proxy.path
            let cut = TestStore.open(through)
            let lease = try await cut.acquireLease("dataset:counted", owner: "unlucky")
            for round in 1...3 {
                proxy.count(cutsCommit)
                let answer = try await lease.write { connection in
                    _ = try connection.execute("UPDATE sheaf_datasets SET current_version = current_version + 1")
                    return round
                }
                #expect(answer == round)
                #expect(proxy.report.sprung != nil)
                #expect(try await store.dataset("counted").currentVersion == round)
            }
            try await lease.write { connection in
                _ = try connection.execute("UPDATE sheaf_datasets SET current_version = current_version + 1")
            }
            #expect(try await store.dataset("counted").currentVersion == 4)
            await cut.close()
        }
    }

    /// The same for a whole publication: one version, with one event.
    @Test(.enabled(if: TestDatabase.hasSocket))
    func aVersionWhoseLastAnswerIsLostIsPublishedOnce() async throws {
        try await TestStore.withStore { _, configuration in
            let proxy = try PacketProxy(server: try #require(configuration.socket))
            var through = configuration
            through.socket = proxy.path
            let store = TestStore.open(through)
            let book = try await LabelBook(store)
            let labels = Dictionary(uniqueKeysWithValues: (1...30).map { (KeyHash(high: UInt64($0), low: 0), $0) })
            proxy.count(cutsCommit)
            try await book.publish(from: [:], to: labels, chunk: 10)
            #expect(proxy.report.sprung != nil)
            proxy.count(cutsCommit)
            try await book.publish(from: labels, to: [:], chunk: 100)
            #expect(proxy.report.sprung != nil)
            let dataset = try await store.dataset(LabelBook.name)
            #expect(dataset.currentVersion == 2)
            #expect(try await book.read(dataset, 1, page: 100) == labels)
            #expect(try await store.unrelayedEvents().map(\.version) == [1, 2])
            await store.close()
        }
    }

    /// The next COMMIT is executed, and nobody is told.
    private let cutsCommit = PacketTrap(.cut, .after, .statement("COMMIT"))

    private func expire(_ name: String, _ configuration: MySQLConfiguration) async throws {
        try await execute("UPDATE sheaf_leases SET expires_at = '2000-01-01' WHERE name = '\(name)'", configuration)
    }
}
