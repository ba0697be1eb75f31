/// A range of cells in one tab, in A1 notation: `'レシピ 分類'!A1:J200`.
///
/// Columns count from 0 and rows from 1; an absent bound is open (`A:C` has no rows, `A5:C` no last row).
package struct A1Range: Hashable, Sendable, CustomStringConvertible {
    package var title: String?
    package var firstColumn: Int?
    package var firstRow: Int?
    package var lastColumn: Int?
    package var lastRow: Int?

    package init(
        title: String? = nil, firstColumn: Int? = nil, firstRow: Int? = nil, lastColumn: Int? = nil,
        lastRow: Int? = nil
    ) {
        self.title = title
        self.firstColumn = firstColumn
        self.firstRow = firstRow
        self.lastColumn = lastColumn
        self.lastRow = lastRow
    }

    /// Reads a range with its tab, as Google writes it (`Sheet1!A1:B2`, `'It''s'!C3`); nil where it is none.
    ///
    /// A text with no `!` is the whole of the tab of that title only if it is quoted; otherwise it is cells.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        var cells = bytes[...]
        if bytes.first == UInt8(ascii: "'") {
            guard let (title, rest) = Self.quotedTitle(bytes) else { return nil }
            self.title = title
            cells = rest
        } else if let mark = bytes.lastIndex(of: UInt8(ascii: "!")) {
            title = String(decoding: bytes[..<mark], as: UTF8.self)
            cells = bytes[(mark + 1)...]
        }
        if cells.isEmpty { return }
        let parts = cells.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count <= 2, let first = Self.corner(parts[0]) else { return nil }
        (firstColumn, firstRow) = first
        (lastColumn, lastRow) = first
        guard parts.count == 2 else { return }
        guard let last = Self.corner(parts[1]) else { return nil }
        (lastColumn, lastRow) = last
    }

    /// The range as Google is asked for it; the title is always quoted, and quotes in it are doubled.
    package var description: String {
        var parts: [String] = []
        if firstColumn != nil || firstRow != nil { parts.append(Self.corner(firstColumn, firstRow)) }
        if lastColumn != nil || lastRow != nil { parts.append(Self.corner(lastColumn, lastRow)) }
        let cells = parts.joined(separator: ":")
        guard let title else { return cells }
        return cells.isEmpty ? Self.quoted(title) : "\(Self.quoted(title))!\(cells)"
    }

    /// A tab's title between single quotes, with those in it doubled.
    package static func quoted(_ title: String) -> String {
        var bytes: [UInt8] = [UInt8(ascii: "'")]
        for byte in title.utf8 {
            if byte == UInt8(ascii: "'") { bytes.append(byte) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "'"))
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The title at the front of `bytes` without its quotes, and what follows the `!`.
    private static func quotedTitle(_ bytes: [UInt8]) -> (String, ArraySlice<UInt8>)? {
        var title: [UInt8] = []
        var index = 1
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            guard byte == UInt8(ascii: "'") else {
                title.append(byte)
                continue
            }
            if index < bytes.count, bytes[index] == byte {
                title.append(byte)
                index += 1
                continue
            }
            let text = String(decoding: title, as: UTF8.self)
            if index == bytes.count { return (text, []) }
            guard bytes[index] == UInt8(ascii: "!") else { return nil }
            return (text, bytes[(index + 1)...])
        }
        return nil
    }

    private static func corner(_ column: Int?, _ row: Int?) -> String {
        (column.map(A1.column) ?? "") + (row.map(String.init) ?? "")
    }

    /// Letters, digits, or letters and digits: `C12`, `C`, `12`, with `$` signs where there are any.
    private static func corner(_ text: ArraySlice<UInt8>) -> (Int?, Int?)? {
        var column = 0
        var row = 0
        var sawRow = false
        for byte in text where byte != UInt8(ascii: "$") {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z") where !sawRow && column < 1 << 40:
                column = column * 26 + Int(byte - 64)
            case UInt8(ascii: "0")...UInt8(ascii: "9") where row < 1 << 40:
                sawRow = true
                row = row * 10 + Int(byte - 48)
            default: return nil
            }
        }
        guard column > 0 || sawRow, !sawRow || row > 0 else { return nil }
        return (column > 0 ? column - 1 : nil, sawRow ? row : nil)
    }
}
