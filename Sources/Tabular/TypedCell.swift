/// What one cell holds, or is to hold, as a value that no spreadsheet has to guess at.
///
/// Two are equal if they hold the same bytes or the same number: `1.50` and `1.5` are one number, が in one character and
/// in two are two texts.
package enum TypedCell: Sendable, Hashable {
    case empty
    case text(String)
    /// A number, as a decimal literal.
    case number(String)
    case boolean(Bool)

    package static func == (first: TypedCell, second: TypedCell) -> Bool {
        switch (first, second) {
        case (.empty, .empty): true
        case (.text(let first), .text(let second)): first.utf8.elementsEqual(second.utf8)
        case (.number(let first), .number(let second)): first == second || Double(first) == Double(second)
        case (.boolean(let first), .boolean(let second)): first == second
        default: false
        }
    }

    package func hash(into hasher: inout Hasher) {
        switch self {
        case .empty: hasher.combine(0)
        case .text(let text): for byte in text.utf8 { hasher.combine(byte) }
        case .number(let literal): hasher.combine(Double(literal))
        case .boolean(let flag): hasher.combine(flag)
        }
    }

    package var kind: CellKind {
        switch self {
        case .empty: .empty
        case .text: .text
        case .number: .number
        case .boolean: .boolean
        }
    }

    /// The text as a `RowBatch` holds it.
    package var text: String {
        switch self {
        case .empty: ""
        case .text(let text), .number(let text): text
        case .boolean(let flag): flag ? "TRUE" : "FALSE"
        }
    }
}

extension RowBatch {
    /// One row of its own.
    package init(row: Int, _ cells: [TypedCell]) {
        self.init(firstRowNumber: row)
        for cell in cells { appendCell(cell.kind, cell.text.utf8) }
        endRow()
    }

    /// The cells of row `index` (0-based within the batch), up to its last filled one.
    package func typedCells(ofRow index: Int) -> [TypedCell] {
        cells[cellRange(ofRow: index)].map { slot in
            if slot.start == slot.end { return .empty }
            switch slot.kind {
            case .empty: return .empty
            case .text: return .text(text(of: slot))
            case .number: return .number(text(of: slot))
            case .boolean: return .boolean(bytes[Int(slot.start)] == UInt8(ascii: "T"))
            }
        }
    }
}
