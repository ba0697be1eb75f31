internal import LabelDiff
internal import LabelSchema
internal import Logging
internal import SheetSource

/// Gives labels whose row is gone a new one at the end of their sheet, each once.
///
/// Before rows are put in, every sheet is read: what is there by then, from an attempt whose answer was lost or from
/// somebody's hand, is not put in again. Afterwards it is read once more, as the proof.
struct RestoreRows {
    private let planner: RestorePlanner
    private let writer: any SheetWriter
    private let patience: RestorePatience
    private let logger: Logger
    let rows: [PlannedRow]
    private(set) var outcomes: [RestoreWriting.Outcome]
    private(set) var failures: [Int: SheetError] = [:]

    private static let rowsPerCall = 100

    init(
        _ rows: [PlannedRow], planner: RestorePlanner, writer: any SheetWriter, patience: RestorePatience,
        logger: Logger
    ) {
        self.rows = rows
        self.planner = planner
        self.writer = writer
        self.patience = patience
        self.logger = logger
        outcomes = rows.map { _ in .open }
    }

    /// Puts in what is open, sheet by sheet.
    ///
    /// - Parameters:
    ///   - failures: sheets that could not be written before, by their places.
    ///   - beforeBatch: called before each batch; what it throws ends the work.
    /// - Throws: what reading throws; `CancellationError`.
    mutating func appendAll(
        failures: [Int: SheetError], beforeBatch: () async throws -> Void
    ) async throws {
        if rows.isEmpty { return }
        let (sheets, unread) = try await planner.scan(Array(planner.definition.sheets.indices))
        guard unread.isEmpty else { return skip(Array(rows.indices), "a sheet could not be read") }
        let present = Set(sheets.compactMap { $0 }.flatMap(\.places).map(\.key))
        for index in rows.indices where present.contains(rows[index].key) {
            outcomes[index] = .skipped("somebody has put a row with this key in meanwhile")
        }
        let bySheet = Dictionary(grouping: rows.indices.filter { outcomes[$0] == .open }) { rows[$0].sheet }
        for (sheet, indices) in bySheet.sorted(by: { $0.key < $1.key }) {
            if let failure = failures[sheet] {
                skip(indices, failure.description)
                continue
            }
            for start in stride(from: 0, to: indices.count, by: Self.rowsPerCall) {
                try await beforeBatch()
                let chunk = Array(indices[start..<min(start + Self.rowsPerCall, indices.count)])
                try await append(chunk, to: sheet, beforeBatch)
            }
        }
    }

    private mutating func append(
        _ chunk: [Int], to sheet: Int, _ beforeBatch: () async throws -> Void
    ) async throws {
        for attempt in 1...max(1, patience.attempts) {
            let open = chunk.filter { outcomes[$0] == .open }
            guard !open.isEmpty, let identity = try await check(open, in: sheet) else { return }
            let missing = open.filter { outcomes[$0] == .open }
            if missing.isEmpty { return }
            do throws(WriteFailure) {
                try await writer.append(missing.map { rows[$0].cells }, to: identity)
            } catch {
                if error.cause.code == .cancelled { throw CancellationError() }
                guard error.cause.retryable || error.mayBeDone else {
                    return try await refuse(missing, in: sheet, error)
                }
                logger.info("writing again", metadata: ["attempt": "\(attempt)"])
                try await patience.pause(after: attempt)
            }
            try await beforeBatch()
        }
        let open = chunk.filter { outcomes[$0] == .open }
        if !open.isEmpty, try await check(open, in: sheet) != nil {
            skip(open, "the sheet could not be written for some minutes")
        }
    }

    /// Notes that a sheet takes no rows, unless they are there: of what was sent twice beneath us the second is refused.
    private mutating func refuse(_ missing: [Int], in sheet: Int, _ error: WriteFailure) async throws {
        _ = try await check(missing, in: sheet)
        guard missing.contains(where: { outcomes[$0] == .open }) else { return }
        failures[sheet] = error.cause
        skip(missing, error.cause.description)
    }

    /// Reads a sheet, and notes the rows that stand in it.
    private mutating func check(_ open: [Int], in sheet: Int) async throws -> SheetIdentity? {
        let (sheets, _) = try await planner.scan([sheet])
        guard let scanned = sheets[sheet] else {
            skip(open, "its sheet could not be read any more")
            return nil
        }
        var count: [KeyHash: Int] = [:]
        for place in scanned.places { count[place.key, default: 0] += 1 }
        for index in open {
            switch count[rows[index].key, default: 0] {
            case 0: continue
            case 1: outcomes[index] = .written
            default: outcomes[index] = .skipped("somebody has put in a row with the same key")
            }
        }
        return scanned.identity
    }

    private mutating func skip(_ indices: [Int], _ reason: String) {
        for index in indices where outcomes[index] == .open { outcomes[index] = .skipped(reason) }
    }
}
