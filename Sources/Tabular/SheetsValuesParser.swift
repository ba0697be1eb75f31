/// The state of a values answer between two chunks.
///
/// Offsets are within the window; each step either completes and is remembered, or is begun again with more bytes.
struct SheetsValuesParser {
    enum State: Equatable {
        case documentStart
        case memberFirst, memberNext, memberAfter
        case rangesStart, rangesNext, rangesEnd
        case rowFirst, rowNext, rowAfter
        case cellFirst, cellNext, cellAfter
        case done
    }

    /// Which object the members belong to.
    enum Level {
        /// The answer itself.
        case answer
        /// One of the value ranges within a `batchGet` answer.
        case valueRange
    }

    /// What has been seen of one value range.
    struct RangeState {
        var name: String?
        var hadValues = false
        var hadMajorDimension = false
        var rowCount = 0
        /// Bytes of the document up to its end.
        var end = 0
    }

    private(set) var state = State.documentStart
    private(set) var level = Level.answer
    /// How far the window is dealt with.
    private(set) var position = 0
    /// Where the row under way begins.
    private var rowStart = 0
    /// Where the cells of the row under way begin.
    private var rowFirstCell = 0
    private(set) var spreadsheetId: String?
    private var hadRanges = false
    /// What was asked for, in the order of the answer.
    private let origins: [SheetsValuesOrigin]
    private(set) var ranges: [RangeState]
    /// The range under way.
    private(set) var current = 0
    /// Empty cells to put before each row of the range under way, so that columns are those of the sheet.
    private var leadingColumns: Int
    /// For each range that ended since rows were last given away, how many rows of the window come up to its end.
    private(set) var rangeRowEnds: [Int] = []
    /// Bytes of the document before the window.
    private(set) var bytesBefore = 0
    /// How many ranges have ended; rows that come now belong to the one with this place.
    private(set) var closedRanges = 0
    /// Rows given away of the range under way.
    private var rowsGiven = 0
    private var cells: [CellSlot] = []
    private(set) var rowEnds: [UInt32] = []
    private let maximumRowBytes: Int

    init(origins: [SheetsValuesOrigin], maximumRowBytes: Int) {
        self.origins = origins
        self.maximumRowBytes = maximumRowBytes
        ranges = Array(repeating: RangeState(), count: max(1, origins.count))
        leadingColumns = origins.first?.column ?? 0
    }

    private var isInsideRow: Bool { state == .cellFirst || state == .cellNext || state == .cellAfter }

    /// Where the row under way begins, or the token under way where there is none.
    var tokenGroupStart: Int { isInsideRow ? rowStart : position }

    /// The end of what is dealt with and will not be looked at again.
    var settledEnd: Int { tokenGroupStart }

    /// Runs to the end of the window; never stops otherwise, except at what is malformed.
    mutating func run(_ lexer: JSONLexer) -> LexStop {
        do throws(LexStop) {
            while true {
                switch state {
                case .rowFirst, .rowNext, .rowAfter, .cellFirst, .cellNext, .cellAfter: try scanRows(lexer)
                default: try scanEnvelope(lexer)
                }
            }
        } catch {
            return error
        }
    }

    /// Moves the complete rows into `batch` and what is left to the front of the window.
    mutating func giveRows(to batch: inout RowBatch) {
        let complete = rowEnds.last.map(Int.init) ?? 0
        let unfinished = Array(cells[complete...])
        cells.removeLast(unfinished.count)
        swap(&batch.cells, &cells)
        swap(&batch.rowEnds, &rowEnds)
        cells.reserveCapacity(batch.cells.count + batch.cells.count / 8)
        rowEnds.reserveCapacity(batch.rowEnds.count + batch.rowEnds.count / 8)
        cells.append(contentsOf: unfinished)
        rowFirstCell = 0
        rowsGiven += batch.rowCount - (rangeRowEnds.last ?? 0)
        rangeRowEnds.removeAll(keepingCapacity: true)
        moveDown(by: settledEnd)
    }

    /// Follows the window after its first `count` bytes, all settled, were taken away.
    mutating func moveDown(by count: Int) {
        bytesBefore += count
        position -= count
        rowStart = max(0, rowStart - count)
        for index in cells.indices {
            cells[index].start -= UInt32(count)
            cells[index].end -= UInt32(count)
        }
    }
}

// MARK: Around the values

