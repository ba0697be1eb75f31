/// Reads the rows of a comma-separated file while it arrives; another separator may be given.
///
/// RFC 4180, strictly: a quote may only open a field, close it, or stand doubled within it. A byte order mark is
/// skipped; lines end in LF, CR or CRLF; newlines within quotes are text. The file must be UTF-8. Every cell is text,
/// or empty, since a CSV file has no types; a blank line is a row without cells.
///
/// A batch holds the bytes of the file as they are, and a cell is a place in them: only a field with doubled quotes is
/// moved, onto itself.
package struct CSVScanner: ~Copyable {
    private enum State {
        /// Within a field that does not begin with a quote, or before the first byte of any.
        case plain
        case quoted
        /// Behind a quote within a quoted field: it has ended, or the next byte is a quote as well.
        case quoteInQuoted
    }

    private var state = State.plain
    // The batch under way; offsets are in `bytes`.
    private var bytes: [UInt8] = []
    private var cells: [CellSlot] = []
    private var rowEnds: [UInt32] = []
    private var firstRowNumber: Int
    /// How far the bytes have been scanned.
    private var scanned = 0
    private var rowStart = 0
    private var rowFirstCell = 0
    /// Bytes of text in the cells of the row under way that are complete.
    private var rowText = 0
    private var cellStart = 0
    /// In a quoted field, where its text ends so far, and from where on bytes belong to it that may have to be moved
    /// there.
    private var textEnd = 0
    private var segmentStart = 0
    /// The last quote within a quoted field.
    private var quote = 0
    /// Before anything has come, far from where the first line feed may be.
    private var lastCarriageReturn = -2
    /// Up to here, bytes are known to be UTF-8; `invalid` is the first that is not.
    private var checked = 0
    private var invalid = Int.max
    private var line = 1
    private var rowLine = 1
    /// Whether the question is settled if the file begins with a byte order mark.
    private var isBegun = false
    private let maximumRowBytes: Int
    private let separator: UInt8
    private let marks: ByteMarks
    private let isKnownUTF8: Bool

    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
    private static let doubleQuote = UInt8(ascii: "\"")

    /// Makes a scanner.
    ///
    /// - Parameters:
    ///   - firstRowNumber: what the first row of the file is to be called.
    ///   - separator: what stands between two fields: an ASCII character.
    ///   - maximumRowBytes: the greatest size of a row: one byte a cell, and its text.
    ///   - isKnownUTF8: whether somebody else has checked that the bytes are UTF-8.
    package init(
        firstRowNumber: Int = 1, separator: UInt8 = UInt8(ascii: ","), maximumRowBytes: Int = 8 << 20,
        isKnownUTF8: Bool = false
    ) {
        self.firstRowNumber = firstRowNumber
        self.separator = separator
        self.maximumRowBytes = maximumRowBytes
        self.isKnownUTF8 = isKnownUTF8
        marks = ByteMarks(separator, Self.doubleQuote, 0x0A, 0x0D)
    }

    /// Takes in the next bytes of the file.
    package mutating func feed(_ chunk: [UInt8]) throws(ScanError) {
        guard bytes.count + chunk.count < Int(UInt32.max) else {
            throw ScanError(.windowFull, at: .line(line))
        }
        bytes.append(contentsOf: chunk)
        try scan(isLast: false)
    }

    /// The complete rows scanned since the last batch, if they take at least so many bytes; nil where there are none.
    package mutating func takeBatch(atLeast bytes: Int = 0) -> RowBatch? {
        guard !rowEnds.isEmpty, rowStart >= bytes else { return nil }
        var batch = RowBatch(firstRowNumber: firstRowNumber)
        firstRowNumber += rowEnds.count
        let moved = rowStart
        let rest = Array(self.bytes[moved...])
        let start = UInt32(moved)
        let restCells = cells[rowFirstCell...].map {
            CellSlot(kind: $0.kind, start: $0.start - start, end: $0.end - start)
        }
        swap(&batch.bytes, &self.bytes)
        swap(&batch.cells, &cells)
        swap(&batch.rowEnds, &rowEnds)
        batch.bytes.removeLast(rest.count)
        batch.cells.removeLast(restCells.count)
        // The next batch will be about as large.
        self.bytes.reserveCapacity(batch.bytes.count + rest.count)
        cells.reserveCapacity(batch.cells.count + restCells.count)
        rowEnds.reserveCapacity(batch.rowEnds.count)
        self.bytes.append(contentsOf: rest)
        cells.append(contentsOf: restCells)
        shift(by: moved)
        return batch
    }

    private mutating func shift(by moved: Int) {
        scanned -= moved
        rowStart = 0
        rowFirstCell = 0
        cellStart -= moved
        textEnd -= moved
        segmentStart -= moved
        quote -= moved
        lastCarriageReturn -= moved
        checked -= moved
        if invalid != .max { invalid -= moved }
    }

    /// Ends the file; the last row needs no newline.
    ///
    /// Rows that were not taken yet can be taken afterwards.
    package mutating func finish() throws(ScanError) {
        try scan(isLast: true)
        switch state {
        case .quoted: throw ScanError(.unclosedQuote, at: .line(rowLine))
        case .quoteInQuoted:
            guard quote + 1 == bytes.count else { throw ScanError(.strayQuote, at: .line(line)) }
            try closeQuoted()
            try endRow(at: bytes.count)
        case .plain where cells.count > rowFirstCell || cellStart < bytes.count:
            try endCell(at: bytes.count)
            try endRow(at: bytes.count)
        case .plain: break
        }
    }

    // MARK: Bytes

    private mutating func scan(isLast: Bool) throws(ScanError) {
        if !isBegun {
            let mark = Self.byteOrderMark
            if bytes.count < mark.count, mark.starts(with: bytes), !isLast { return }
            isBegun = true
            if bytes.starts(with: mark) {
                (scanned, rowStart, cellStart, checked) = (mark.count, mark.count, mark.count, mark.count)
            }
        }
        if !isKnownUTF8 { checkUTF8(isLast: isLast) }
        // Held apart while it is scanned, since cells are noted meanwhile.
        var text: [UInt8] = []
        swap(&text, &bytes)
        defer { swap(&text, &bytes) }
        try text.withUnsafeMutableBufferPointer { text throws(ScanError) in
            try scan(UnsafeMutableRawBufferPointer(text))
        }
        let pending = state == .plain ? text.count - cellStart : textEnd - cellStart + text.count - segmentStart
        try checkRowSize(with: pending)
    }

    private mutating func checkUTF8(isLast: Bool) {
        guard invalid == .max else { return }
        bytes.withUnsafeBytes { bytes in
            let rest = UnsafeRawBufferPointer(rebasing: bytes[checked...])
            guard let offset = UTF8Text.firstInvalidOffset(in: rest) else {
                checked = bytes.count
                return
            }
            let isCutShort = !isLast && UTF8Text.isCutShort(in: rest, at: offset)
            checked += offset
            if !isCutShort { invalid = checked }
        }
    }

    /// Goes from one byte that matters to the next.
    private mutating func scan(_ text: UnsafeMutableRawBufferPointer) throws(ScanError) {
        let readable = UnsafeRawBufferPointer(text)
        while scanned &+ ByteMarks.blockBytes <= text.count {
            let found = marks.found(inBlockOf: readable, at: scanned)
            try accept(found.0, at: scanned, text)
            try accept(found.1, at: scanned &+ 8, text)
            scanned &+= ByteMarks.blockBytes
        }
        while scanned < text.count {
            try accept(marks.found(in: ByteMarks.word(readable, at: scanned)), at: scanned, text)
            scanned &+= 8
        }
        scanned = text.count
    }

    /// Accepts the bytes that were found in a word.
    @inline(__always)
    private mutating func accept(
        _ found: UInt64, at start: Int, _ text: UnsafeMutableRawBufferPointer
    ) throws(ScanError) {
        var found = found
        while found != 0 {
            let offset = start &+ found.trailingZeroBitCount >> 3
            found &= found &- 1
            // Zeros past the end could be taken for a separator.
            guard offset < text.count else { break }
            try accept(text[offset], at: offset, text)
        }
    }

    @inline(__always)
    private mutating func accept(
        _ byte: UInt8, at offset: Int, _ text: UnsafeMutableRawBufferPointer
    ) throws(ScanError) {
        if state == .plain {
            if byte == separator {
                try endCell(at: offset)
                cellStart = offset &+ 1
            } else if byte == Self.doubleQuote {
                guard offset == cellStart else { throw ScanError(.strayQuote, at: .line(line)) }
                open(at: offset)
            } else if byte == 0x0A, offset == lastCarriageReturn &+ 1 {
                // The second half of a line's end.
                cellStart = offset &+ 1
                rowStart = offset &+ 1
            } else {
                try endCell(at: offset)
                try endLine(byte, at: offset)
            }
        } else {
            try acceptQuoted(byte, at: offset, text)
        }
    }

    // MARK: Quotes

    private mutating func open(at offset: Int) {
        state = .quoted
        cellStart = offset + 1
        textEnd = offset + 1
        segmentStart = offset + 1
    }

    private mutating func acceptQuoted(
        _ byte: UInt8, at offset: Int, _ text: UnsafeMutableRawBufferPointer
    ) throws(ScanError) {
        if state == .quoted {
            if byte == Self.doubleQuote {
                quote = offset
                state = .quoteInQuoted
                moveSegment(upTo: offset, text)
            } else if byte == 0x0A || byte == 0x0D {
                if byte == 0x0D || offset != lastCarriageReturn + 1 { line += 1 }
                if byte == 0x0D { lastCarriageReturn = offset }
            }
            return
        }
        guard offset == quote + 1 else { throw ScanError(.strayQuote, at: .line(line)) }
        if byte == Self.doubleQuote {
            segmentStart = offset
            state = .quoted
        } else {
            try closeQuoted()
            if byte == separator {
                cellStart = offset + 1
            } else {
                try endLine(byte, at: offset)
            }
        }
    }

    private mutating func moveSegment(upTo end: Int, _ text: UnsafeMutableRawBufferPointer) {
        let count = end - segmentStart
        if textEnd != segmentStart, count > 0 {
            let segment = UnsafeRawBufferPointer(rebasing: text[segmentStart..<end])
            UnsafeMutableRawBufferPointer(rebasing: text[textEnd..<textEnd + count]).copyMemory(from: segment)
        }
        textEnd += count
        segmentStart = end
    }

    private mutating func closeQuoted() throws(ScanError) {
        state = .plain
        try endCell(at: textEnd)
    }

    // MARK: Cells and rows

    @inline(__always)
    private mutating func endCell(at end: Int) throws(ScanError) {
        cells.append(
            CellSlot(
                kind: end == cellStart ? .empty : .text, start: UInt32(truncatingIfNeeded: cellStart),
                end: UInt32(truncatingIfNeeded: end)))
        rowText &+= end &- cellStart
        cellStart = end
        try checkRowSize(with: 0)
    }

    @inline(__always)
    private func checkRowSize(with pending: Int) throws(ScanError) {
        let size = rowText &+ pending &+ cells.count &- rowFirstCell
        guard size <= maximumRowBytes else { throw ScanError(.rowTooLong, at: .line(rowLine)) }
    }

    /// Ends the row at a newline.
    @inline(__always)
    private mutating func endLine(_ byte: UInt8, at offset: Int) throws(ScanError) {
        line &+= 1
        if byte == 0x0D { lastCarriageReturn = offset }
        try endRow(at: offset)
        cellStart = offset &+ 1
        rowStart = offset &+ 1
    }

    @inline(__always)
    private mutating func endRow(at end: Int) throws(ScanError) {
        guard invalid >= end else { throw ScanError(.invalidUTF8, at: .line(rowLine)) }
        while cells.count > rowFirstCell, cells[cells.count &- 1].kind == .empty { cells.removeLast() }
        rowEnds.append(UInt32(truncatingIfNeeded: cells.count))
        rowFirstCell = cells.count
        rowText = 0
        rowLine = line
        rowStart = end
        cellStart = end
    }
}
