/// One row of a small result, held in memory.
package struct ResultRow: Sendable {
    /// The names of the columns, as the statement gives them.
    package let columnNames: [String]
    /// The values, in the order of the columns.
    package let values: [MySQLValue]

    /// How many columns the row has.
    package var count: Int { values.count }

    /// The value of a column by its place.
    package subscript(_ index: Int) -> MySQLValue { values[index] }

    /// The value of a column by its name.
    ///
    /// The statement must have such a column.
    package subscript(_ name: String) -> MySQLValue {
        guard let index = columnNames.firstIndex(of: name) else {
            preconditionFailure("the result has no column '\(name)'")
        }
        return values[index]
    }

    /// A signed integer.
    package func int(_ index: Int) throws(MySQLError) -> Int64 { try needed(index, optionalInt(index)) }
    /// A signed integer.
    package func int(_ name: String) throws(MySQLError) -> Int64 { try int(place(name)) }
    /// A signed integer, or nil for NULL.
    package func optionalInt(_ name: String) throws(MySQLError) -> Int64? { try optionalInt(place(name)) }

    /// A signed integer, or nil for NULL.
    ///
    /// A DECIMAL without a fraction is one too, as SUM gives it.
    package func optionalInt(_ index: Int) throws(MySQLError) -> Int64? {
        let number: Int64? =
            switch values[index] {
            case .null: nil
            case .int(let number): number
            case .uint(let number): Int64(exactly: number)
            case .text(let text): Int64(text)
            case .double, .bytes: nil
            }
        guard number != nil || values[index].isNull else { throw mismatch(index, "integer") }
        return number
    }

    /// An integer that is not negative.
    package func uint(_ index: Int) throws(MySQLError) -> UInt64 {
        let number: UInt64? =
            switch values[index] {
            case .int(let number): UInt64(exactly: number)
            case .uint(let number): number
            case .text(let text): UInt64(text)
            case .null, .double, .bytes: nil
            }
        guard let number else { throw mismatch(index, "unsigned integer") }
        return number
    }

    /// An integer that is not negative.
    package func uint(_ name: String) throws(MySQLError) -> UInt64 { try uint(place(name)) }

    /// A double; integers and DECIMALs are read as one too.
    package func double(_ index: Int) throws(MySQLError) -> Double {
        let number: Double? =
            switch values[index] {
            case .double(let number): number
            case .int(let number): Double(number)
            case .uint(let number): Double(number)
            case .text(let text): Double(text)
            case .null, .bytes: nil
            }
        guard let number else { throw mismatch(index, "double") }
        return number
    }

    /// A double; integers and DECIMALs are read as one too.
    package func double(_ name: String) throws(MySQLError) -> Double { try double(place(name)) }

    /// A text.
    package func text(_ index: Int) throws(MySQLError) -> String { try needed(index, optionalText(index)) }
    /// A text.
    package func text(_ name: String) throws(MySQLError) -> String { try text(place(name)) }
    /// A text, or nil for NULL.
    package func optionalText(_ name: String) throws(MySQLError) -> String? { try optionalText(place(name)) }

    /// A text, or nil for NULL.
    package func optionalText(_ index: Int) throws(MySQLError) -> String? {
        switch values[index] {
        case .null: return nil
        case .text(let text): return text
        case .int, .uint, .double, .bytes: throw mismatch(index, "text")
        }
    }

    /// Bytes; the UTF-8 of a text too.
    package func bytes(_ index: Int) throws(MySQLError) -> [UInt8] { try needed(index, optionalBytes(index)) }
    /// Bytes; the UTF-8 of a text too.
    package func bytes(_ name: String) throws(MySQLError) -> [UInt8] { try bytes(place(name)) }
    /// Bytes, or nil for NULL; the UTF-8 of a text too.
    package func optionalBytes(_ name: String) throws(MySQLError) -> [UInt8]? { try optionalBytes(place(name)) }

    /// Bytes, or nil for NULL; the UTF-8 of a text too.
    package func optionalBytes(_ index: Int) throws(MySQLError) -> [UInt8]? {
        switch values[index] {
        case .null: return nil
        case .text(let text): return [UInt8](text.utf8)
        case .bytes(let bytes): return bytes
        case .int, .uint, .double: throw mismatch(index, "bytes")
        }
    }

    private func place(_ name: String) throws(MySQLError) -> Int {
        guard let index = columnNames.firstIndex(of: name) else {
            throw MySQLError(.typeMismatch, "the result has no column '\(name)'")
        }
        return index
    }

    private func needed<T>(_ index: Int, _ value: T?) throws(MySQLError) -> T {
        guard let value else {
            throw MySQLError(.typeMismatch, "column '\(columnNames[index])' holds NULL, and a value was asked for")
        }
        return value
    }

    private func mismatch(_ index: Int, _ wanted: String) -> MySQLError {
        MySQLError(
            .typeMismatch,
            "column '\(columnNames[index])' holds \(values[index].typeName), and \(wanted) was asked for")
    }
}

/// What a statement did.
package struct ExecutionSummary: Sendable, Hashable {
    /// Rows that were changed: an UPDATE that finds a row as it should be does not count it.
    package let affectedRows: UInt64
    /// The first AUTO_INCREMENT value given out, or what LAST_INSERT_ID(expression) was told; 0 if neither.
    package let lastInsertID: UInt64
}
