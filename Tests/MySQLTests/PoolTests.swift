import TestSupport
import Testing

@testable import MySQL

@Suite struct PoolTests {
    private func connectionID(_ pool: MySQLPool) async throws -> UInt64 {
        try await pool.withConnection { connection in try connection.rows("SELECT CONNECTION_ID()")[0].uint(0) }
    }

    @Test func opensNoMoreConnectionsThanItMay() async throws {
        let pool = MySQLPool(configuration: try TestDatabase.serverConfiguration(), maximumConnections: 3)
        let (now, most) = (Tally(), Tally())
        let ids = try await withThrowingTaskGroup(of: UInt64.self) { group in
            for _ in 0..<40 {
                group.addTask {
                    try await pool.withConnection { connection in
                        let count = now.raise()
                        defer { now.lower() }
                        most.raise(to: count)
                        return try connection.rows("SELECT CONNECTION_ID()")[0].uint(0)
                    }
                }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(ids.count <= 3)
        #expect(most.value <= 3)
        #expect(now.value == 0)
        await pool.close()
    }

    @Test func recoversFromAConnectionThatWasKilled() async throws {
        let configuration = try TestDatabase.serverConfiguration()
        let pool = MySQLPool(configuration: configuration, maximumConnections: 1)
        let before = try await connectionID(pool)
        let error = try await failure {
            try await pool.withConnection { connection in
                try connection.killItself(configuration)
                try connection.execute("DO 1")
            }
        }
        #expect(error.kind == .lostConnection)
        #expect(error.hint != nil)
        #expect(try await connectionID(pool) != before)
        await pool.close()
    }

    @Test func aTransactionDoesNotNoticeThatItsIdleConnectionWasKilled() async throws {
        let configuration = try TestDatabase.serverConfiguration()
        let pool = MySQLPool(configuration: configuration, maximumConnections: 1, clock: ImmediateClock())
        let before = try await connectionID(pool)
        let killer = try await MySQLConnection.connect(configuration)
        try await killer.execute("KILL \(before)")
        let after = try await pool.withTransaction { connection in
            try connection.rows("SELECT CONNECTION_ID()")[0].uint(0)
        }
        #expect(after != before)
        await killer.close()
        await pool.close()
    }

    @Test func rollsBackATransactionThatWasLeftOpen() async throws {
        try await TestDatabase.withDatabase { configuration in
            let pool = MySQLPool(configuration: configuration, maximumConnections: 1)
            try await pool.withConnection { connection in
                try connection.execute("CREATE TABLE t (v INT)")
                try connection.execute("START TRANSACTION")
                try connection.execute("INSERT INTO t VALUES (1)")
            }
            let (isOpen, count) = try await pool.withConnection { connection in
                (connection.isInTransaction, try connection.rows("SELECT COUNT(*) FROM t")[0].int(0))
            }
            #expect(!isOpen)
            #expect(count == 0)
            await pool.close()
        }
    }

    @Test func whoWaitsMayGiveUpAndTakesNoPlaceWithHim() async throws {
        let pool = MySQLPool(configuration: try TestDatabase.serverConfiguration(), maximumConnections: 1)
        let (held, free) = (Signal(), Signal())
        let holder = Task {
            try await pool.withPinnedConnection { connection in
                held.send()
                await free.wait()
                try await connection.ping()
            }
        }
        await held.wait()
        let waiter = Task { try await pool.withConnection { connection in try connection.ping() } }
        waiter.cancel()
        #expect(try await failure { try await waiter.value }.kind == .cancelled)
        free.send()
        try await holder.value
        try await pool.withConnection { connection in try connection.ping() }
        await pool.close()
    }

    @Test func refusesAllUseOnceClosed() async throws {
        let pool = MySQLPool(configuration: try TestDatabase.serverConfiguration(), maximumConnections: 1)
        let (held, free) = (Signal(), Signal())
        let holder = Task {
            try await pool.withPinnedConnection { connection in
                held.send()
                await free.wait()
                // Who holds a connection may finish with it.
                try await connection.ping()
            }
        }
        await held.wait()
        await pool.close()
        #expect(try await failure { try await pool.withConnection { try $0.ping() } }.kind == .closed)
        #expect(try await failure { try await pool.withTransaction { try $0.ping() } }.kind == .closed)
        free.send()
        try await holder.value
    }

    @Test func aConnectionThatCannotBeOpenedLeavesItsPlaceFree() async throws {
        var configuration = try TestDatabase.serverConfiguration()
        configuration.database = "sheaf_no_such_database"
        let pool = MySQLPool(configuration: configuration, maximumConnections: 1)
        for _ in 0..<3 {
            #expect(try await failure { try await pool.withConnection { try $0.ping() } }.kind == .unknownDatabase)
        }
        await pool.close()
    }
}
