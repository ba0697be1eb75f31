/// Writes comma-separated values as RFC 4180 describes them.
package struct CSVWriter: Sendable {
    /// What ends a row.
    package enum LineEnd: Sendable {
        /// As the RFC says, and as spreadsheets write it.
        case carriageReturnLineFeed
        /// As Unix tools prefer it.
        case lineFeed
    }

    /// What was written and not yet taken.
    package private(set) var bytes: [UInt8]
    private let lineEnd: LineEnd
    private let quotesSeparators: Bool
    private var fieldsInRow = 0
    private var rowStart: Int

    /// Makes a writer.
    ///
    /// - Parameters:
    ///   - lineEnd: What ends a row.
    ///   - byteOrderMark: Makes Excel read the file as UTF-8.
    ///   - quotesSeparators: Quote fields with a semicolon or a tab, too: LibreOffice ends a field at these as well unless told
    ///     otherwise, and what stands behind one would be a cell of its own, which may be a formula.
    package init(lineEnd: LineEnd = .lineFeed, byteOrderMark: Bool = false, quotesSeparators: Bool = false) {
        self.lineEnd = lineEnd
        self.quotesSeparators = quotesSeparators
        bytes = byteOrderMark ? [0xEF, 0xBB, 0xBF] : []
        rowStart = bytes.count
    }

    /// Appends one field to the row under way, quoted only where it must be.
    package mutating func append(_ field: some Collection<UInt8>) {
        if field.withContiguousStorageIfAvailable({ append($0) }) == nil {
            Array(field).withUnsafeBufferPointer { append($0) }
        }
    }

    /// Appends one field to the row under way, quoted only where it must be.
    ///
    /// Not generic, since a million labels have many fields, and other modules would not get a version of their own.
    package mutating func append(_ field: UnsafeBufferPointer<UInt8>) {
        if fieldsInRow > 0 { bytes.append(UInt8(ascii: ",")) }
        fieldsInRow += 1
        guard field.contains(where: quotesSeparators ? Self.maySeparate : Self.needsQuotes) else {
            bytes.append(contentsOf: field)
            return
        }
        bytes.append(UInt8(ascii: "\""))
        for byte in field {
            if byte == UInt8(ascii: "\"") { bytes.append(byte) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Appends one field to the row under way, quoted only where it must be.
    package mutating func append(_ field: String) {
        var field = field
        field.withUTF8 { append($0) }
    }

    /// Ends the row under way.
    ///
    /// A row of one empty field is written as `""`, so that it is not a blank line.
    package mutating func endRow() {
        if fieldsInRow == 1, bytes.count == rowStart { bytes.append(contentsOf: "\"\"".utf8) }
        switch lineEnd {
        case .carriageReturnLineFeed: bytes.append(contentsOf: [0x0D, 0x0A])
        case .lineFeed: bytes.append(0x0A)
        }
        fieldsInRow = 0
        rowStart = bytes.count
    }

    /// Writes a whole row.
    package mutating func append(row: [String]) {
        for field in row { append(field) }
        endRow()
    }

    /// Takes what was written so far, so that a large file needs no more memory than its caller allows.
    package mutating func takeBytes() -> [UInt8] {
        var taken: [UInt8] = []
        swap(&taken, &bytes)
        rowStart -= taken.count
        return taken
    }

    private static func maySeparate(_ byte: UInt8) -> Bool {
        needsQuotes(byte) || byte == UInt8(ascii: ";") || byte == 0x09
    }

    private static func needsQuotes(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte == 0x0A || byte == 0x0D
    }
}
