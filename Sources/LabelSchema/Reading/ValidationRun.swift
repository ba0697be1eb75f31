import Tabular

/// One row of a batch, as bytes.
struct RowCells {
    let bytes: UnsafeBufferPointer<UInt8>
    let slots: UnsafeBufferPointer<CellSlot>
    let rowNumber: Int

    @inline(__always)
    func text(of slot: CellSlot) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: bytes[Int(slot.start)..<Int(slot.end)])
    }
}

/// What is being built while a batch is validated.
struct ValidationRun: ~Copyable {
    var arena = ByteArena(capacity: 0)
    var scratch = TextScratch()
    var rows: [ValidatedRow] = []
    var errors: [CellError] = []
    var failures: [CellFailure] = []
    var tuples: [Range<Int>] = []
    /// For each column, where its value stands in the arena, for the row at hand.
    let values: UnsafeMutableBufferPointer<Range<Int>>
    let outcomes: UnsafeMutableBufferPointer<CellOutcome>
    /// For each column, how often each alias of its field was typed; empty until one is.
    var aliasCounts: [[Int]]

    init(columnCount: Int) {
        values = .allocate(capacity: columnCount)
        values.initialize(repeating: 0..<0)
        outcomes = .allocate(capacity: columnCount)
        outcomes.initialize(repeating: .blank)
        aliasCounts = Array(repeating: [], count: columnCount)
    }

    deinit {
        values.deallocate()
        outcomes.deallocate()
    }

    /// Whether a row has errors that are not only warnings, of which the first may stand at a place.
    func hasErrors(from first: Int) -> Bool {
        first < errors.count && errors[first...].contains { $0.severity == .error }
    }

    mutating func dropErrors(from first: Int) {
        if first < errors.count { errors.removeLast(errors.count - first) }
    }

    /// Counts the aliases that were typed in a cell.
    mutating func countAliases(of column: Int, _ aliasCount: Int) {
        if aliasCounts[column].isEmpty { aliasCounts[column] = Array(repeating: 0, count: aliasCount) }
        for alias in scratch.aliasesSeen { aliasCounts[column][alias] += 1 }
        scratch.aliasesSeen.removeAll(keepingCapacity: true)
    }
}
