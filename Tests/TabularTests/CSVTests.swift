import Tabular
import TestRandom
import Testing

@Suite struct CSVTests {
    private func scan(_ bytes: [UInt8], chunk: Int = 1 << 20) throws(ScanError) -> [[Cell]] {
        var scanner = CSVScanner()
        var rows: [[Cell]] = []
        for start in stride(from: 0, to: bytes.count, by: chunk) {
            try scanner.feed(Array(bytes[start..<min(start + chunk, bytes.count)]))
            if let batch = scanner.takeBatch() {
                #expect(batch.firstRowNumber == rows.count + 1)
                rows += batch.rows
            }
        }
        try scanner.finish()
        if let batch = scanner.takeBatch() { rows += batch.rows }
        return rows
    }

    @Test(arguments: [
        ("a,b\nc,d\n", [["a", "b"], ["c", "d"]]), ("a,b\r\nc,d", [["a", "b"], ["c", "d"]]),
        ("a,b\rc,d\r", [["a", "b"], ["c", "d"]]), ("\u{feff}a\n", [["a"]]), ("\u{feff}\"a\"\n", [["a"]]),
        ("\"a,\"\"b\"\"\",\"c\nd\r\ne\"\n", [["a,\"b\"", "c\nd\r\ne"]]), ("a,,b,,\n", [["a", "", "b"]]),
        ("", []), ("\n", [[]]), ("a\n\nb\n", [["a"], [], ["b"]]), (",\n", [[]]), ("\"\"\n", [[]]), ("\"\"", [[]]),
        (" a , b \n", [[" a ", " b "]]), ("醤油,しょうゆ\n", [["醤油", "しょうゆ"]]), ("a,", [["a"]]),
        ("a\n\"\r\"\n", [["a"], ["\r"]]), ("\"a\r\"\n\"b\"", [["a\r"], ["b"]]),
    ])
    func reads(text: String, expected: [[String]]) throws {
        for chunk in [1, 2, 3, 1000] {
            let rows = try scan(Array(text.utf8), chunk: chunk)
            #expect(rows.map { $0.map(\.text) } == expected)
            #expect(rows.joined().allSatisfy { $0.kind == ($0.text.isEmpty ? .empty : .text) })
        }
    }

    @Test(arguments: [
        ("a\nb\"c\n", ScanError(.strayQuote, at: .line(2))), ("\"a\"b\n", ScanError(.strayQuote, at: .line(1))),
        ("a\n\"b\nc", ScanError(.unclosedQuote, at: .line(2))), ("\"a\"\"", ScanError(.unclosedQuote, at: .line(1))),
        ("a\r\n\"x\r\ny\"\r\nb\"", ScanError(.strayQuote, at: .line(4))),
    ])
    func refuses(text: String, error: ScanError) {
        for chunk in [1, 1000] { #expect(throws: error) { try scan(Array(text.utf8), chunk: chunk) } }
    }

    @Test(
        arguments: [[0x61, 0x0A, 0x83, 0x8C], [0x61, 0x0A, 0xE3, 0x81, 0x0A], [0x61, 0x0A, 0xED, 0xA0, 0x80]]
            as [[UInt8]])
    func refusesAFileThatIsNotUTF8(bytes: [UInt8]) {
        #expect(throws: ScanError(.invalidUTF8, at: .line(2))) { try scan(bytes) }
    }

    @Test func refusesHalfAByteOrderMark() {
        for bytes in [[0xEF], [0xEF, 0xBB], [0xEF, 0xBB, 0x61]] as [[UInt8]] {
            #expect(throws: ScanError(.invalidUTF8, at: .line(1))) { try scan(bytes) }
        }
    }

    @Test func takesTheSeparatorThatIsGiven() throws {
        var scanner = CSVScanner(separator: UInt8(ascii: "\t"))
        try scanner.feed(Array("a,b\t\"c\td\"\r\n".utf8))
        try scanner.finish()
        let batch = scanner.takeBatch()
        #expect(batch?.texts(ofRow: 0) == ["a,b", "c\td"])
    }

    @Test func capsTheSizeOfARow() {
        var scanner = CSVScanner(maximumRowBytes: 100)
        let error = #expect(throws: ScanError.self) {
            for _ in 0..<50 { try scanner.feed(Array("abc,".utf8)) }
        }
        #expect(error == ScanError(.rowTooLong, at: .line(1)))
    }

    @Test func quotesOnlyWhatMustBe() {
        var writer = CSVWriter()
        writer.append(row: ["a", "b c", "d,e", "f\"g", "h\ni", ""])
        writer.append(row: [""])
        #expect(String(decoding: writer.bytes, as: UTF8.self) == "a,b c,\"d,e\",\"f\"\"g\",\"h\ni\",\n\"\"\n")
        var forExcel = CSVWriter(lineEnd: .carriageReturnLineFeed, byteOrderMark: true)
        forExcel.append(row: [""])
        #expect(forExcel.takeBytes() == Array("\u{feff}\"\"\r\n".utf8))
        forExcel.append(row: ["", "b"])
        #expect(forExcel.takeBytes() == Array(",b\r\n".utf8))
    }

    /// LibreOffice ends a field at a semicolon or a tab, too, unless it is quoted.
    @Test func aSeparatorOfSpreadsheetsIsQuotedWhereAskedFor() {
        for (quotes, text) in [(true, "\"a;=1\",\"b\t=1\",c\n"), (false, "a;=1,b\t=1,c\n")] {
            var writer = CSVWriter(quotesSeparators: quotes)
            writer.append(row: ["a;=1", "b\t=1", "c"])
            #expect(String(decoding: writer.takeBytes(), as: UTF8.self) == text)
        }
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func whatIsWrittenReadsBackTheSame(seed: UInt64) throws {
        var generator = SeededRandom(seed: seed)
        let pieces = ["a", ",", "\"", "\n", "\r", "\r\n", "醤油", " ", "🍜", ""]
        let table = (0..<5).map { _ in
            (0..<4).map { _ in
                (0..<Int.random(in: 0..<4, using: &generator)).map { _ in
                    pieces.randomElement(using: &generator) ?? ""
                }.joined()
            } + ["end"]
        }
        let lineEnd: CSVWriter.LineEnd = Bool.random(using: &generator) ? .lineFeed : .carriageReturnLineFeed
        var writer = CSVWriter(lineEnd: lineEnd, byteOrderMark: Bool.random(using: &generator))
        for row in table { writer.append(row: row) }
        let rows = try scan(writer.bytes, chunk: Int.random(in: 1...20, using: &generator))
        #expect(rows.map { $0.map { Array($0.text.utf8) } } == table.map { $0.map { Array($0.utf8) } })
    }
}
