import Synchronization
import TestSupport
import Testing

@testable import MySQL

@Suite struct StreamingTests {
    @Test func streamsManyRowsWithoutHoldingThem() async throws {
        let configuration = try TestDatabase.serverConfiguration()
        let connection = try await MySQLConnection.connect(configuration)
        // 200,000 rows of 1,000 bytes: more than the sockets' buffers, or the server's, could hide.
        let sql = selectNumbers("n, REPEAT('x', 1000)", digits: 6) + " WHERE n < 200000"
        let (count, sum, commands) = try await connection.run { connection in
            let id = try connection.rows("SELECT CONNECTION_ID()")[0].uint(0)
            let observer = Session(configuration: configuration)
            try observer.connect()
            defer { observer.close() }
            var count = 0
            var sum: Int64 = 0
            var commands: [String] = []
            try connection.forEachRow(sql) { row in
                count += 1
                sum += row.int(0)
                let isWhole = row.withBytes(1) { $0.count == 1_000 && $0.first == UInt8(ascii: "x") }
                guard isWhole else { throw MySQLError(.typeMismatch, "a row came in part") }
                guard count == 1 || count == 100_000 else { return }
                let state = try observer.rows("SELECT command FROM information_schema.processlist WHERE id = \(id)", [])
                commands.append(try state[0].text(0))
            }
            return (count, sum, commands)
        }
        #expect(count == 200_000)
        #expect(sum == 199_999 * 200_000 / 2)
        // The server is still at it: what has not been read has not been sent.
        #expect(commands.count == 2 && !commands.contains("Sleep"), "\(commands)")
        await connection.close()
    }

    @Test func readsAwayWhatABodyLeaves() async throws {
        struct Enough: Error {}
        let connection = try await MySQLConnection.connect(TestDatabase.serverConfiguration())
        for limit in [1, 1_023, 1_024, 5_000] {
            let seen = Tally()
            await #expect(throws: Enough.self) {
                try await connection.run { connection in
                    try connection.forEachRow(selectNumbers("n", digits: 4)) { _ in
                        if seen.raise() == limit { throw Enough() }
                    }
                }
            }
            #expect(seen.value == limit)
            let next = try await connection.rows("SELECT 1")
            #expect(next.count == 1)
        }
        await connection.close()
    }

    @Test func growsForALongValueAmongShortOnes() async throws {
        let connection = try await MySQLConnection.connect(TestDatabase.serverConfiguration())
        let sql = selectNumbers("n, REPEAT('あ', IF(n = 57, 100000, n))", digits: 2) + " ORDER BY n"
        let lengths = try await connection.run { connection in
            var lengths: [Int] = []
            try connection.forEachRow(sql) { row in lengths.append(row.text(1).unicodeScalars.count) }
            return lengths
        }
        #expect(lengths == (0..<100).map { $0 == 57 ? 100_000 : $0 })
        await connection.close()
    }

    @Test func saysWhatToDoAboutAStatementInsideARow() async throws {
        let connection = try await MySQLConnection.connect(TestDatabase.serverConfiguration())
        let error = try await failure {
            try await connection.run { connection in
                try connection.forEachRow(selectNumbers("n", digits: 3)) { _ in try connection.execute("DO 1") }
            }
        }
        #expect(error.hint?.contains("forEachRow") == true, "\(error)")
        #expect(try await connection.rows("SELECT 1").count == 1)
        await connection.close()
    }
}