extension SheetsValuesParser {
    private mutating func scanEnvelope(_ lexer: JSONLexer) throws(LexStop) {
        let start = lexer.skipWhitespace(position)
        let byte = lexer.base[start]
        switch (state, byte) {
        case (.done, _): throw lexer.stop(start, .trailingBytes)
        case (.documentStart, UInt8(ascii: "{")): advance(to: start + 1, .memberFirst)
        case (.memberFirst, UInt8(ascii: "}")), (.memberAfter, UInt8(ascii: "}")): try endObject(start)
        case (.memberFirst, UInt8(ascii: "\"")), (.memberNext, UInt8(ascii: "\"")): try scanMember(start, lexer)
        case (.memberAfter, UInt8(ascii: ",")): advance(to: start + 1, .memberNext)
        case (.rangesStart, UInt8(ascii: "{")), (.rangesNext, UInt8(ascii: "{")):
            level = .valueRange
            advance(to: start + 1, .memberFirst)
        case (.rangesEnd, UInt8(ascii: "]")) where current == ranges.count - 1:
            level = .answer
            advance(to: start + 1, .memberAfter)
        case (.rangesEnd, UInt8(ascii: ",")) where current < ranges.count - 1:
            current += 1
            rowsGiven = 0
            leadingColumns = origins[current].column
            advance(to: start + 1, .rangesNext)
        // Fewer ranges than were asked for, or more.
        case (.rangesStart, UInt8(ascii: "]")), (.rangesEnd, UInt8(ascii: "]")), (.rangesEnd, UInt8(ascii: ",")):
            throw .malformed(.unexpectedShape, start)
        case (.documentStart, UInt8(ascii: "[")): throw .malformed(.unexpectedShape, start)
        default: throw lexer.stop(start)
        }
    }

    private mutating func endObject(_ offset: Int) throws(LexStop) {
        switch level {
        case .valueRange:
            try endRange(offset)
            advance(to: offset + 1, .rangesEnd)
        case .answer:
            if !hadRanges { try endRange(offset) }
            advance(to: offset + 1, .done)
        }
    }

    /// Ends the range under way, which must be complete and the last one if it is the whole answer.
    private mutating func endRange(_ offset: Int) throws(LexStop) {
        guard ranges[current].name != nil, hadRanges || ranges.count == 1 else {
            throw .malformed(.unexpectedShape, offset)
        }
        ranges[current].rowCount = rowsGiven + rowEnds.count - (rangeRowEnds.last ?? 0)
        ranges[current].end = bytesBefore + offset
        rangeRowEnds.append(rowEnds.count)
        closedRanges += 1
    }

    /// One member, from its name on: remembered, skipped, or entered.
    private mutating func scanMember(_ start: Int, _ lexer: JSONLexer) throws(LexStop) {
        let name = try lexer.string(start + 1)
        let value = lexer.skipWhitespace(try lexer.expect(UInt8(ascii: ":"), name.next))
        switch (String(decoding: name.text, as: UTF8.self), level) {
        case ("error", .answer): throw .malformed(.errorAnswer, start)
        case ("valueRanges", .answer):
            guard !hadRanges, ranges[0].name == nil, !ranges[0].hadValues, !ranges[0].hadMajorDimension else {
                throw .malformed(.unexpectedShape, start)
            }
            let next = try enterArray(value, lexer)
            hadRanges = true
            advance(to: next, .rangesStart)
        case ("spreadsheetId", .answer):
            guard spreadsheetId == nil else { throw .malformed(.unexpectedShape, start) }
            let text = try text(value, lexer)
            spreadsheetId = text.text
            advance(to: text.next, .memberAfter)
        case ("range", _) where level == .valueRange || !hadRanges:
            guard ranges[current].name == nil else { throw .malformed(.unexpectedShape, start) }
            let text = try text(value, lexer)
            ranges[current].name = text.text
            advance(to: text.next, .memberAfter)
        case ("majorDimension", _) where level == .valueRange || !hadRanges:
            let text = try text(value, lexer)
            guard !ranges[current].hadMajorDimension, text.text == "ROWS" else {
                throw .malformed(.unexpectedShape, start)
            }
            ranges[current].hadMajorDimension = true
            advance(to: text.next, .memberAfter)
        case ("values", _) where level == .valueRange || !hadRanges:
            guard !ranges[current].hadValues else { throw .malformed(.unexpectedShape, start) }
            let next = try enterArray(value, lexer)
            ranges[current].hadValues = true
            advance(to: next, .rowFirst)
        case ("range", _), ("values", _): throw .malformed(.unexpectedShape, start)
        default:
            let next = try lexer.skipValue(value)
            guard next < lexer.count else { throw .incomplete }
            advance(to: next, .memberAfter)
        }
    }

    private func enterArray(_ start: Int, _ lexer: JSONLexer) throws(LexStop) -> Int {
        guard lexer.base[start] == UInt8(ascii: "[") else { throw lexer.stop(start, .unexpectedShape) }
        return start + 1
    }

    private func text(_ start: Int, _ lexer: JSONLexer) throws(LexStop) -> (text: String, next: Int) {
        guard lexer.base[start] == UInt8(ascii: "\"") else { throw lexer.stop(start, .unexpectedShape) }
        let string = try lexer.string(start + 1)
        return (String(decoding: string.text, as: UTF8.self), string.next)
    }

