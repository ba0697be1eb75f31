/// `files.export` of a spreadsheet's first tab.
enum DriveExport {
    /// The types that this emulator makes, of the many that Google does.
    static let types = ["text/csv", "text/tab-separated-values"]
    static let maximumBytes = 10_000_000

    /// The whole export; nil for a type that is not made here.
    static func bytes(_ file: Spreadsheet, as type: String) -> [UInt8]? {
        guard types.contains(type) else { return nil }
        guard let grid = file.tabs.first?.grid else { return [] }
        let columns = 0..<grid.columnCount
        guard let last = grid.lastFilledRow(0..<grid.rowCount, columns: columns) else { return [] }
        let rows = grid.encodedRows(0..<last + 1).enumerated().map { row, encoded in
            RowCodec.decode(encoded).enumerated().map { $1.displayText(grid.extras[row, $0]) }
        }
        let width = rows.map { row in row.lastIndex { !$0.isEmpty }.map { $0 + 1 } ?? 0 }.max() ?? 0
        var out: [UInt8] = []
        for (index, row) in rows.enumerated() {
            if index > 0 { out.append(contentsOf: [0x0D, 0x0A]) }
            for column in 0..<width {
                if column > 0 { out.append(UInt8(ascii: type == "text/csv" ? "," : "\t")) }
                let text = column < row.count ? row[column] : ""
                out.append(contentsOf: (type == "text/csv" ? quoted(text) : flat(text)).utf8)
            }
        }
        return out
    }

    private static func quoted(_ text: String) -> String {
        guard text.utf8.contains(where: { [0x0A, 0x0D, 0x22, 0x2C].contains($0) }) else { return text }
        return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    /// Tabs and line breaks become spaces: a file of this type cannot quote them.
    private static func flat(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { "\t\r\n".unicodeScalars.contains($0) ? " " : $0 }))
    }
}
