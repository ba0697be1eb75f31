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
    var arena: ByteArena
    var scratch = TextScratch()
    var rows: [ValidatedRow] = []
    var errors: [CellError] = []
    var failures: [CellFailure] = []
    var tuples: [Range<Int>] = []
    /// For each column, where its value stands in the arena, for the row at hand.
    var values: [Range<Int>]
    var outcomes: [CellOutcome]
    /// For each column, how often each alias of its field was typed; empty until one is.
    var aliasCounts: [[Int]]

    init(capacity: Int, columnCount: Int) {
        arena = ByteArena(capacity: capacity)
        values = Array(repeating: 0..<0, count: columnCount)
        outcomes = Array(repeating: .blank, count: columnCount)
        aliasCounts = Array(repeating: [], count: columnCount)
    }

    /// Counts the aliases that were typed in a cell.
    mutating func countAliases(of column: Int, _ aliasCount: Int) {
        if aliasCounts[column].isEmpty { aliasCounts[column] = Array(repeating: 0, count: aliasCount) }
        for alias in scratch.aliasesSeen { aliasCounts[column][alias] += 1 }
        scratch.aliasesSeen.removeAll(keepingCapacity: true)
    }
}
