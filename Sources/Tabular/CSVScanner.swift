/// Reads the rows of a comma-separated file while it arrives; another separator may be given.
///
/// RFC 4180, strictly: a quote may only open a field, close it, or stand doubled within it. A byte order mark is
/// skipped; lines end in LF, CR or CRLF; newlines within quotes are text. The file must be UTF-8. Every cell is text,
/// or empty, since a CSV file has no types; a blank line is a row without cells.
package struct CSVScanner: ~Copyable {
    private enum State {
        case fieldStart, unquoted, quoted, quoteInQuoted
    }

    private var state = State.fieldStart
    private var batch: RowBatch
    private var cellStart = 0
    private var rowFirstCell = 0
    private var rowStart = 0
    /// Whether anything of the row under way was seen, be it only a quote.
    private var rowBegun = false
    private var followsCarriageReturn = false
    private var line = 1
    private var rowLine = 1
    /// How much of a byte order mark was seen; nil once the question is settled.
    private var markBytes: Int? = 0
    private let maximumRowBytes: Int
    private let separator: UInt8

    /// Makes a scanner for a file whose first row is to be called `firstRowNumber`.
    package init(
        firstRowNumber: Int = 1, separator: UInt8 = UInt8(ascii: ","), maximumRowBytes: Int = 8 << 20
    ) {
        self.separator = separator
        batch = RowBatch(firstRowNumber: firstRowNumber)
        self.maximumRowBytes = maximumRowBytes
    }

    /// Takes in the next bytes of the file.
    package mutating func feed(_ chunk: [UInt8]) throws(ScanError) {
        guard batch.bytes.count + chunk.count < Int(UInt32.max) else {
            throw ScanError(.windowFull, at: .line(line))
        }
        for byte in chunk { try accept(byte) }
    }

    /// The complete rows scanned since the last batch, if they take at least so many bytes; nil where there are none.
    package mutating func takeBatch(atLeast bytes: Int = 0) -> RowBatch? {
        guard batch.rowCount > 0, rowStart >= bytes else { return nil }
        var next = RowBatch(firstRowNumber: batch.firstRowNumber + batch.rowCount)
        next.bytes.append(contentsOf: batch.bytes[rowStart...])
        let start = UInt32(rowStart)
        for cell in batch.cells[rowFirstCell...] {
            next.cells.append(CellSlot(kind: cell.kind, start: cell.start - start, end: cell.end - start))
        }
        batch.cells.removeLast(next.cells.count)
        batch.bytes.removeLast(next.bytes.count)
        swap(&batch, &next)
        cellStart -= rowStart
        rowStart = 0
        rowFirstCell = 0
        return next
    }

    /// Ends the file; the last row needs no newline.
    ///
    /// Rows that were not taken yet can be taken afterwards.
    package mutating func finish() throws(ScanError) {
        if let seen = markBytes {
            markBytes = nil
            // The beginnings of a byte order mark are no UTF-8 by themselves.
            guard seen == 0 else { throw ScanError(.invalidUTF8, at: .line(1)) }
        }
        guard state != .quoted else { throw ScanError(.unclosedQuote, at: .line(rowLine)) }
        if rowBegun { try endRow() }
    }

    private mutating func accept(_ byte: UInt8) throws(ScanError) {
        if let seen = markBytes {
            let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
            if byte == mark[seen] {
                markBytes = seen == 2 ? nil : seen + 1
                return
            }
            markBytes = nil
            for earlier in mark[..<seen] { try acceptText(earlier) }
        }
        try acceptText(byte)
    }

    private mutating func acceptText(_ byte: UInt8) throws(ScanError) {
        if byte == 0x0A, followsCarriageReturn {
            followsCarriageReturn = false
            if state == .quoted { batch.bytes.append(byte) }
            return
        }
        followsCarriageReturn = byte == 0x0D
        if byte == 0x0A || byte == 0x0D { line += 1 }
        switch state {
        case .fieldStart where byte == UInt8(ascii: "\""):
            rowBegun = true
            state = .quoted
        case .quoted where byte == UInt8(ascii: "\""): state = .quoteInQuoted
        case .quoted: try appendText(byte)
        case .quoteInQuoted where byte == UInt8(ascii: "\""):
            try appendText(byte)
            state = .quoted
        case _ where byte == separator:
            rowBegun = true
            try endField()
        case _ where byte == 0x0A || byte == 0x0D: try endRow()
        case .quoteInQuoted: throw ScanError(.strayQuote, at: .line(line))
        case .unquoted where byte == UInt8(ascii: "\""): throw ScanError(.strayQuote, at: .line(line))
        case .fieldStart, .unquoted:
            rowBegun = true
            state = .unquoted
            try appendText(byte)
        }
    }

    private mutating func appendText(_ byte: UInt8) throws(ScanError) {
        batch.bytes.append(byte)
        try checkRowSize()
    }

    private func checkRowSize() throws(ScanError) {
        let size = batch.bytes.count - rowStart + batch.cells.count - rowFirstCell
        guard size <= maximumRowBytes else { throw ScanError(.rowTooLong, at: .line(rowLine)) }
    }

    private mutating func endField() throws(ScanError) {
        let end = batch.bytes.count
        batch.cells.append(
            CellSlot(kind: end == cellStart ? .empty : .text, start: UInt32(cellStart), end: UInt32(end)))
        cellStart = end
        state = .fieldStart
        try checkRowSize()
    }

    private mutating func endRow() throws(ScanError) {
        try endField()
        let isValid = batch.bytes.withUnsafeBytes { bytes in
            UTF8Text.firstInvalidOffset(in: UnsafeRawBufferPointer(rebasing: bytes[rowStart...])) == nil
        }
        guard isValid else { throw ScanError(.invalidUTF8, at: .line(rowLine)) }
        while batch.cells.count > rowFirstCell, batch.cells[batch.cells.count - 1].kind == .empty {
            batch.cells.removeLast()
        }
        batch.endRow()
        rowFirstCell = batch.cells.count
        rowStart = batch.bytes.count
        rowBegun = false
        rowLine = line
    }
}
