internal import CMySQL

/// Rows of a result, each value as the server writes it in text.
package struct TextRows: Sendable {
    /// The bytes of all values, one after the other, row by row.
    package fileprivate(set) var bytes: [UInt8] = []
    /// How many bytes each value has; negative for NULL.
    package fileprivate(set) var lengths: [Int] = []
    package fileprivate(set) var rowCount = 0
}

extension Session {
    /// Prepares a statement and says what columns it would give; none if it gives no rows.
    ///
    /// What is prepared is one statement, whatever the text holds: the server takes no second.
    func describe(_ sql: String) throws(MySQLError) -> [ColumnDescription] {
        try withHandle { handle throws(MySQLError) in
            let statement = try Statement(sql, on: handle)
            guard statement.parameterCount == 0 else {
                throw MySQLError(.syntax, "the statement has markers (?) for parameters, and there are none")
            }
            guard let metadata = mysql_stmt_result_metadata(statement.handle) else {
                guard mysql_stmt_errno(statement.handle) == 0 else { throw statement.error }
                return []
            }
            defer { mysql_free_result(metadata) }
            return Self.columns(metadata)
        }
    }

    /// Runs a statement as text, and gives its rows in pieces, without holding more than one.
    ///
    /// - Parameters:
    ///   - sql: one statement; the server refuses more.
    ///   - pieceSize: so many bytes make a piece, if a row is not larger.
    ///   - begin: is given the columns, before any row.
    ///   - body: is given each piece. It may block; when it throws, the statement is killed.
    /// - Throws: `MySQLError`, or what a closure throws.
    func forEachPiece(
        ofText sql: String, pieceSize: Int, begin: ([ColumnDescription]) throws -> Void,
        _ body: (TextRows) throws -> Void
    ) throws {
        // What a closure throws travels as a value, so that the plumbing keeps its one type of error.
        let failure: (any Error)? = try withHandle { handle throws(MySQLError) in
            guard mysql_real_query(handle, sql, CUnsignedLong(sql.utf8.count)) == 0 else {
                throw MySQLError(connection: handle)
            }
            guard mysql_field_count(handle) > 0 else {
                throw MySQLError(.typeMismatch, "the statement returns no rows")
            }
            guard let result = mysql_use_result(handle) else { throw MySQLError(connection: handle) }
            // This reads away what is left, which may be much: a statement that is given up is killed first.
            defer { mysql_free_result(result) }
            do {
                try begin(Self.columns(result))
            } catch {
                interruption.cancel()
                return error
            }
            return try read(result, handle, pieceSize, body)
        }
        if let failure { throw failure }
    }

    private func read(
        _ result: UnsafeMutablePointer<MYSQL_RES>, _ handle: UnsafeMutablePointer<MYSQL>, _ pieceSize: Int,
        _ body: (TextRows) throws -> Void
    ) throws(MySQLError) -> (any Error)? {
        let count = Int(mysql_num_fields(result))
        var piece = TextRows()
        while let row = mysql_fetch_row(result) {
            guard let lengths = mysql_fetch_lengths(result) else { break }
            piece.append(row, lengths, count)
            guard piece.bytes.count + 8 * piece.lengths.count >= pieceSize else { continue }
            if interruption.isCancelled { throw MySQLError(.cancelled, "the task was cancelled") }
            do {
                try body(piece)
            } catch {
                interruption.cancel()
                return error
            }
            piece = TextRows()
        }
        guard mysql_errno(handle) == 0 else { throw MySQLError(connection: handle) }
        guard piece.rowCount > 0 else { return nil }
        do { try body(piece) } catch { return error }
        return nil
    }

    private static func columns(_ result: UnsafeMutablePointer<MYSQL_RES>) -> [ColumnDescription] {
        UnsafeBufferPointer(start: mysql_fetch_fields(result), count: Int(mysql_num_fields(result)))
            .map { ColumnDescription($0) }
    }
}

extension TextRows {
    fileprivate mutating func append(
        _ row: MYSQL_ROW, _ lengths: UnsafeMutablePointer<CUnsignedLong>, _ count: Int
    ) {
        for index in 0..<count {
            guard let value = row[index] else {
                self.lengths.append(-1)
                continue
            }
            let length = Int(lengths[index])
            self.lengths.append(length)
            bytes.append(contentsOf: UnsafeRawBufferPointer(start: value, count: length))
        }
        rowCount += 1
    }
}

extension MySQLConnection {
    /// Prepares a statement without running it, and says which columns it would give; none if it gives no rows.
    ///
    /// - Throws: `MySQLError`, also of kind `syntax` for more than one statement, or one with parameters.
    package func describe(_ sql: String) throws(MySQLError) -> [ColumnDescription] {
        try session.describe(sql)
    }

    /// Runs a statement and gives its rows in pieces, each value as the server writes it in text, at constant memory.
    ///
    /// - Parameters:
    ///   - sql: one statement.
    ///   - pieceSize: so many bytes make a piece, if a row is not larger.
    ///   - begin: is given the columns, before any row.
    ///   - body: is given each piece. It may block this connection's thread; when it throws, the statement is killed and
    ///     the connection is of no more use.
    /// - Throws: `MySQLError`, or what a closure throws.
    package func forEachPiece(
        ofText sql: String, pieceSize: Int, begin: ([ColumnDescription]) throws -> Void,
        _ body: (TextRows) throws -> Void
    ) throws {
        try session.forEachPiece(ofText: sql, pieceSize: pieceSize, begin: begin, body)
    }

    /// Begins a transaction in which the server refuses whatever writes.
    ///
    /// - Parameter seconds: after so many the server ends a statement by itself, where it can.
    /// - Throws: `MySQLError`.
    package func beginReading(limitingStatementsTo seconds: Int) throws(MySQLError) {
        // The name differs, and so does the unit.
        let limit = isMariaDB ? "max_statement_time = \(seconds)" : "max_execution_time = \(seconds * 1_000)"
        try session.run("SET SESSION \(limit)")
        try session.run("START TRANSACTION READ ONLY")
    }

    /// What the server says that this user may do, a line for each grant.
    package func grants() throws(MySQLError) -> [String] {
        try session.rows("SHOW GRANTS", []).map { row throws(MySQLError) in try row.text(0) }
    }
}
