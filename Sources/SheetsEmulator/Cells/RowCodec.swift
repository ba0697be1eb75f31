/// How a row stands in memory: its cells one after the other, without trailing blanks.
///
/// A cell is one tag byte; text, numbers and formulas follow with a length (7 bits a byte, low bits first)
/// and UTF-8. A million rows of ten short cells take about what their JSON takes.
enum RowCodec {
    static let empty: UInt8 = 0
    /// Text that JSON can take as it is.
    static let plainText: UInt8 = 1
    /// Text in which JSON must escape something.
    static let escapedText: UInt8 = 2
    static let no: UInt8 = 3
    static let yes: UInt8 = 4
    /// The formula as a plain text cell, followed by the cell it computes; the length covers both.
    static let formula: UInt8 = 5
    /// Numbers: 16 plus the `NumberFormat`; the payload is the literal.
    static let number: UInt8 = 16

    static func encode(_ cells: [CellValue]) -> [UInt8] {
        var out: [UInt8] = []
        var filled = 0
        for cell in cells {
            append(cell, to: &out)
            if !cell.isEmpty { filled = out.count }
        }
        out.removeLast(out.count - filled)
        return out
    }

    static func append(_ cell: CellValue, to out: inout [UInt8]) {
        switch cell {
        case .empty: out.append(empty)
        case .boolean(let value): out.append(value ? yes : no)
        case .text(let text): appendText(text.utf8, to: &out)
        case .number(let literal, let format):
            appendPayload(tag: number + format.rawValue, literal.utf8, to: &out)
        case .formula(let text, let value):
            var inner: [UInt8] = []
            appendText(text.utf8, to: &inner)
            append(value, to: &inner)
            appendPayload(tag: formula, inner, to: &out)
        }
    }

    static func appendText(_ utf8: some Collection<UInt8>, to out: inout [UInt8]) {
        let tag = utf8.contains(where: JSONWriter.needsEscape) ? escapedText : plainText
        appendPayload(tag: tag, utf8, to: &out)
    }

    private static func appendPayload(tag: UInt8, _ payload: some Collection<UInt8>, to out: inout [UInt8]) {
        out.append(tag)
        var length = payload.count
        while length >= 0x80 {
            out.append(UInt8(length & 0x7F) | 0x80)
            length >>= 7
        }
        out.append(UInt8(length))
        out.append(contentsOf: payload)
    }

    /// How many cells a row has.
    static func count(_ row: ArraySlice<UInt8>) -> Int {
        var (count, position) = (0, row.startIndex)
        while position < row.endIndex {
            position = RawCell(in: row, at: position).end
            count += 1
        }
        return count
    }

    static func decode(_ row: ArraySlice<UInt8>) -> [CellValue] {
        var cells: [CellValue] = []
        var position = row.startIndex
        while position < row.endIndex {
            let raw = RawCell(in: row, at: position)
            cells.append(raw.value(in: row))
            position = raw.end
        }
        return cells
    }
}

/// One encoded cell: its tag, and where its payload stands.
struct RawCell {
    let tag: UInt8
    let payload: Range<Int>

    var end: Int { payload.upperBound }
    var isEmpty: Bool { tag == RowCodec.empty }

    init(in row: ArraySlice<UInt8>, at start: Int) {
        tag = row[start]
        var position = start + 1
        guard tag != RowCodec.empty, tag != RowCodec.yes, tag != RowCodec.no else {
            payload = position..<position
            return
        }
        var length = 0
        var shift = 0
        while row[position] & 0x80 != 0 {
            length |= Int(row[position] & 0x7F) << shift
            shift += 7
            position += 1
        }
        length |= Int(row[position]) << shift
        payload = position + 1..<position + 1 + length
    }

    func value(in row: ArraySlice<UInt8>) -> CellValue {
        switch tag {
        case RowCodec.empty: return .empty
        case RowCodec.yes: return .boolean(true)
        case RowCodec.no: return .boolean(false)
        case RowCodec.plainText, RowCodec.escapedText: return .text(text(in: row))
        case RowCodec.formula:
            let inner = row[payload]
            let formula = RawCell(in: inner, at: inner.startIndex)
            let computed = RawCell(in: inner, at: formula.end)
            return .formula(formula.text(in: inner), computed.value(in: inner))
        default:
            return .number(
                literal: text(in: row), format: NumberFormat(rawValue: tag - RowCodec.number) ?? .automatic)
        }
    }

    private func text(in row: ArraySlice<UInt8>) -> String {
        String(decoding: row[payload], as: UTF8.self)
    }
}
