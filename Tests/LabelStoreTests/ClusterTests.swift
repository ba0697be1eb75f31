import LabelDiff
import LabelStore
import MySQL
import TestSupport
import Testing

/// The store on a Galera cluster, with workers on different nodes; `make test-cluster` runs them, alone.
@Suite(.serialized, .enabled(if: TestCluster.current != nil)) struct ClusterTests {
    /// Without `wsrep_sync_wait` a read is of the past now and then.
    @Test func whatOneNodeCommittedIsReadOnTheOthersAtOnce() async throws {
        try await onEveryNode { nodes in
            _ = try await nodes[0].ensureDataset("seen")
            let lease = try await nodes[0].acquireLease("dataset:seen", owner: "writer")
            for round in 1...200 {
                try await lease.write { connection in
                    _ = try connection.execute("UPDATE sheaf_datasets SET current_version = ?", [.int(Int64(round))])
                }
                for node in nodes.dropFirst() { #expect(try await node.dataset("seen").currentVersion == round) }
            }
        }
    }

    @Test func workersOfAllNodesGetALeaseOneAfterTheOther() async throws {
        try await onEveryNode { nodes in
            _ = try await nodes[0].ensureDataset("counted")
            let wins = await withTaskGroup(of: Int.self) { group in
                for worker in 0..<6 {
                    let store = nodes[worker % nodes.count]
                    group.addTask {
                        var wins = 0
                        for _ in 0..<20 {
                            guard let lease = try? await store.acquireLease("dataset:x", owner: "w\(worker)") else {
                                continue
                            }
                            // Not one statement that adds: two workers at once would lose a count.
                            let written: Void? = try? await lease.write { connection in
                                let now = try connection.rows("SELECT current_version FROM sheaf_datasets").first
                                let next = (try now?.int("current_version") ?? 0) + 1
                                _ = try connection.execute(
                                    "UPDATE sheaf_datasets SET current_version = ?", [.int(next)])
                            }
                            if written != nil { wins += 1 }
                            try? await lease.release()
                        }
                        return wins
                    }
                }
                return await group.reduce(0, +)
            }
            #expect(wins > 0)
            for node in nodes { #expect(try await node.dataset("counted").currentVersion == wins) }
        }
    }

    /// Each would commit on its own node, and the cluster lets one of them.
    @Test func aWriteAndATakeOverOnAnotherNodeExcludeEachOther() async throws {
        try await onEveryNode { nodes in
            _ = try await nodes[0].ensureDataset("fought")
            var (writes, takeOvers) = (0, 0)
            for round in 0..<40 {
                let (here, there) = (nodes[round % 3], nodes[(round + 1) % 3])
                let old = try await here.acquireLease("dataset:fought", owner: "old")
                // It ran out, and nobody has taken it yet.
                try await old.write { connection in
                    _ = try connection.execute(
                        "UPDATE sheaf_leases SET expires_at = '2000-01-01' WHERE name = 'dataset:fought'")
                }
                async let late = Self.raises(old)
                let taken = try? await there.acquireLease("dataset:fought", owner: "new")
                let wrote = await late
                #expect(wrote == (taken == nil), "round \(round)")
                (writes, takeOvers) = (writes + (wrote ? 1 : 0), takeOvers + (wrote ? 0 : 1))
                #expect(try await nodes[2].dataset("fought").currentVersion == writes, "round \(round)")
                try await taken?.release()
                try await old.release()
            }
            #expect(writes + takeOvers == 40)
        }
    }

    private static func raises(_ lease: Lease) async -> Bool {
        do {
            try await lease.write { connection in
                _ = try connection.execute("UPDATE sheaf_datasets SET current_version = current_version + 1")
            }
            return true
        } catch {
            return false
        }
    }

    /// One row, written by all nodes at the same time: what is rolled back for another node's sake is run again, whole.
    @Test func whatTheClusterRollsBackIsRunAgain() async throws {
        let cluster = try #require(TestCluster.current)
        try await TestDatabase.withDatabase { database in
            let pools = try cluster.nodes.map { node in
                var place = node
                place.database = database.database
                return MySQLPool(configuration: place, maximumConnections: 2)
            }
            try await pools[0].withConnection { connection in
                try connection.execute("CREATE TABLE counted (id INT PRIMARY KEY, n INT, m INT) ENGINE=InnoDB")
                try connection.execute("INSERT INTO counted VALUES (1, 0, 0), (2, 0, 0)")
            }
            let conflictsBefore = try await Self.conflicts(pools)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for pool in pools {
                    group.addTask {
                        for _ in 0..<60 {
                            try await pool.withTransaction(retries: .init(maximumAttempts: 100)) { connection in
                                try connection.execute("UPDATE counted SET n = n + 1 WHERE id = 1")
                                let seen =
                                    try connection.rows("SELECT n FROM counted WHERE id = 1").first?.int("n") ?? 0
                                try connection.execute("UPDATE counted SET m = ? WHERE id = 2", [.int(seen)])
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            for pool in pools {
                let sums = try await pool.withConnection { connection in
                    try connection.rows("SELECT n, m FROM counted ORDER BY id").map {
                        try ($0.int("n"), $0.int("m"))
                    }
                }
                #expect(sums.map(\.0) == [180, 0] && sums.map(\.1) == [0, 180])
            }
            // The nodes did get into each other's way.
            #expect(try await Self.conflicts(pools) > conflictsBefore)
            for pool in pools { await pool.close() }
        }
    }

    private static func conflicts(_ pools: [MySQLPool]) async throws -> Int {
        var sum = 0
        for pool in pools {
            sum += try await pool.withConnection { connection in
                try connection.rows(
                    "SHOW GLOBAL STATUS WHERE Variable_name IN ('wsrep_local_bf_aborts', 'wsrep_local_cert_failures')"
                ).reduce(0) { try $0 + (Int($1.text("Value")) ?? 0) }
            }
        }
        return sum
    }

    /// Each node counts in steps of three.
    @Test func numbersThatAreNotConsecutiveAreInOrderAllTheSame() async throws {
        try await onEveryNode { nodes in
            let dataset = try await nodes[0].ensureDataset("numbered")
            var runs: [UInt64] = []
            for turn in 0..<12 {
                let store = nodes[[0, 2, 1, 1, 0, 2][turn % 6]]
                runs.append(
                    try await store.withLease("dataset:numbered", owner: "tests") { lease in
                        let run = try await store.beginRun(
                            dataset, kind: "sync", actor: "tests", worker: "tests", lease: lease)
                        try await store.endRun(run, state: .unchanged, report: "{}", lease: lease)
                        return run
                    })
            }
            #expect(zip(runs, runs.dropFirst()).allSatisfy { $0 < $1 }, "\(runs)")
            #expect(runs.last != runs.first.map { $0 + UInt64(runs.count) - 1 }, "\(runs)")
            #expect(try await nodes[1].runs(of: dataset, limit: 20).map(\.id) == runs.reversed())
        }
    }

    /// A migrated store, as a worker on each node sees it.
    private func onEveryNode(_ body: ([LabelStore]) async throws -> Void) async throws {
        let cluster = try #require(TestCluster.current)
        try await TestStore.withStore { _, configuration in
            let stores = try cluster.nodes.map { node in
                var place = configuration
                place.socket = node.socket
                return TestStore.open(place, onThatNode: true)
            }
            let result: Result<Void, any Error>
            do { result = .success(try await body(stores)) } catch { result = .failure(error) }
            for store in stores { await store.close() }
            try result.get()
        }
    }
}
