package import MySQL

/// Writes rows in one format.
///
/// Values are the server's own texts; nothing is read as a number and written again.
package struct RowEncoder: Sendable {
    private let columns: [UnloadColumn]
    private let format: UnloadFormat
    /// Whether the client turns dates into its own.
    private let castsDates: Bool
    /// For NDJSON: each column's `"name":`.
    private let labels: [[UInt8]]

    /// Python's csv module refuses longer fields, in characters.
    package static let longestField = 131_072

    /// An encoder.
    ///
    /// - Parameters:
    ///   - columns: of the result.
    ///   - format: what it is to look like.
    ///   - castsDates: whether the client asked for types: then a date that is none (0000-00-00) is refused.
    /// - Throws: `UnloadProblem`, for NDJSON with two columns of one name.
    package init(columns: [UnloadColumn], format: UnloadFormat, castsDates: Bool) throws(UnloadProblem) {
        (self.columns, self.format, self.castsDates) = (columns, format, castsDates)
        if format == .ndjson {
            var names: Set<String> = []
            for column in columns where !names.insert(column.name).inserted {
                throw UnloadProblem(
                    .unsuitableValue,
                    "Two columns are called \(UnloadProblem.shown(column.name)), and an object has each name once.",
                    hint: "Give one of them another name with AS.")
            }
        }
        labels = columns.map { column in
            var label: [UInt8] = []
            JSONEscapes.append(column.name.utf8.span, to: &label)
            return label + [UInt8(ascii: ":")]
        }
    }

    /// What stands at the beginning of each file.
    package var header: [UInt8] {
        guard format == .csv else { return [] }
        var line: [UInt8] = []
        for (index, column) in columns.enumerated() {
            if index > 0 { line.append(UInt8(ascii: ",")) }
            CSVQuotes.append(column.name.utf8.span, to: &line)
        }
        return line + [UInt8(ascii: "\n")]
    }

    /// Writes rows.
    ///
    /// - Parameter rows: as the server gave them.
    /// - Returns: their lines.
    /// - Throws: `UnloadProblem` of code `unsuitableValue` that names the column.
    package func encode(_ rows: TextRows) throws(UnloadProblem) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(rows.bytes.count + rows.bytes.count / 8 + rows.lengths.count * 3 + 64)
        var offset = 0
        var column = 0
        let bytes = rows.bytes.span
        for length in rows.lengths {
            begin(column, &output)
            if length < 0 {
                appendNull(&output)
            } else {
                try append(bytes.extracting(offset..<offset + length), columns[column], &output)
                offset += length
            }
            column += 1
            if column == columns.count {
                end(&output)
                column = 0
            }
        }
        return output
    }

    private func begin(_ column: Int, _ output: inout [UInt8]) {
        switch format {
        case .queuery, .csv: if column > 0 { output.append(UInt8(ascii: ",")) }
        case .ndjson:
            output.append(column > 0 ? UInt8(ascii: ",") : UInt8(ascii: "{"))
            output.append(contentsOf: labels[column])
        }
    }

    private func end(_ output: inout [UInt8]) {
        if format == .ndjson { output.append(UInt8(ascii: "}")) }
        output.append(UInt8(ascii: "\n"))
    }

    private func appendNull(_ output: inout [UInt8]) {
        switch format {
        case .queuery: output.append(contentsOf: [UInt8(ascii: "\""), UInt8(ascii: "\"")])
        // A lone NULL gives an empty line, which RFC 4180 takes for one empty field.
        case .csv: break
        case .ndjson: output.append(contentsOf: Self.null)
        }
    }

    private static let null = Array("null".utf8)

    private func append(
        _ value: Span<UInt8>, _ column: UnloadColumn, _ output: inout [UInt8]
    ) throws(UnloadProblem) {
        switch column.writing {
        case .number:
            format == .ndjson ? appendNumber(value, &output) : appendPlain(value, &output)
        case .date:
            if castsDates, Self.isNoDate(value) {
                throw problem(column, "a date that no calendar has, such as 0000-00-00")
            }
            appendPlain(value, &output)
        case .text: try appendText(value, column, &output)
        case .hex: appendHex(value, &output)
        case .bits:
            var number: UInt64 = 0
            for index in value.indices { number = number << 8 | UInt64(value[index]) }
            appendUnquotedIfJSON("\(number)", &output)
        case .boolean:
            guard value.count == 1, value[0] == UInt8(ascii: "0") || value[0] == UInt8(ascii: "1") else {
                throw problem(column, "a number other than 0 and 1, and TINYINT(1) is read as a boolean here")
            }
            let isTrue = value[0] == UInt8(ascii: "1")
            appendUnquotedIfJSON(format == .ndjson ? "\(isTrue)" : isTrue ? "t" : "f", &output)
        }
    }

    private func problem(_ column: UnloadColumn, _ what: String, hint: String = "") -> UnloadProblem {
        UnloadProblem(.unsuitableValue, "Column \(UnloadProblem.shown(column.name)) holds \(what).", hint: hint)
    }

    /// What needs no escapes.
    private func appendPlain(_ value: Span<UInt8>, _ output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        output.append(span: value)
        output.append(UInt8(ascii: "\""))
    }

    private func appendUnquotedIfJSON(_ text: String, _ output: inout [UInt8]) {
        if format != .ndjson { output.append(UInt8(ascii: "\"")) }
        output.append(contentsOf: text.utf8)
        if format != .ndjson { output.append(UInt8(ascii: "\"")) }
    }

    /// A number as JSON has it: without zeros in front, which ZEROFILL gives.
    private func appendNumber(_ value: Span<UInt8>, _ output: inout [UInt8]) {
        var start = 0
        if value.count > 1, value[0] == UInt8(ascii: "-") {
            output.append(value[0])
            start = 1
        }
        while start + 1 < value.count, value[start] == UInt8(ascii: "0"), value[start + 1] != UInt8(ascii: "."),
            value[start + 1] | 32 != UInt8(ascii: "e")
        {
            start += 1
        }
        output.append(span: value.extracting(start..<value.count))
    }

    private func appendHex(_ value: Span<UInt8>, _ output: inout [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        output.append(UInt8(ascii: "\""))
        for index in value.indices {
            output.append(digits[Int(value[index] >> 4)])
            output.append(digits[Int(value[index] & 15)])
        }
        output.append(UInt8(ascii: "\""))
    }

    /// Whether a date has a zero for its year, month or day.
    private static func isNoDate(_ value: Span<UInt8>) -> Bool {
        guard value.count >= 10 else { return true }
        let zero = UInt8(ascii: "0")
        let hasYear = (0..<4).contains { value[$0] != zero }
        return !hasYear || (value[5] == zero && value[6] == zero) || (value[8] == zero && value[9] == zero)
    }

    private func appendText(
        _ value: Span<UInt8>, _ column: UnloadColumn, _ output: inout [UInt8]
    ) throws(UnloadProblem) {
        guard let characters = UTF8Check.characterCount(value) else {
            throw problem(
                column, "text that is not UTF-8", hint: "Select HEX(…) of it, or CONVERT(… USING utf8mb4).")
        }
        switch format {
        case .ndjson: JSONEscapes.append(value, to: &output)
        case .csv: CSVQuotes.append(value, to: &output)
        case .queuery:
            guard characters <= Self.longestField else {
                throw problem(
                    column, "a text of \(characters) characters, and clients refuse more than \(Self.longestField)",
                    hint: "Select a part of it, or send format=ndjson.")
            }
            guard Backslashes.append(value, to: &output) else {
                throw problem(
                    column, "a NUL character, which clients refuse", hint: "Use REPLACE, or send format=ndjson.")
            }
        }
    }
}
