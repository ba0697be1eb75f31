/// What stood around the values of an answer.
package struct SheetsValuesSummary: Sendable, Equatable {
    /// The range that was read, as the answer names it: `'レシピ 分類'!A1:J200`.
    package let range: String
    /// The spreadsheet, where the answer names it (`batchGet` does).
    package let spreadsheetId: String?
    /// Whether there was a `values` member; a wholly empty range has none.
    package let hadValues: Bool
    /// The rows in the answer.
    package let rowCount: Int

    package init(range: String, spreadsheetId: String?, hadValues: Bool, rowCount: Int) {
        self.range = range
        self.spreadsheetId = spreadsheetId
        self.hadValues = hadValues
        self.rowCount = rowCount
    }
}

/// Where a value range begins in its tab.
package struct SheetsValuesOrigin: Sendable, Equatable {
    /// The sheet row of the range's first row, 1 for the top one.
    package var row: Int
    /// Its first column, 0 for `A`; rows get so many empty cells in front, so that columns are those of the sheet.
    package var column: Int

    package init(row: Int = 1, column: Int = 0) {
        self.row = row
        self.column = column
    }
}

/// Some rows, and which of the value ranges that were asked for they belong to.
package struct SheetsValuesRows: Sendable {
    /// The range's place in the request, from 0.
    package let range: Int
    package let batch: RowBatch
}

