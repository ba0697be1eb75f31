internal import LabelSchema
internal import LabelStore
internal import Logging
internal import SheetSource
internal import Tabular

/// How long a write that fails for the moment is tried.
package struct RestorePatience: Sendable {
    package var attempts = 10
    package var firstPause: Duration = .milliseconds(500)
    package var longestPause: Duration = .seconds(64)

    package init() {}

    /// A pause with jitter, twice as long at most after each failure.
    func pause(after attempt: Int) async throws {
        var ceiling = firstPause
        for _ in 1..<max(1, attempt) where ceiling < longestPause { ceiling = ceiling * 2 }
        try await Task.sleep(for: min(ceiling, longestPause) * Double.random(in: 0.5...1))
    }
}

/// Writes planned cells, a batch at a time, and proves each.
///
/// A batch is looked at right before it is written: header, keys and cells. What is not as the plan saw it is not written.
/// The write answers with header, keys and cells as they stood right after, in the same call; so it is known whether each
/// value stands under its key. A row that moved in the instant between the look and the write shows by its key: what was
/// overwritten there is put back, and the row is looked for anew.
struct RestoreWriting {
    /// What became of a cell.
    enum Outcome: Equatable {
        case open
        case written
        case skipped(String)
    }

    private let writer: any SheetWriter
    private let fields: RestoreFields
    private let patience: RestorePatience
    private let fileIDs: [String?]
    let logger: Logger
    /// Called before each batch; throws if the lease is lost.
    private let beforeBatch: (_ done: Int, _ total: Int) async throws -> Void

    var cells: [PlannedCell]
    var outcomes: [Outcome]
    /// Where the sheets' columns and keys are; of a sheet that is read again, as it was then.
    var sheets: [ScannedSheet?]
    /// Cells whose row was not where it had been.
    var moved: [Int] = []
    /// What was overwritten and could not be put back: the cell, and the key that stands there.
    var overwritten: [(cell: PlannedCell, key: [UInt8]?)] = []
    /// Sheets that cannot be written, by their places.
    private(set) var failures: [Int: SheetError] = [:]
    /// How often the rows that moved were looked for anew.
    var round = 1
    /// How many of `cells` were planned; those behind them put back what was overwritten.
    let plannedCount: Int

    private static let cellsPerBatch = 300
    private static let rowsPerBatch = 100

    init(
        _ plan: RestorePlan, _ definition: DatasetDefinition, writer: any SheetWriter, fields: RestoreFields,
        patience: RestorePatience, logger: Logger,
        beforeBatch: @escaping (_ done: Int, _ total: Int) async throws -> Void
    ) {
        self.writer = writer
        self.fields = fields
        self.patience = patience
        self.logger = logger
        self.beforeBatch = beforeBatch
        fileIDs = definition.sheets.map(\.fileID)
        cells = plan.cells
        outcomes = plan.cells.map { _ in .open }
        sheets = plan.sheets
        plannedCount = plan.cells.count
    }

    /// Writes what is open.
    mutating func writeAll() async throws {
        moved = []
        let open = outcomes.indices.filter { outcomes[$0] == .open }
        let bySheet = Dictionary(grouping: open) { cells[$0].sheet }
        for (sheet, indices) in bySheet.sorted(by: { $0.key < $1.key }) {
            for batch in batches(indices) {
                let done = outcomes[..<plannedCount].count { $0 != .open }
                try await beforeBatch(done, plannedCount)
                if let failure = failures[sheet] {
                    skip(batch, failure.description)
                } else {
                    try await write(batch, of: sheet)
                }
            }
        }
    }

    private func batches(_ indices: [Int]) -> [[Int]] {
        let sorted = indices.sorted { (cells[$0].row, cells[$0].column) < (cells[$1].row, cells[$1].column) }
        var batches: [[Int]] = []
        var rows: Set<Int> = []
        for index in sorted {
            let isFull = batches.last.map { $0.count >= Self.cellsPerBatch } ?? true
            if isFull || (rows.count >= Self.rowsPerBatch && !rows.contains(cells[index].row)) {
                batches.append([])
                rows = []
            }
            batches[batches.count - 1].append(index)
            rows.insert(cells[index].row)
        }
        return batches
    }

    mutating func skip(_ batch: [Int], _ reason: String) {
        for index in batch where outcomes[index] == .open { outcomes[index] = .skipped(reason) }
    }

    // MARK: - One batch

    mutating func write(_ batch: [Int], of sheet: Int) async throws {
        guard let scanned = sheets[sheet] else { return skip(batch, "its sheet could not be read") }
        var open = batch
        var attempt = 0
        var lostAnswer: SeenCells?
        while !open.isEmpty {
            attempt += 1
            guard let look = try await look(open, of: sheet, scanned) else { return }
            open = judge(open, look, scanned, lostAnswer)
            if open.isEmpty { return }
            switch await result(of: open, scanned) {
            case .success(let seen):
                settle(open, before: look, after: seen, scanned)
                return try await putBack(of: sheet)
            case .failure(let failure):
                lostAnswer = failure.mayBeDone ? look : nil
                guard try await mayTryAgain(open, of: sheet, failure.cause, attempt) else { return }
            }
        }
    }