    private mutating func advance(to offset: Int, _ next: State) {
        position = offset
        state = next
    }
}

// MARK: The values

extension SheetsValuesParser {
    /// Runs through rows and cells until the values end or the window does.
    private mutating func scanRows(_ lexer: JSONLexer) throws(LexStop) {
        let base = lexer.base
        var offset = position
        var current = state
        defer {
            position = offset
            state = current
        }
        while true {
            if base[offset] <= 0x20 { offset = lexer.skipWhitespace(offset) }
            let byte = base[offset]
            switch current {
            case .cellNext, .cellFirst:
                if byte == UInt8(ascii: "]"), current == .cellFirst {
                    try endRow(offset)
                    current = .rowAfter
                    offset &+= 1
                } else {
                    offset = try scanCell(offset, lexer)
                    current = .cellAfter
                }
            case .cellAfter:
                if byte == UInt8(ascii: ",") {
                    current = .cellNext
                } else if byte == UInt8(ascii: "]") {
                    try endRow(offset)
                    current = .rowAfter
                } else {
                    throw lexer.stop(offset)
                }
                offset &+= 1
            case .rowAfter where byte == UInt8(ascii: ","):
                current = .rowNext
                offset &+= 1
            case .rowFirst where byte == UInt8(ascii: "["), .rowNext where byte == UInt8(ascii: "["):
                rowStart = offset
                rowFirstCell = cells.count
                if leadingColumns > 0 { appendEmpty(leadingColumns, offset) }
                current = .cellFirst
                offset &+= 1
            case .rowFirst where byte == UInt8(ascii: "]"), .rowAfter where byte == UInt8(ascii: "]"):
                current = .memberAfter
                offset &+= 1
                return
            case .rowFirst, .rowNext: throw lexer.stop(offset, .unexpectedShape)
            default: throw lexer.stop(offset)
            }
        }
    }

    /// One cell at `start`; returns the offset past it.
    ///
    /// Escapes and booleans are rewritten in place, which is why a cell, once complete, is never scanned again.
    @inline(__always)
    private mutating func scanCell(_ start: Int, _ lexer: JSONLexer) throws(LexStop) -> Int {
        let byte = lexer.base[start]
        if byte == UInt8(ascii: "\"") {
            let contents = start &+ 1
            let span = try lexer.scanString(contents)
            let end = span.firstEscape < 0 ? span.end : try lexer.unescape(span.firstEscape, span.end)
            append(end == contents ? .empty : .text, contents, end)
            return span.end &+ 1
        }
        if byte == UInt8(ascii: "-") || byte &- 0x30 < 10 {
            let end = try lexer.scanNumber(start)
            append(.number, start, end)
            return end
        }
        return try scanLiteralCell(start, lexer)
    }

    private mutating func scanLiteralCell(_ start: Int, _ lexer: JSONLexer) throws(LexStop) -> Int {
        switch lexer.base[start] {
        case UInt8(ascii: "t"):
            let end = try lexer.scanLiteral("true", start)
            upperCase(start..<end, lexer)
            append(.boolean, start, end)
            return end
        case UInt8(ascii: "f"):
            let end = try lexer.scanLiteral("false", start)
            upperCase(start..<end, lexer)
            append(.boolean, start, end)
            return end
        case UInt8(ascii: "n"):
            let end = try lexer.scanLiteral("null", start)
            append(.empty, start, start)
            return end
        case UInt8(ascii: "["), UInt8(ascii: "{"): throw .malformed(.unexpectedShape, start)
        default: throw lexer.stop(start)
        }
    }

    private func upperCase(_ range: Range<Int>, _ lexer: JSONLexer) {
        for offset in range { lexer.base[offset] &-= 0x20 }
    }

    @inline(__always)
    private mutating func append(_ kind: CellKind, _ start: Int, _ end: Int) {
        cells.append(
            CellSlot(kind: kind, start: UInt32(truncatingIfNeeded: start), end: UInt32(truncatingIfNeeded: end)))
    }

    @inline(never)
    private mutating func appendEmpty(_ count: Int, _ offset: Int) {
        for _ in 0..<count { append(.empty, offset, offset) }
    }

    /// Ends the row whose bracket closes at `offset`; empty cells at its end are no part of it.
    @inline(__always)
    private mutating func endRow(_ offset: Int) throws(LexStop) {
        guard offset &- rowStart < maximumRowBytes else { throw .malformed(.rowTooLong, rowStart) }
        while cells.count > rowFirstCell, cells[cells.count - 1].kind == .empty { cells.removeLast() }
        rowEnds.append(UInt32(truncatingIfNeeded: cells.count))
    }
}
