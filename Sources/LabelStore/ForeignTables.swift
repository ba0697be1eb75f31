internal import MySQL

/// The rows of a table that is not Sheaf's own.
package struct ForeignTable: Sendable {
    package var columns: [String] = []
    /// One text for each column; `nil` for NULL.
    package var rows: [[String?]] = []
}

extension LabelStore {
    /// Reads a table of the same database, so that labels a team already has can be adopted.
    ///
    /// Held in memory whole.
    ///
    /// - Parameter name: `table` or `database.table`.
    /// - Returns: the names of its columns, and its rows with every value as text.
    /// - Throws: `MySQLError` if there is no such table or it cannot be read.
    package func foreignTable(_ name: String) async throws -> ForeignTable {
        let quoted = name.split(separator: ".", omittingEmptySubsequences: false)
            .map { "`" + $0.replacing("`", with: "``") + "`" }.joined(separator: ".")
        return try await pool.withConnection { connection in
            var table = ForeignTable()
            for row in try connection.rows("SHOW COLUMNS FROM \(quoted)") {
                table.columns.append(try row.text("Field"))
            }
            // Every value as the text that a person would see in a sheet.
            let columns = table.columns.map { "CAST(`\($0.replacing("`", with: "``"))` AS CHAR CHARACTER SET utf8mb4)" }
            try connection.forEachRow("SELECT \(columns.joined(separator: ", ")) FROM \(quoted)") { row in
                table.rows.append((0..<columns.count).map { row.isNull($0) ? nil : row.text($0) })
            }
            return table
        }
    }
}
