internal import MySQL

/// The rows of a table that is not Sheaf's own.
package struct ForeignTable: Sendable {
    package var columns: [String] = []
    /// One text for each column; `nil` for NULL.
    package var rows: [[String?]] = []
}

extension LabelStore {
    /// Reads some columns of a table, so that labels a team already has can be adopted.
    ///
    /// All of it is held in memory.
    ///
    /// - Parameters:
    ///   - name: `table` or `database.table`.
    ///   - wanted: the columns to read, by name; others are left alone.
    /// - Returns: the wanted columns that there are, every value as the text that a person would type in a sheet.
    /// - Throws: `MySQLError` if there is no such table or it cannot be read; `StoreError.notAllowed` if a wanted column
    ///   holds bytes and not text.
    package func foreignTable(_ name: String, columns wanted: Set<String>) async throws -> ForeignTable {
        let quoted = name.split(separator: ".", omittingEmptySubsequences: false)
            .map { Self.quoted(String($0)) }.joined(separator: ".")
        return try await pool.withConnection { connection in
            var table = ForeignTable()
            var expressions: [String] = []
            for row in try connection.rows("SHOW COLUMNS FROM \(quoted)") {
                let column = try row.text("Field")
                guard wanted.contains(column) else { continue }
                table.columns.append(column)
                expressions.append(try Self.asText(column, type: try row.text("Type"), of: name))
            }
            if expressions.isEmpty { return table }
            try connection.forEachRow("SELECT \(expressions.joined(separator: ", ")) FROM \(quoted)") { row in
                table.rows.append((0..<row.columnCount).map { row.isNull($0) ? nil : row.text($0) })
            }
            return table
        }
    }

    private static func quoted(_ name: String) -> String { "`" + name.replacing("`", with: "``") + "`" }

    /// An expression that gives a column as text, by its declared type.
    private static func asText(_ column: String, type: String, of table: String) throws -> String {
        let name = quoted(column)
        let text = { (value: String) in "CAST(\(value) AS CHAR CHARACTER SET utf8mb4)" }
        switch type.lowercased().prefix(while: \.isLetter) {
        // As a schema writes dates with times, fractions of seconds included.
        case "datetime", "timestamp": return "REPLACE(\(text(name)), ' ', 'T')"
        case "bit": return text("\(name) + 0")
        case "tinyblob", "blob", "mediumblob", "longblob", "binary", "varbinary", "point", "geometry", "linestring",
            "polygon", "multipoint", "multilinestring", "multipolygon", "geometrycollection":
            throw StoreError(
                .notAllowed, "The column \(column) of \(table) is of type \(type), which holds bytes and no text.",
                hint: "Make a view that gives it as text, and adopt that.")
        default: return text(name)
        }
    }
}
