import MySQL

/// What some work cost the database server, by its own counters.
struct ServerCost: Codable, Sendable {
    /// Statements that clients had it execute.
    var statements = 0
    var bytesToServer = 0
    var bytesFromServer = 0
    /// Rows, or entries of a key, that it read, and rows that it wrote.
    var rowsRead = 0
    var rowsWritten = 0

    static func - (left: ServerCost, right: ServerCost) -> ServerCost {
        ServerCost(
            statements: left.statements - right.statements, bytesToServer: left.bytesToServer - right.bytesToServer,
            bytesFromServer: left.bytesFromServer - right.bytesFromServer, rowsRead: left.rowsRead - right.rowsRead,
            rowsWritten: left.rowsWritten - right.rowsWritten)
    }
}

/// The counters of a private server, which nobody uses but what is measured.
struct ServerCounters: Sendable {
    private let connection: MySQLConnection
    /// What looking at the counters costs.
    private let own: ServerCost

    private static let read = [
        "Handler_read_first", "Handler_read_key", "Handler_read_last", "Handler_read_next", "Handler_read_prev",
        "Handler_read_rnd", "Handler_read_rnd_next",
    ]
    private static let written = ["Handler_write", "Handler_update", "Handler_delete"]

    /// Connects, and finds out what looking costs.
    ///
    /// - Throws: `MySQLError`.
    init(_ configuration: MySQLConfiguration) async throws {
        connection = try await .connect(configuration)
        _ = try await Self.snapshot(connection)
        let first = try await Self.snapshot(connection)
        own = try await Self.snapshot(connection) - first
    }

    /// Runs a body, and tells what it cost the server.
    func measuring<R>(_ body: () async throws -> R) async throws -> (R, ServerCost) {
        let before = try await Self.snapshot(connection)
        let result = try await body()
        let after = try await Self.snapshot(connection)
        return (result, after - before - own)
    }

    func close() async { await connection.close() }

    private static func snapshot(_ connection: MySQLConnection) async throws -> ServerCost {
        let names = (["Questions", "Bytes_received", "Bytes_sent"] + read + written).map { "'\($0)'" }
        let list = names.joined(separator: ", ")
        return try await connection.run { connection in
            var values: [String: Int] = [:]
            for row in try connection.rows("SHOW GLOBAL STATUS WHERE Variable_name IN (\(list))") {
                values[try row.text(0)] = Int(try row.text(1)) ?? 0
            }
            func sum(_ names: [String]) -> Int { names.reduce(0) { $0 + (values[$1] ?? 0) } }
            return ServerCost(
                statements: sum(["Questions"]), bytesToServer: sum(["Bytes_received"]),
                bytesFromServer: sum(["Bytes_sent"]), rowsRead: sum(read), rowsWritten: sum(written))
        }
    }
}
