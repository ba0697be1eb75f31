internal import Tabular

/// One sheet on its way from Google to its consumer.
///
/// It belongs to the one task that reads it.
final class TabRead {
    let request: SheetRequest
    private let port: ConsumerPort
    /// How it ended; nil while it has not.
    private(set) var result: Result<SheetReading, SheetError>?
    /// What is read of the tab, as it was last looked up.
    private(set) var area: SheetArea?
    /// How many rows are asked for at once; nil where one answer is to bring them all.
    private(set) var windowRows: Int?
    /// Whether what has come so far is not of one moment.
    private(set) var hasChanged = false
    private var bytes = 0
    private var rowsTaken = 0
    /// The next row to hand over.
    private var nextRow = 1
    /// Whether the last window has come in whole.
    private(set) var isComplete = false
    /// The last row that came, in a read by windows.
    private var lastRow: KeptRow?
    /// Whether the next row to come is the one that came last, once more.
    private var expectsJoint = false
    /// The window that came without any value and is asked for once more.
    private var doubted: ClosedRange<Int>?

    /// So many blank rows are handed over in one batch at most.
    private static let blankRows = 1 << 16

    init(_ request: SheetRequest) {
        self.request = request
        port = ConsumerPort(request.consumer)
    }

    /// Whether rows that come now are wanted.
    var isTaking: Bool { result == nil && !hasChanged }

    // MARK: Where it is, and how it ends

    /// Looks the tab up, and settles how it is read.
    func locate(in facts: SpreadsheetFacts, maximumCells: Int) {
        hasChanged = false
        do throws(SheetError) {
            let area = try facts.area(request.sheet)
            self.area = area
            if area.cellCount > maximumCells {
                windowRows = max(2, min(windowRows ?? .max, maximumCells / area.columns.count))
            }
        } catch {
            fail(error)
        }
    }

    /// Whether the tab is still where and as large as it was.
    func check(against facts: SpreadsheetFacts) {
        let now: SheetArea?
        do throws(SheetError) { now = try facts.area(request.sheet) } catch { now = nil }
        if now != area { hasChanged = true }
    }

    /// Asks for half as many rows at once from now on; false where that is fewer than `minimumCells`.
    func halve(minimumCells: Int) -> Bool {
        guard let area else { return false }
        let rows = min(windowRows ?? area.rows.count, area.rows.count)
        let half = (rows + 1) / 2
        guard half < rows, half >= 2, half * area.columns.count >= minimumCells else { return false }
        windowRows = half
        return true
    }

    func fail(_ error: SheetError) {
        result = .failure(error)
    }

    /// The version is the same after as before: what came is complete.
    func succeed(version: String) {
        guard let area else { return }
        result = .success(
            SheetReading(
                identity: area.identity, fileVersionBefore: version, fileVersionAfter: version, bytes: bytes,
                rowsRead: rowsTaken, oneAnswer: windowRows == nil))
    }

    // MARK: What comes in

    /// Begins, perhaps again: what came before is void.
    func begin() async {
        bytes = 0
        rowsTaken = 0
        lastRow = nil
        isComplete = false
        doubted = nil
        nextRow = area?.rows.lowerBound ?? 1
        guard let area else { return }
        await offer { port throws(SheetError) in try await port.begin(area.identity) }
    }

    /// The next rows to ask for, beginning with the one that came last.
    ///
    /// It may be asked for again, when the answer has broken off.
    func beginWindow() -> ClosedRange<Int>? {
        guard let area, let windowRows else { return nil }
        expectsJoint = lastRow != nil
        let first = lastRow?.number ?? area.rows.lowerBound
        return first...min(first + windowRows - 1, area.rows.upperBound)
    }

    func count(bytes: Int) {
        self.bytes += bytes
    }

    /// Takes the next rows in.
    func take(_ batch: RowBatch) async {
        guard isTaking, let area, batch.rowCount > 0 else { return }
        var batch = batch
        if expectsJoint, let lastRow {
            guard lastRow.equals(row: 0, of: batch) else {
                hasChanged = true
                return
            }
            expectsJoint = false
            batch = batch.part(1..<batch.rowCount)
            guard batch.rowCount > 0 else { return }
        }
        if windowRows != nil { lastRow = KeptRow(row: batch.rowCount - 1, of: batch) }
        let rows = batch
        await offer { port throws(SheetError) in
            // Blank rows at the end of a window are not sent, and are rows all the same once others follow.
            while nextRow < rows.firstRowNumber {
                let next = min(nextRow + Self.blankRows, rows.firstRowNumber)
                rowsTaken += try await port.receive(.blank(nextRow..<next), fromRow: area.headerRow)
                nextRow = next
            }
            rowsTaken += try await port.receive(rows, fromRow: area.headerRow)
            nextRow += rows.rowCount
        }
    }

    /// Takes note that an answer ended as it should.
    func finish(_ summary: SheetsValuesSummary, _ window: ClosedRange<Int>?) throws(SheetError) {
        guard isTaking, let area else { return }
        guard try area.isCovered(by: summary, window) else {
            hasChanged = true
            return
        }
        guard let window else { return }
        if expectsJoint, summary.rowCount == 0, lastRow?.isBlank == true, doubted != window {
            // Blank rows after a blank one: nothing tells them from values that were lost on the way but to look again.
            doubted = window
            return
        }
        isComplete = window.upperBound == area.rows.upperBound
        if expectsJoint, lastRow?.isBlank == false { hasChanged = true }
        if lastRow.map({ $0.number < window.upperBound }) ?? true { lastRow = KeptRow(blank: window.upperBound) }
    }

    /// Hands something to the consumer, whose own error ends this sheet and no other.
    private func offer(_ body: (ConsumerPort) async throws(SheetError) -> Void) async {
        do throws(SheetError) { try await body(port) } catch { fail(error) }
    }
}

/// One row, kept to be compared with the same row of another answer.
struct KeptRow: Equatable {
    let number: Int
    private let kinds: [CellKind]
    private let texts: [[UInt8]]

    init(row: Int, of batch: RowBatch) {
        number = batch.firstRowNumber + row
        let cells = batch.cells[batch.cellRange(ofRow: row)]
        kinds = cells.map(\.kind)
        texts = cells.map { Array(batch.bytes[Int($0.start)..<Int($0.end)]) }
    }

    init(blank number: Int) {
        self.number = number
        kinds = []
        texts = []
    }

    var isBlank: Bool { kinds.isEmpty }

    /// Whether the row has the same number and, cell by cell, the same bytes.
    func equals(row: Int, of batch: RowBatch) -> Bool {
        self == KeptRow(row: row, of: batch)
    }
}
