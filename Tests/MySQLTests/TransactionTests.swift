import Synchronization
import TestSupport
import Testing

@testable import MySQL

@Suite struct TransactionTests {
    /// A pool that does not wait between attempts, over a table with two accounts and a log.
    private func withAccounts(
        maximumConnections: Int = 4, _ body: (MySQLPool, MySQLConfiguration) async throws -> Void
    ) async throws {
        try await TestDatabase.withDatabase { configuration in
            let pool = MySQLPool(
                configuration: configuration, maximumConnections: maximumConnections, clock: ImmediateClock())
            try await pool.withConnection { connection in
                try connection.execute("CREATE TABLE accounts (id INT PRIMARY KEY, balance INT NOT NULL)")
                try connection.execute("INSERT INTO accounts VALUES (1, 100), (2, 100)")
                try connection.execute("CREATE TABLE log (id INT AUTO_INCREMENT PRIMARY KEY, who VARCHAR(20) NOT NULL)")
            }
            try await body(pool, configuration)
            await pool.close()
        }
    }

    private func balances(_ pool: MySQLPool) async throws -> [Int64] {
        try await pool.withConnection { connection in
            try connection.rows("SELECT balance FROM accounts ORDER BY id").map { try $0.int(0) }
        }
    }

    private func log(_ pool: MySQLPool) async throws -> [String] {
        try await pool.withConnection { connection in
            try connection.rows("SELECT who FROM log ORDER BY who").map { try $0.text(0) }
        }
    }

    @Test func rollsBackWhatABodyThatThrowsHasDone() async throws {
        struct Enough: Error {}
        try await withAccounts { pool, _ in
            let attempts = Tally()
            await #expect(throws: Enough.self) {
                try await pool.withTransaction { connection in
                    attempts.raise()
                    try connection.execute("UPDATE accounts SET balance = 0")
                    throw Enough()
                }
            }
            let after = try await balances(pool)
            #expect(attempts.value == 1)
            #expect(after == [100, 100])
        }
    }

    @Test func runsTheWholeTransactionAgainAfterADeadlock() async throws {
        try await withAccounts { pool, _ in
            let meeting = Meeting(of: 2)
            let attempts = Tally()
            // Each locks one account, waits for the other, and then asks for the other's.
            let move = { @Sendable (who: String, from: Int, to: Int, amount: Int) in
                try await pool.withTransaction { connection in
                    attempts.raise()
                    try connection.execute("INSERT INTO log (who) VALUES (?)", [.text(who)])
                    try connection.execute(
                        "UPDATE accounts SET balance = balance - ? WHERE id = ?",
                        [MySQLValue(amount), MySQLValue(from)])
                    meeting.arrive()
                    try connection.execute(
                        "UPDATE accounts SET balance = balance + ? WHERE id = ?", [MySQLValue(amount), MySQLValue(to)])
                }
            }
            async let first: Void = move("first", 1, 2, 30)
            async let second: Void = move("second", 2, 1, 5)
            _ = try await (first, second)
            #expect(attempts.value > 2, "one of them was the victim of a deadlock")
            #expect(try await balances(pool) == [75, 125])
            #expect(try await log(pool) == ["first", "second"], "no half of an attempt is left")
        }
    }

    @Test func givesUpAfterItsAttempts() async throws {
        try await withAccounts { pool, _ in
            let attempts = Tally()
            let error = try await failure {
                try await pool.withTransaction(retries: TransactionRetry(maximumAttempts: 3)) { connection in
                    attempts.raise()
                    try connection.execute("UPDATE accounts SET balance = 0")
                    throw MySQLError(number: 1213, sqlState: "40001", message: "Deadlock found")
                }
            }
            #expect(error.kind == .deadlock)
            #expect(attempts.value == 3)
            #expect(try await balances(pool) == [100, 100])
        }
    }

    @Test(arguments: [1047, 1205, 1020] as [UInt32])
    func runsAgainOnWhatClustersAndLocksDo(number: UInt32) async throws {
        try await withAccounts { pool, _ in
            let attempts = Tally()
            try await pool.withTransaction { connection in
                try connection.execute("UPDATE accounts SET balance = balance + 1")
                if attempts.raise() == 1 { throw MySQLError(number: number, sqlState: "HY000", message: "in the way") }
            }
            #expect(attempts.value == 2)
            #expect(try await balances(pool) == [101, 101])
        }
    }

    @Test func aLockThatIsNotLetGoIsATimeoutOfItsOwn() async throws {
        try await withAccounts { pool, configuration in
            var impatient = configuration
            impatient.lockWaitTimeout = 1
            let other = MySQLPool(configuration: impatient, maximumConnections: 1, clock: ImmediateClock())
            let holder = try await MySQLConnection.connect(configuration)
            try await holder.execute("START TRANSACTION")
            try await holder.execute("UPDATE accounts SET balance = 0 WHERE id = 1")
            let error = try await failure {
                try await other.withTransaction(retries: .never) { connection in
                    try connection.execute("UPDATE accounts SET balance = 1 WHERE id = 1")
                }
            }
            #expect(error.kind == .lockWaitTimeout)
            #expect(error.isRetryable)
            await holder.close()
            await other.close()
            #expect(try await balances(pool) == [100, 100])
        }
    }

    @Test func runsAgainOnANewConnectionWhenItsOwnIsKilled() async throws {
        try await withAccounts { pool, configuration in
            let attempts = Tally()
            try await pool.withTransaction { connection in
                try connection.execute("UPDATE accounts SET balance = balance + 1")
                if attempts.raise() == 1 { try connection.killItself(configuration) }
                try connection.execute("INSERT INTO log (who) VALUES ('once')")
            }
            #expect(attempts.value == 2)
            #expect(try await balances(pool) == [101, 101])
            #expect(try await log(pool) == ["once"])
        }
    }

    @Test func aCommitWhoseAnswerIsLostIsAQuestionForTheBody() async throws {
        try await withAccounts { pool, configuration in
            let error = try await failure {
                try await pool.withTransaction(retries: .unfenced) { connection in
                    try connection.execute("UPDATE accounts SET balance = balance + 1")
                    try connection.killItself(configuration)
                }
            }
            #expect(error.kind == .commitOutcomeUnknown)
            #expect(error.hint?.contains("may have been committed") == true)

            let attempts = Tally()
            try await pool.withTransaction { connection in
                try connection.execute("UPDATE accounts SET balance = balance + 1")
                if attempts.raise() == 1 { try connection.killItself(configuration) }
            }
            #expect(attempts.value == 2)
            #expect(try await balances(pool) == [101, 101])
        }
    }
}

extension MySQLConnection {
    /// Has the server end this connection, and sees that it is gone.
    func killItself(_ configuration: MySQLConfiguration) throws {
        let id = try rows("SELECT CONNECTION_ID()")[0].uint(0)
        let killer = Session(configuration: configuration)
        try killer.connect()
        defer { killer.close() }
        try killer.run("KILL \(id)")
        while try !killer.rows("SELECT 1 FROM information_schema.processlist WHERE id = \(id)", []).isEmpty { continue }
    }
}
