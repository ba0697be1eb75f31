import Tabular
import TestRandom

/// One cell as a test compares it.
struct Cell: Equatable, CustomStringConvertible {
    var kind: CellKind
    var text: String

    static let empty = Cell(kind: .empty, text: "")
    static func text(_ text: String) -> Cell { Cell(kind: .text, text: text) }
    static func number(_ text: String) -> Cell { Cell(kind: .number, text: text) }
    static func boolean(_ value: Bool) -> Cell { Cell(kind: .boolean, text: value ? "TRUE" : "FALSE") }

    /// Bytes, since `String ==` takes é and é for the same.
    static func == (left: Cell, right: Cell) -> Bool {
        left.kind == right.kind && left.text.utf8.elementsEqual(right.text.utf8)
    }

    var description: String { "\(kind)(\(text.debugDescription))" }
}

extension RowBatch {
    var rows: [[Cell]] {
        (0..<rowCount).map { row in
            cells[cellRange(ofRow: row)].map { Cell(kind: $0.kind, text: text(of: $0)) }
        }
    }
}

/// Cuts `bytes` into chunks of random sizes.
func randomChunks(_ bytes: [UInt8], largest: Int, _ generator: inout SeededRandom) -> [[UInt8]] {
    var chunks: [[UInt8]] = []
    var start = 0
    while start < bytes.count {
        let end = min(bytes.count, start + Int.random(in: 1...largest, using: &generator))
        chunks.append(Array(bytes[start..<end]))
        start = end
    }
    return chunks
}

struct ScannedValues {
    var rows: [[Cell]] = []
    var rowNumbers: [Int] = []
    var summary: SheetsValuesSummary
}

/// Scans an answer that arrives in `chunks`, taking a batch after every one.
func scanValues(
    _ chunks: [[UInt8]], firstRowNumber: Int = 1, maximumRowBytes: Int = 8 << 20, batchBytes: Int = 0
) throws(ScanError) -> ScannedValues {
    var scanner = SheetsValuesScanner(firstRowNumber: firstRowNumber, maximumRowBytes: maximumRowBytes)
    var rows: [[Cell]] = []
    var rowNumbers: [Int] = []
    for chunk in chunks {
        try scanner.feed(chunk)
        while let batch = scanner.takeBatch(atLeast: batchBytes) {
            rows += batch.rows
            rowNumbers.append(batch.firstRowNumber)
        }
    }
    let summary = try scanner.finish()
    if let batch = scanner.takeBatch() {
        rows += batch.rows
        rowNumbers.append(batch.firstRowNumber)
    }
    return ScannedValues(rows: rows, rowNumbers: rowNumbers, summary: summary)
}

func scanValues(_ text: String) throws(ScanError) -> ScannedValues {
    try scanValues([Array(text.utf8)])
}

/// An answer whose `values` are `values`, as JSON.
func valuesBody(_ values: String) -> String {
    #"{"range":"Sheet1!A1:Z9","majorDimension":"ROWS","values":"# + values + "}"
}
