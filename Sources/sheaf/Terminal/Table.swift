/// Columns of text, aligned by how wide a terminal shows them: most Japanese characters take two cells.
struct Table {
    private var rows: [[String]] = []
    /// Columns that are aligned to the right, counted from 0.
    var rightAligned: Set<Int> = []

    mutating func add(_ cells: [String]) {
        rows.append(cells)
    }

    /// The lines, without trailing spaces.
    ///
    /// `styled` colours a cell after it has been padded.
    func lines(indent: Int = 0, styled: (_ row: Int, _ column: Int, _ text: String) -> String = { $2 }) -> [String] {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            rows.map { column < $0.count ? Self.width($0[column]) : 0 }.max() ?? 0
        }
        return rows.enumerated().map { number, row in
            var line = String(repeating: " ", count: indent)
            for (column, cell) in row.enumerated() {
                let padding = String(repeating: " ", count: widths[column] - Self.width(cell))
                let isLast = column == row.count - 1
                let text = styled(number, column, cell)
                line += rightAligned.contains(column) ? padding + text : isLast ? text : text + padding
                if !isLast { line += "  " }
            }
            return line
        }
    }

    /// How many cells of a terminal a text takes (Unicode Standard Annex #11, wide and full-width as two).
    static func width(_ text: String) -> Int {
        text.unicodeScalars.reduce(0) { $0 + width($1) }
    }

    private static func width(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.value {
        case 0..<0x300: 1
        case 0x300..<0x370, 0x200B...0x200F, 0xFE00...0xFE0F: 0
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
            0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F,
            0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            2
        default: 1
        }
    }
}
