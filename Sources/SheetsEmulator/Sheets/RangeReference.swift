import Tabular

/// A range in A1 notation as a request writes it: perhaps a tab's title, perhaps bounds.
struct RangeReference: Equatable {
    var title: String?
    /// 0-based bounds with inclusive ends; nil where the notation leaves one open.
    var startColumn: Int?
    var startRow: Int?
    var endColumn: Int?
    var endRow: Int?
    /// Whether it names one cell (`B3`), at which a write may begin without saying where it ends.
    var isSingleCell = false

    /// Whether it names a tab and no cells of it.
    var isWholeTab: Bool { startColumn == nil && startRow == nil && endColumn == nil && endRow == nil }

    init?(_ text: String) {
        guard !text.isEmpty else { return nil }
        if text.hasPrefix("'") {
            guard let (title, rest) = Self.quotedTitle(text) else { return nil }
            self.title = title
            guard !rest.isEmpty else { return }
            guard rest.first == "!", readBounds(rest.dropFirst()) else { return nil }
        } else if let mark = text.lastIndex(of: "!") {
            title = String(text[..<mark])
            guard mark > text.startIndex, readBounds(text[text.index(after: mark)...]) else { return nil }
        } else if !readBounds(text[...]) {
            title = text
        }
    }

    private static func quotedTitle(_ text: String) -> (String, Substring)? {
        var title = ""
        var rest = text.dropFirst()
        while let quote = rest.firstIndex(of: "'") {
            title += rest[..<quote]
            rest = rest[rest.index(after: quote)...]
            guard rest.first == "'" else { return (title, rest) }
            title += "'"
            rest = rest.dropFirst()
        }
        return nil
    }

    private mutating func readBounds(_ text: Substring) -> Bool {
        let corners = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (1...2).contains(corners.count), let first = Corner(corners[0]) else { return false }
        guard corners.count == 2 else {
            guard let column = first.column, let row = first.row else { return false }
            (startColumn, endColumn, startRow, endRow, isSingleCell) = (column, column, row, row, true)
            return true
        }
        guard let last = Corner(corners[1]) else { return false }
        (startColumn, endColumn) = Self.ordered(first.column, last.column)
        (startRow, endRow) = Self.ordered(first.row, last.row)
        return true
    }

    private static func ordered(_ first: Int?, _ last: Int?) -> (Int?, Int?) {
        guard let first, let last, first > last else { return (first, last) }
        return (last, first)
    }

    private struct Corner {
        var column: Int?
        var row: Int?

        init?(_ text: Substring) {
            var rest = text
            if rest.first == "$" { rest = rest.dropFirst() }
            let letters = rest.prefix { $0.isASCII && $0.isLetter }
            rest = rest.dropFirst(letters.count)
            if rest.first == "$" { rest = rest.dropFirst() }
            guard letters.count <= 3, rest.count <= 8, rest.allSatisfy({ $0.isASCII && $0.isNumber }),
                !letters.isEmpty || !rest.isEmpty
            else { return nil }
            if !letters.isEmpty {
                column = letters.uppercased().utf8.reduce(0) { $0 * 26 + Int($1) - 64 } - 1
            }
            if !rest.isEmpty {
                guard let number = Int(rest), number > 0 else { return nil }
                row = number - 1
            }
        }
    }
}

/// A rectangle of cells: 0-based, half-open.
struct CellRange: Equatable, Sendable {
    var rows: Range<Int>
    var columns: Range<Int>

    /// The range as answers write it: with the title, quoted where it must be.
    func notation(title: String) -> String {
        let first = A1.cell(column: columns.lowerBound, row: rows.lowerBound + 1)
        let last = A1.cell(column: max(columns.upperBound, 1) - 1, row: max(rows.upperBound, 1))
        return Self.quoted(title) + "!" + (first == last ? first : "\(first):\(last)")
    }

    /// A title stands bare only if it is an ASCII word that could not be taken for a cell.
    static func quoted(_ title: String) -> String {
        let isWord = title.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"): true
            default: false
            }
        }
        let startsWithDigit = title.utf8.first.map { 0x30...0x39 ~= $0 } ?? true
        if isWord && !startsWithDigit && RangeReference(title)?.title == title { return title }
        return "'" + title.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
    }
}
