import MySQL

/// The labels of a database, in memory, to be inserted again by a client that does nothing else.
struct BareInsert: Sendable {
    private static let table = "sheaf_bench_insert"
    private static let columns = [
        "dataset_id", "key_hash", "valid_from", "row_hash", "label", "sheet_id", "sheet_row", "annotator", "run_id",
        "home_sheet_id",
    ]

    /// The labels in key order, in as many parts as there are connections.
    private let parts: [BulkRows]
    private let connections: [MySQLConnection]

    var rows: Int { parts.reduce(0) { $0 + $1.count } }

    /// Connects, reads the labels and makes an empty table of the same layout.
    ///
    /// - Throws: `MySQLError`.
    init(_ configuration: MySQLConfiguration, connections count: Int) async throws {
        var connections: [MySQLConnection] = []
        for _ in 0..<count { connections.append(try await .connect(configuration)) }
        self.connections = connections
        parts = try await connections[0].run { connection in
            try connection.execute("DROP TABLE IF EXISTS \(Self.table)")
            try connection.execute("CREATE TABLE \(Self.table) LIKE sheaf_labels")
            return try Self.labels(connection, parts: count)
        }
    }

    /// Inserts all rows into the empty table, each connection its own part of the keys.
    func insert() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (part, connection) in zip(parts, connections) {
                group.addTask {
                    try await connection.run { connection in
                        _ = try connection.insert(into: Self.table, columns: Self.columns, rows: part)
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// Empties the table.
    func clear() async throws {
        try await connections[0].run { connection in _ = try connection.execute("TRUNCATE TABLE \(Self.table)") }
    }

    /// Drops the table and closes the connections.
    func end() async throws {
        try await connections[0].run { connection in _ = try connection.execute("DROP TABLE \(Self.table)") }
        for connection in connections { await connection.close() }
    }

    private static func labels(_ connection: isolated MySQLConnection, parts count: Int) throws -> [BulkRows] {
        let total = Int(try connection.rows("SELECT COUNT(*) AS n FROM sheaf_labels").first?.int("n") ?? 0)
        var parts = Array(repeating: BulkRows(columnCount: columns.count), count: count)
        var number = 0
        let names = columns.joined(separator: ", ")
        try connection.forEachRow("SELECT \(names) FROM sheaf_labels ORDER BY dataset_id, key_hash") { row in
            append(row, to: &parts[number * count / max(1, total)])
            number += 1
        }
        return parts
    }

    private static func append(_ row: borrowing RowView, to rows: inout BulkRows) {
        rows.append(uint: row.uint(0))
        row.withBytes(1) { rows.append(bytes: $0) }
        rows.append(uint: row.uint(2))
        row.withBytes(3) { rows.append(bytes: $0) }
        row.withBytes(4) { rows.append(text: $0) }
        for column in [5, 6] { appendNumber(row, column, to: &rows) }
        if row.isNull(7) { rows.appendNull() } else { row.withBytes(7) { rows.append(text: $0) } }
        for column in [8, 9] { appendNumber(row, column, to: &rows) }
    }

    private static func appendNumber(_ row: borrowing RowView, _ column: Int, to rows: inout BulkRows) {
        if row.isNull(column) { rows.appendNull() } else { rows.append(uint: row.uint(column)) }
    }
}
