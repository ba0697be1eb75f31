import Synchronization
import TestSupport
import Testing

@testable import MySQL

/// Statements that would run for ten minutes: that a test ends at all shows that they were stopped.
@Suite(.timeLimit(.minutes(1))) struct CancellationTests {
    /// Waits until the server runs, or no longer runs, a statement with this mark.
    private func wait(until isRunning: Bool, _ mark: String, _ observer: MySQLConnection) async throws {
        let sql = "SELECT 1 FROM information_schema.processlist WHERE info LIKE ? AND id <> CONNECTION_ID()"
        while try await observer.rows(sql, [.text("%\(mark)%")]).isEmpty == isRunning { await Task.yield() }
    }

    @Test func stopsAStatementThatSleeps() async throws {
        let configuration = try TestDatabase.serverConfiguration()
        let observer = try await MySQLConnection.connect(configuration)
        let pool = MySQLPool(configuration: configuration, maximumConnections: 1)
        let task = Task {
            try await pool.withConnection { connection in try connection.rows("SELECT SLEEP(600) /* sleeper 1 */") }
        }
        try await wait(until: true, "sleeper 1", observer)
        task.cancel()
        let error = try await failure { try await task.value }
        #expect(error.kind == .cancelled, "\(error)")
        try await wait(until: false, "sleeper 1", observer)
        // The place of the spent connection is free again.
        #expect(try await pool.withConnection { connection in try connection.rows("SELECT 1").count } == 1)
        await pool.close()
        await observer.close()
    }

    @Test func stopsAConnectionWithoutAPoolToo() async throws {
        let configuration = try TestDatabase.serverConfiguration()
        let observer = try await MySQLConnection.connect(configuration)
        let connection = try await MySQLConnection.connect(configuration)
        let task = Task { try await connection.run { try $0.execute("SELECT SLEEP(600) /* sleeper 2 */") } }
        try await wait(until: true, "sleeper 2", observer)
        task.cancel()
        #expect(try await failure { try await task.value }.kind == .cancelled)
        #expect(try await failure { try await connection.ping() }.kind == .cancelled)
        await connection.close()
        await observer.close()
    }

    @Test func stopsATransactionThatWaitsForALockAndRollsItBack() async throws {
        try await TestDatabase.withDatabase { configuration in
            var patient = configuration
            patient.lockWaitTimeout = 600
            let holder = try await MySQLConnection.connect(configuration)
            try await holder.execute("CREATE TABLE t (id INT PRIMARY KEY, v INT)")
            try await holder.execute("INSERT INTO t VALUES (1, 0), (2, 0)")
            try await holder.execute("START TRANSACTION")
            try await holder.execute("UPDATE t SET v = 1 WHERE id = 2")
            let pool = MySQLPool(configuration: patient)
            let attempts = Tally()
            let task = Task {
                try await pool.withTransaction { connection in
                    attempts.raise()
                    try connection.execute("UPDATE t SET v = 7 WHERE id = 1")
                    try connection.execute("UPDATE t SET v = 7 WHERE id = 2 /* waiter 3 */")
                }
            }
            try await wait(until: true, "waiter 3", holder)
            task.cancel()
            #expect(try await failure { try await task.value }.kind == .cancelled)
            #expect(attempts.value == 1)
            try await holder.execute("COMMIT")
            #expect(try await holder.rows("SELECT v FROM t ORDER BY id").map { try $0.int(0) } == [0, 1])
            await pool.close()
            await holder.close()
        }
    }

    @Test func stopsAStreamBetweenTwoRows() async throws {
        let pool = MySQLPool(configuration: try TestDatabase.serverConfiguration())
        let began = Signal()
        let count = Tally()
        let task = Task {
            try await pool.withConnection { connection in
                try connection.forEachRow(selectNumbers("REPEAT('x', 1000)", digits: 6)) { _ in
                    if count.raise() == 1 { began.send() }
                }
            }
        }
        await began.wait()
        task.cancel()
        #expect(try await failure { try await task.value }.kind == .cancelled)
        #expect(count.value < 1_000_000)
        await pool.close()
    }

    @Test func runsNothingForATaskThatIsCancelledAlready() async throws {
        let pool = MySQLPool(configuration: try TestDatabase.serverConfiguration())
        let gate = Signal()
        let ran = Tally()
        let task = Task {
            await gate.wait()
            return try await pool.withConnection { connection in
                try connection.execute("DO 1")
                ran.raise()
            }
        }
        task.cancel()
        gate.send()
        #expect(try await failure { try await task.value }.kind == .cancelled)
        #expect(ran.value == 0)
        await pool.close()
    }

    @Test func aPauseBetweenAttemptsEndsWithItsTask() async throws {
        let pool = MySQLPool(configuration: try TestDatabase.serverConfiguration())
        let began = Signal()
        let policy = TransactionRetry(initialBackoff: .seconds(600), maximumBackoff: .seconds(600))
        let task = Task {
            try await pool.withTransaction(retries: policy) { _ in
                began.send()
                throw MySQLError(.deadlock, "as if")
            }
        }
        await began.wait()
        task.cancel()
        #expect(try await failure { try await task.value }.kind == .cancelled)
        await pool.close()
    }
}