/// Reads the rows out of a Google Sheets `values.get` or `values.batchGet` answer while it arrives.
///
/// Bytes are fed in chunks of any size. They are kept in one window, in which the cells are found where they stand;
/// `takeBatch` gives the window away as a `RowBatch` and keeps its unfinished tail, so nothing is copied for each
/// cell and memory is bounded by what is fed between two batches.
///
/// It is strict: RFC 8259 to the letter, UTF-8 validated, surrogates paired, as many value ranges as were asked for and
/// no other number. Only `finish` proves that the answer was whole, so rows taken before it are provisional.
///
/// ```swift
/// var scanner = SheetsValuesScanner(firstRowNumber: 1)
/// for try await chunk in body {
///     try scanner.feed(chunk)
///     if let batch = scanner.takeBatch(atLeast: 256 << 10) { try await consumer.receive(batch) }
/// }
/// let summary = try scanner.finish()
/// if let batch = scanner.takeBatch() { try await consumer.receive(batch) }
/// ```
package struct SheetsValuesScanner: ~Copyable {
    /// The bytes not yet given away, followed by `JSONLexer.padding` zeros.
    private var window: [UInt8]
    private var parser: SheetsValuesParser
    /// The sheet row of the next row to be given away, for each range.
    private var nextRowNumbers: [Int]
    /// The range that the next row to be given away belongs to.
    private var nextRange = 0
    /// Rows that share a window with those of a range before them, and have not been taken yet.
    private var ready: [SheetsValuesRows] = []
    /// How large the unfinished tail must be before it is worth another look: a token that arrives in tiny pieces
    /// is looked at again each time it has doubled, so the work stays linear.
    private var patience = 0
    private let maximumRowBytes: Int

    /// Makes a scanner for an answer whose first row is sheet row `firstRowNumber`.
    ///
    /// - Parameters:
    ///   - firstRowNumber: the sheet row of the first row in the answer, 1 for the top one.
    ///   - maximumRowBytes: how many bytes of JSON one row may take, 8 MiB unless told.
    package init(firstRowNumber: Int, maximumRowBytes: Int = 8 << 20) {
        self.init(ranges: [SheetsValuesOrigin(row: firstRowNumber)], maximumRowBytes: maximumRowBytes)
    }

    /// Makes a scanner for a `batchGet` answer of several ranges.
    ///
    /// - Parameters:
    ///   - ranges: where each of them begins, in the order of the request; at least one.
    ///   - maximumRowBytes: how many bytes of JSON one row may take, 8 MiB unless told.
    package init(ranges: [SheetsValuesOrigin], maximumRowBytes: Int = 8 << 20) {
        window = [UInt8](repeating: 0, count: JSONLexer.padding)
        parser = SheetsValuesParser(origins: ranges, maximumRowBytes: maximumRowBytes)
        nextRowNumbers = ranges.map(\.row)
        self.maximumRowBytes = maximumRowBytes
    }

    /// How many bytes of the answer each range that has ended took, with what stood before it.
    package var bytesOfRanges: [Int] {
        let ends = parser.ranges.prefix(parser.closedRanges).map(\.end)
        return zip(ends, [0] + ends).map { $0 - $1 }
    }

    /// Takes in the next bytes of the answer.
    package mutating func feed(_ chunk: [UInt8]) throws(ScanError) {
        let room = window.count + chunk.count
        guard room < Int(UInt32.max) else {
            throw ScanError(.windowFull, at: .byte(parser.bytesBefore + parser.position))
        }
        window.removeLast(JSONLexer.padding)
        window.append(contentsOf: chunk)
        try scanWhenWorthwhile()
    }

    /// Takes in the next bytes of the answer.
    package mutating func feed(_ chunk: UnsafeRawBufferPointer) throws(ScanError) {
        let room = window.count + chunk.count
        guard room < Int(UInt32.max) else {
            throw ScanError(.windowFull, at: .byte(parser.bytesBefore + parser.position))
        }
        window.removeLast(JSONLexer.padding)
        window.append(contentsOf: chunk)
        try scanWhenWorthwhile()
    }

    /// The complete rows scanned since the last batch, if they take at least so many bytes; nil where there are none.
    ///
    /// For an answer of one range; see `takeRows(atLeast:)` for several.
    package mutating func takeBatch(atLeast bytes: Int = 0) -> RowBatch? {
        takeRows(atLeast: bytes)?.batch
    }

    /// The next complete rows of one range, if what was scanned takes at least so many bytes; nil where there are none.
    ///
    /// Where one range ends and another begins there is more than one batch to take.
    package mutating func takeRows(atLeast bytes: Int = 0) -> SheetsValuesRows? {
        if !ready.isEmpty { return ready.removeFirst() }
        guard !parser.rowEnds.isEmpty, parser.settledEnd >= bytes else { return nil }
        let tail = parser.settledEnd
        var next: [UInt8] = []
        next.reserveCapacity(window.count - tail + min(window.count, 1 << 20))
        next.append(contentsOf: window[tail...])
        // The ranges that end in this window, and the one under way.
        var ends = parser.rangeRowEnds
        if (ends.last ?? 0) < parser.rowEnds.count { ends.append(parser.rowEnds.count) }
        let first = nextRange
        nextRange = parser.closedRanges
        var batch = RowBatch(firstRowNumber: 0)
        swap(&batch.bytes, &window)
        swap(&window, &next)
        parser.giveRows(to: &batch)
        return share(batch, ends, first)
    }

    /// Numbers the rows of a window and parts them by their ranges; returns the first part, and keeps the others.
    private mutating func share(_ batch: RowBatch, _ ends: [Int], _ first: Int) -> SheetsValuesRows? {
        var start = 0
        for (range, end) in zip(first..., ends) where end > start {
            var part = start == 0 && end == batch.rowCount ? batch : batch.part(start..<end)
            part.firstRowNumber = nextRowNumbers[range]
            nextRowNumbers[range] += part.rowCount
            ready.append(SheetsValuesRows(range: range, batch: part))
            start = end
        }
        return ready.isEmpty ? nil : ready.removeFirst()
    }

    /// Ends an answer of one range: proves that it was complete, and tells what stood around the values.
    ///
    /// Rows that were not taken yet can be taken afterwards.
    package mutating func finish() throws(ScanError) -> SheetsValuesSummary {
        try finishAll()[0]
    }

    /// Ends the answer: proves that it was complete, and tells what stood around the values of each range.
    ///
    /// Rows that were not taken yet can be taken afterwards.
    package mutating func finishAll() throws(ScanError) -> [SheetsValuesSummary] {
        try scan()
        guard parser.state == .done else {
            throw ScanError(.cutShort, at: .byte(parser.bytesBefore + window.count - JSONLexer.padding))
        }
        let spreadsheetId = parser.spreadsheetId
        return parser.ranges.map { range in
            SheetsValuesSummary(
                range: range.name ?? "", spreadsheetId: spreadsheetId, hadValues: range.hadValues,
                rowCount: range.rowCount)
        }
    }

    private mutating func scanWhenWorthwhile() throws(ScanError) {
        window.append(contentsOf: repeatElement(0, count: JSONLexer.padding))
        let end = window.count - JSONLexer.padding
        guard end - parser.position >= patience else { return }
        try scan()
        let pending = end - parser.position
        guard end - parser.tokenGroupStart <= maximumRowBytes else {
            throw ScanError(.rowTooLong, at: .byte(parser.bytesBefore + parser.tokenGroupStart))
        }
        patience = min(pending * 2, maximumRowBytes + 1)
        // Envelope bytes that are dealt with need not be kept, unless rows in the window wait to be taken.
        if parser.rowEnds.isEmpty, parser.rangeRowEnds.isEmpty, parser.settledEnd > 1 << 16 {
            let dropped = parser.settledEnd
            window.removeFirst(dropped)
            parser.moveDown(by: dropped)
        }
    }

    /// Scans as far as the window goes.
    private mutating func scan() throws(ScanError) {
        // The window stands apart while it is written in, so that the parser can be changed at the same time.
        var bytes: [UInt8] = []
        swap(&bytes, &window)
        let stop = bytes.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return LexStop.incomplete }
            return parser.run(JSONLexer(base: base, count: buffer.count - JSONLexer.padding))
        }
        swap(&bytes, &window)
        if case .malformed(let code, let offset) = stop {
            throw ScanError(code, at: .byte(parser.bytesBefore + offset))
        }
    }
}
