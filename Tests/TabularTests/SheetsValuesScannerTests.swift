import Tabular
import TestRandom
import Testing

@Suite struct SheetsValuesScannerTests {
    @Test func readsAValuesGetAnswer() throws {
        let scanned = try scanValues(
            #"{"range":"'レシピ 分類'!A1:C3","majorDimension":"ROWS","values":[["レシピID","名"],[1,"",true],[],[-1.5e3]]}"#)
        #expect(
            scanned.rows == [
                [.text("レシピID"), .text("名")], [.number("1"), .empty, .boolean(true)], [], [.number("-1.5e3")],
            ])
        #expect(
            scanned.summary
                == SheetsValuesSummary(range: "'レシピ 分類'!A1:C3", spreadsheetId: nil, hadValues: true, rowCount: 4))
    }

    @Test func readsABatchGetAnswerWithMembersInAnyOrder() throws {
        let scanned = try scanValues(
            """
            {
              "valueRanges": [
                {
                  "values": [ [ "a" , false ] , [ "b" ] ],
                  "unknown": {"deep": [1, {"x": "\\u0041"}], "null": null},
                  "majorDimension": "ROWS",
                  "range": "S!A1:B2"
                }
              ],
              "other": -0.5,
              "spreadsheetId": "1AbC"
            }

            """)
        #expect(scanned.rows == [[.text("a"), .boolean(false)], [.text("b")]])
        #expect(
            scanned.summary
                == SheetsValuesSummary(range: "S!A1:B2", spreadsheetId: "1AbC", hadValues: true, rowCount: 2))
    }

    @Test(arguments: [
        #"{"range":"S!A1:B2","majorDimension":"ROWS"}"#,
        #"{"spreadsheetId":"1","valueRanges":[{"range":"S!A1:B2","majorDimension":"ROWS"}]}"#,
    ])
    func takesARangeWithoutValuesForAnEmptySheet(body: String) throws {
        let scanned = try scanValues(body)
        #expect(scanned.rows.isEmpty)
        #expect(!scanned.summary.hadValues)
        #expect(scanned.summary.range == "S!A1:B2")
    }

    @Test func leavesOutEmptyCellsAtTheEndOfARow() throws {
        #expect(
            try scanValues(valuesBody(#"[["a","",null],["",""],["","b"]]"#)).rows == [
                [.text("a")], [], [.empty, .text("b")],
            ])
    }

    @Test(arguments: [
        (#""\u0041\u3042\uD83C\uDF5C""#, "Aあ🍜"), (#""a\"b\\c\/d\b\f\n\r\t""#, "a\"b\\c/d\u{8}\u{c}\n\r\t"),
        (#""\u0000x""#, "\0x"), ("\"\u{7f}é𠮷\"", "\u{7f}é𠮷"), (#""\ud7ff\uE000""#, "\u{d7ff}\u{e000}"),
        (#""12345678\n""#, "12345678\n"),
    ])
    func unescapes(literal: String, expected: String) throws {
        for size in [1, 2, 3, 1000] {
            let bytes = Array(valuesBody("[[\(literal),1]]").utf8)
            let chunks = stride(from: 0, to: bytes.count, by: size).map {
                Array(bytes[$0..<min($0 + size, bytes.count)])
            }
            #expect(try scanValues(chunks).rows == [[.text(expected), .number("1")]])
        }
    }

    @Test func numbersRowsOnFromBatchToBatch() throws {
        let body = Array(valuesBody("[" + (0..<100).map { #"["r\#($0)"]"# }.joined(separator: ",") + "]").utf8)
        var generator = SeededRandom(seed: 7)
        let scanned = try scanValues(randomChunks(body, largest: 40, &generator), firstRowNumber: 5)
        #expect(scanned.rows == (0..<100).map { [.text("r\($0)")] })
        #expect(scanned.rowNumbers.first == 5)
        #expect(scanned.rowNumbers.count > 10)
        #expect(scanned.summary.rowCount == 100)
    }

    @Test func holdsBatchesBackUntilTheyAreLargeEnough() throws {
        var scanner = SheetsValuesScanner(firstRowNumber: 1)
        try scanner.feed(Array(#"{"range":"S!A1:A2","values":[["a"],["b"]"#.utf8))
        #expect(scanner.takeBatch(atLeast: 1000) == nil)
        #expect(scanner.takeBatch()?.rows == [[.text("a")], [.text("b")]])
        try scanner.feed(Array("]}".utf8))
        #expect(try scanner.finish().rowCount == 2)
        #expect(scanner.takeBatch() == nil)
    }

    @Test(arguments: [
        "", " ", "{", #"{"range":"S!A1"#, #"{"range":"S!A1","values":[["#, #"{"range":"S!A1","values":[["a"]]"#,
        #"{"range":"S!A1","values":[[1"#, #"{"range":"S!A1","values":[["あ"#,
        #"{"valueRanges":[{"range":"S!A1","values":[["a"]]}]"#, #"{"range":"S!A1","x":12"#,
    ])
    func refusesAnAnswerThatEndsTooEarly(body: String) {
        #expect(throws: ScanError(.cutShort, at: .byte(body.utf8.count))) { try scanValues(body) }
    }

    @Test func refusesEveryBeginningOfAnAnswer() throws {
        let body = Array(
            #"{"spreadsheetId":"1","valueRanges":[{"range":"S!A1:B2","values":[["é",1.5],[true,""]]}]}"#.utf8)
        for length in 0..<body.count {
            let error = #expect(throws: ScanError.self) { try scanValues([Array(body[..<length])]) }
            #expect(error?.code == .cutShort)
        }
        #expect(try scanValues([body]).rows.count == 2)
    }

    @Test(arguments: [
        (#"{"error":{"code":429,"message":"x","status":"RESOURCE_EXHAUSTED"}}"#, ScanError.Code.errorAnswer),
        (#"{"range":"S!A1"} x"#, .trailingBytes), (#"{"range":"S!A1"}{}"#, .trailingBytes),
        ("[]", .unexpectedShape), ("{}", .unexpectedShape), (#"{"valueRanges":[]}"#, .unexpectedShape),
        (#"{"valueRanges":[{"range":"S!A1"},{"range":"S!A2"}]}"#, .unexpectedShape),
        (#"{"valueRanges":[{"majorDimension":"ROWS"}]}"#, .unexpectedShape),
        (#"{"range":"S!A1","majorDimension":"COLUMNS"}"#, .unexpectedShape),
        (#"{"range":"S!A1","values":null}"#, .unexpectedShape),
        (#"{"range":"S!A1","values":[],"values":[]}"#, .unexpectedShape),
        (#"{"range":"S!A1","range":"S!A1"}"#, .unexpectedShape),
        (#"{"range":"S!A1","valueRanges":[]}"#, .unexpectedShape),
        (#"{"range":"S!A1","values":[1]}"#, .unexpectedShape),
        (#"{"range":"S!A1","values":[[[]]]}"#, .unexpectedShape),
        (#"{"range":"S!A1","values":[[{}]]}"#, .unexpectedShape),
        ("<html>", .malformed), (#"{"range":"S!A1",}"#, .malformed), ("\u{feff}{}", .malformed),
        (#"{"range":"S!A1","x":[1,]}"#, .malformed), (#"{"range":"S!A1" "x":1}"#, .malformed),
    ])
    func refusesWhatIsNotTheAnswer(body: String, code: ScanError.Code) {
        let error = #expect(throws: ScanError.self) { try scanValues(body) }
        #expect(error?.code == code)
    }

    @Test(arguments: [
        "01", "-", "+1", ".5", "1.", "1.e1", "1e", "1e+", "0x1", "1_0", "NaN", "Infinity", "--1", "1.2.3", "tru",
        "True", "nul", "falsey", "'a'", "1,", ",1", "1 2", "\"a\" \"b\"", "1]]", "\u{a0}1", "\"a",
    ])
    func refusesAMalformedCell(cell: String) {
        #expect(throws: ScanError.self) { try scanValues(valuesBody("[[\(cell)]]")) }
    }

    @Test(arguments: [
        (#""\x""#, ScanError.Code.invalidEscape), (#""\u12""#, .invalidEscape), (#""\u12G4""#, .invalidEscape),
        (#""\uD800""#, .invalidEscape), (#""\uD800\u0041""#, .invalidEscape), (#""\uDC00\uD800""#, .invalidEscape),
        (#""\uD800x""#, .invalidEscape), ("\"a\nb\"", .controlCharacter), ("\"a\0b\"", .controlCharacter),
        ("\"1234567\u{1f}\"", .controlCharacter),
    ])
    func refusesAMalformedString(cell: String, code: ScanError.Code) {
        for body in [valuesBody("[[\(cell)]]"), #"{"range":"S!A1","x":\#(cell)}"#, #"{"range":\#(cell)}"#] {
            let error = #expect(throws: ScanError.self) { try scanValues(body) }
            #expect(error?.code == code)
        }
    }

    @Test(
        arguments: [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x41], [0xE0, 0x9F, 0xBF], [0xE3, 0x81],
            [0xE3, 0x81, 0x41], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x8F, 0xBF, 0xBF],
            [0xF4, 0x90, 0x80, 0x80],
            [0xF5, 0x80, 0x80, 0x80], [0xF0, 0x9F, 0x8D], [0xFE], [0xFF], [0xE3, 0x81, 0x82, 0xE0, 0x80, 0x80],
            [0xE3, 0x81, 0x82, 0xED, 0xA0, 0x80],
        ] as [[UInt8]])
    func refusesBytesThatAreNotUTF8(bytes: [UInt8]) {
        for prefix in ["", "a", "1234567", "あ", "ああ"] {
            let body =
                Array(#"{"range":"S!A1","values":[[""#.utf8) + Array(prefix.utf8) + bytes + Array(#""]]}"#.utf8)
            let error = #expect(throws: ScanError.self) { try scanValues([body]) }
            #expect(error?.code == .invalidUTF8)
        }
    }

    @Test func capsTheSizeOfARow() throws {
        let text = String(repeating: "x", count: 500)
        let body = Array(valuesBody(#"[["a"],["\#(text)"]]"#).utf8)
        #expect(try scanValues([body], maximumRowBytes: 600).rows.count == 2)
        for size in [1, 7, 10_000] {
            let chunks = stride(from: 0, to: body.count, by: size).map {
                Array(body[$0..<min($0 + size, body.count)])
            }
            let error = #expect(throws: ScanError.self) { try scanValues(chunks, maximumRowBytes: 400) }
            #expect(error?.code == .rowTooLong)
        }
    }

    @Test func givesUpOnARowThatNeverEnds() {
        var scanner = SheetsValuesScanner(firstRowNumber: 1, maximumRowBytes: 1000)
        let error = #expect(throws: ScanError.self) {
            try scanner.feed(Array(#"{"range":"S!A1","values":[[""#.utf8))
            for _ in 0..<1000 { try scanner.feed(Array("0123456789".utf8)) }
        }
        #expect(error?.code == .rowTooLong)
    }

    @Test func refusesBottomlessNesting() {
        let body = #"{"range":"S!A1","x":"# + String(repeating: "[", count: 100_000)
        let error = #expect(throws: ScanError.self) { try scanValues(body) }
        #expect(error?.code == .tooDeep)
    }

    @Test func saysWhereWithoutSayingWhat() {
        let error = #expect(throws: ScanError.self) { try scanValues(valuesBody(#"[["secret\x"]]"#)) }
        #expect(error?.description == "a string holds an invalid escape (at byte 67)")
    }
}