    /// What the sheet says right after the write.
    private func result(of open: [Int], _ scanned: ScannedSheet) async -> Result<SeenCells, WriteFailure> {
        let values = Dictionary(open.map { (cells[$0].place, cells[$0].after) }, uniquingKeysWith: { $1 })
        do throws(WriteFailure) {
            return .success(
                try await writer.write(values, thenLookAt: areas(open, scanned), in: scanned.identity))
        } catch {
            return .failure(error)
        }
    }

    /// The cells of a batch as they stand now; nil if they cannot be seen, and why is noted.
    private mutating func look(_ open: [Int], of sheet: Int, _ scanned: ScannedSheet) async throws -> SeenCells? {
        do throws(SheetError) {
            return try await seen(open, scanned)
        } catch {
            switch error.code {
            case .cancelled: throw CancellationError()
            // The grid is not as large as it was: rows were deleted.
            case .requestRefused: moved += open
            default: fail(sheet, error, open)
            }
            return nil
        }
    }

    private func seen(_ open: [Int], _ scanned: ScannedSheet) async throws(SheetError) -> SeenCells {
        if let wide = wideAreas(open, scanned) {
            do throws(SheetError) {
                return try await writer.look(at: wide, in: scanned.identity)
            } catch {
                // Long texts make a long answer: then the rows concerned have to do.
                if error.code != .malformedAnswer { throw error }
            }
        }
        return try await writer.look(at: areas(open, scanned), in: scanned.identity)
    }

    /// Decides what follows a write that failed.
    private mutating func mayTryAgain(
        _ open: [Int], of sheet: Int, _ error: SheetError, _ attempt: Int
    ) async throws -> Bool {
        switch error.code {
        case .cancelled: throw CancellationError()
        case .protectedCells, .requestRefused:
            // A refusal may be of one cell of them; but first it may be that the tab has changed.
            if error.code == .requestRefused, round == 1 {
                moved += open
            } else if open.count > 1 {
                try await write(Array(open[..<(open.count / 2)]), of: sheet)
                try await write(Array(open[(open.count / 2)...]), of: sheet)
            } else {
                skip(open, "\(error.detail); \(error.hint)")
            }
            return false
        default:
            guard error.retryable, attempt < patience.attempts else {
                fail(sheet, error, open)
                return false
            }
            logger.info("writing again", metadata: ["attempt": "\(attempt)", "reason": "\(error.code.rawValue)"])
            try await patience.pause(after: attempt)
            return true
        }
    }

    /// A sheet that cannot be written takes those of the same spreadsheet along.
    private mutating func fail(_ sheet: Int, _ error: SheetError, _ open: [Int]) {
        for other in fileIDs.indices where other == sheet || fileIDs[other] == fileIDs[sheet] {
            if failures[other] == nil { failures[other] = error }
        }
        skip(open, error.description)
    }

    // MARK: - What is seen

    /// Sorts out what is as the plan saw it; whatever is not is settled.
    private mutating func judge(
        _ open: [Int], _ look: SeenCells, _ scanned: ScannedSheet, _ lostAnswer: SeenCells?
    ) -> [Int] {
        let hasHeader = hasHeader(look, open, scanned)
        return open.filter { index in
            let cell = cells[index]
            let present = look[cell.place]
            guard hasHeader, key(cell.row, look, scanned) == cell.keyJSON else {
                // A write whose answer was lost may have been carried out on the row that stands here now.
                if let lostAnswer, present == cell.after { stray(index, lostAnswer, look, scanned) }
                moved.append(index)
                return false
            }
            if look.formulas.contains(cell.place) {
                outcomes[index] = .skipped("a formula stands there")
            } else if says(cell, present) {
                outcomes[index] = .written
            } else if present != cell.before {
                outcomes[index] = .skipped("somebody typed something else there meanwhile")
            } else {
                return true
            }
            return false
        }
    }

    /// Looks at what stands in the sheet right after a write.
    private mutating func settle(
        _ open: [Int], before: SeenCells, after: SeenCells, _ scanned: ScannedSheet
    ) {
        let hasHeader = hasHeader(after, open, scanned)
        for index in open {
            let cell = cells[index]
            if hasHeader, key(cell.row, after, scanned) == cell.keyJSON {
                outcomes[index] =
                    says(cell, after[cell.place])
                    ? .written : .skipped("it was written, and says something else right after")
            } else {
                stray(index, before, after, scanned)
                moved.append(index)
            }
        }
    }

    func says(_ cell: PlannedCell, _ present: TypedCell) -> Bool {
        guard let meaning = cell.meaning, let typing = fields.typing(cell.field) else { return present == cell.after }
        return typing.read(present) == meaning
    }
}
