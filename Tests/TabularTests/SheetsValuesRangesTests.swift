import Foundation
import Tabular
import TestRandom
import Testing

/// Several value ranges in one answer, each handed over for itself.
@Suite struct SheetsValuesRangesTests {
    struct Scanned: Equatable {
        var rows: [[[Cell]]]
        var summaries: [SheetsValuesSummary]
        var numbers: [[Int]]
    }

    /// Scans an answer of so many ranges that arrives in `chunks`, taking rows after every one.
    private func scan(
        _ chunks: [[UInt8]], _ origins: [SheetsValuesOrigin], batchBytes: Int = 0
    ) throws(ScanError) -> Scanned {
        var scanner = SheetsValuesScanner(ranges: origins)
        var scanned = Scanned(
            rows: origins.map { _ in [] }, summaries: [], numbers: origins.map { _ in [] })
        func take(_ rows: SheetsValuesRows) {
            scanned.rows[rows.range] += rows.batch.rows
            scanned.numbers[rows.range] += (0..<rows.batch.rowCount).map { rows.batch.firstRowNumber + $0 }
        }
        for chunk in chunks {
            try scanner.feed(chunk)
            while let rows = scanner.takeRows(atLeast: batchBytes) { take(rows) }
        }
        scanned.summaries = try scanner.finishAll()
        while let rows = scanner.takeRows() { take(rows) }
        #expect(scanner.bytesOfRanges.count == origins.count)
        #expect(scanner.bytesOfRanges.allSatisfy { $0 > 0 })
        #expect(scanner.bytesOfRanges.reduce(0, +) <= chunks.reduce(0) { $0 + $1.count })
        return scanned
    }

    private static let body = Array(
        """
        {"spreadsheetId":"1x","valueRanges":[{"range":"'a b'!A1:C9","majorDimension":"ROWS","values":[["é",1.5],[],\
        [true,"","\\u3042"]]},{"range":"B!A1:Z1"},{"values":[["x"]],"range":"C!B3:C4"},{"range":"D!A5:B6","values":\
        [[],["",""],["",2]]}]}
        """.utf8)
    private static let origins = [
        SheetsValuesOrigin(), SheetsValuesOrigin(), SheetsValuesOrigin(row: 3, column: 1), SheetsValuesOrigin(row: 5),
    ]

    private static let expected = Scanned(
        rows: [
            [[.text("é"), .number("1.5")], [], [.boolean(true), .empty, .text("あ")]], [], [[.empty, .text("x")]],
            [[], [], [.empty, .number("2")]],
        ],
        summaries: [
            SheetsValuesSummary(range: "'a b'!A1:C9", spreadsheetId: "1x", hadValues: true, rowCount: 3),
            SheetsValuesSummary(range: "B!A1:Z1", spreadsheetId: "1x", hadValues: false, rowCount: 0),
            SheetsValuesSummary(range: "C!B3:C4", spreadsheetId: "1x", hadValues: true, rowCount: 1),
            SheetsValuesSummary(range: "D!A5:B6", spreadsheetId: "1x", hadValues: true, rowCount: 3),
        ], numbers: [[1, 2, 3], [], [3], [5, 6, 7]])

    @Test func areTheSameHoweverTheAnswerIsCut() throws {
        #expect(try scan([Self.body], Self.origins) == Self.expected)
        for first in 1..<Self.body.count {
            let chunks = [Array(Self.body[..<first]), Array(Self.body[first...])]
            #expect(try scan(chunks, Self.origins) == Self.expected, "cut at \(first)")
        }
        #expect(try scan(Self.body.map { [$0] }, Self.origins) == Self.expected)
        #expect(try scan(Self.body.map { [$0] }, Self.origins, batchBytes: 64) == Self.expected)
    }

    @Test func refuseEveryBeginningOfAnAnswer() {
        for length in 0..<Self.body.count {
            let error = #expect(throws: ScanError.self) { try scan([Array(Self.body[..<length])], Self.origins) }
            #expect(error?.code == .cutShort)
        }
    }

    @Test func refuseAnyOtherNumberThanWasAskedFor() {
        for count in 1...6 where count != 4 {
            let origins = Array(repeating: SheetsValuesOrigin(), count: count)
            let error = #expect(throws: ScanError.self) { try scan([Self.body], origins) }
            #expect(error?.code == .unexpectedShape)
        }
    }

    @Test(arguments: [
        (#"{"valueRanges":[{"range":"A!A1"},]}"#, ScanError.Code.malformed),
        (#"{"valueRanges":[{"range":"A!A1"},{}]}"#, .unexpectedShape),
        (#"{"valueRanges":[{"range":"A!A1"} {"range":"B!A1"}]}"#, .malformed),
        (#"{"valueRanges":[{"range":"A!A1"},{"range":"B!A1"}],"valueRanges":[]}"#, .unexpectedShape),
        (#"{"valueRanges":[{"range":"A!A1"},{"range":"B!A1","range":"B!A1"}]}"#, .unexpectedShape),
        (#"{"valueRanges":[{"range":"A!A1"},{"range":"B!A1"}],"values":[]}"#, .unexpectedShape),
        (#"{"range":"A!A1","values":[["x"]]}"#, .unexpectedShape), (#"{"spreadsheetId":"1"}"#, .unexpectedShape),
        (#"{"valueRanges":[{"range":"A!A1"},[]]}"#, .malformed), (#"{"valueRanges":[,{"range":"A!A1"}]}"#, .malformed),
    ])
    func refuseWhatIsNotTheAnswer(body: String, code: ScanError.Code) {
        let error = #expect(throws: ScanError.self) {
            try scan([Array(body.utf8)], [SheetsValuesOrigin(), SheetsValuesOrigin()])
        }
        #expect(error?.code == code)
    }

    @Test(arguments: 0..<20 as Range<UInt64>) func agreeWithOneScanForEachRange(block: UInt64) throws {
        for seed in block * 25..<block * 25 + 25 {
            var generator = SeededRandom(seed: seed)
            let count = Int.random(in: 1...5, using: &generator)
            let objects = (0..<count).map { _ in rangeObject(&generator) }
            let body = Array(#"{"valueRanges":[\#(objects.joined(separator: ","))],"spreadsheetId":"1"}"#.utf8)
            let origins = (0..<count).map { _ in
                SheetsValuesOrigin(
                    row: Int.random(in: 1...9, using: &generator), column: Int.random(in: 0...3, using: &generator))
            }
            let chunks = randomChunks(
                body, largest: [1, 9, 80, 10_000].randomElement(using: &generator) ?? 1, &generator)
            let scanned = try scan(chunks, origins, batchBytes: Int.random(in: 0...200, using: &generator))
            for index in 0..<count {
                let alone = try scanValues(objects[index])
                let moved = alone.rows.map { row -> [Cell] in
                    row.isEmpty ? [] : Array(repeating: .empty, count: origins[index].column) + row
                }
                #expect(scanned.rows[index] == moved, "seed \(seed)")
                #expect(scanned.numbers[index] == moved.indices.map { origins[index].row + $0 }, "seed \(seed)")
                #expect(scanned.summaries[index].rowCount == alone.summary.rowCount, "seed \(seed)")
            }
        }
    }

    @Test(arguments: 0..<20 as Range<UInt64>) func agreeWithTheGeneralParserOnMutatedAnswers(block: UInt64) {
        for seed in block * 250..<block * 250 + 250 {
            var generator = SeededRandom(seed: seed &+ 1 << 40)
            let objects = (0..<2).map { _ in rangeObject(&generator) }
            var body = Array(#"{"spreadsheetId":"1","valueRanges":[\#(objects.joined(separator: ","))]}"#.utf8)
            for _ in 0..<Int.random(in: 1...3, using: &generator) { AnswerGenerator.mutate(&body, &generator) }
            let chunks = randomChunks(body, largest: [1, 64].randomElement(using: &generator) ?? 1, &generator)
            let scanned = try? scan(chunks, [SheetsValuesOrigin(), SheetsValuesOrigin()])
            // Foundation takes an array that ends in a comma.
            if scanned == nil, String(decoding: body, as: UTF8.self).contains(",]") { continue }
            let expected = rowCounts(body)
            let shown = String(decoding: body, as: UTF8.self)
            #expect(scanned?.summaries.map(\.rowCount) == expected, "seed \(seed): \(shown)")
            #expect(scanned?.rows.map(\.count) == expected, "seed \(seed): \(shown)")
        }
    }

    private func rangeObject(_ generator: inout SeededRandom) -> String {
        let rows = (0..<Int.random(in: 0...8, using: &generator)).map { row in
            "["
                + (0..<Int.random(in: 0...3, using: &generator)).map { column in
                    [#""""#, "\(row)", #""料理 \#(column)""#, "true", #""\n""#].randomElement(using: &generator) ?? ""
                }.joined(separator: ",") + "]"
        }
        var members = [#""range":"S!A1:Z100""#, #""majorDimension":"ROWS""#]
        if !rows.isEmpty || Bool.random(using: &generator) {
            members.append(#""values":[\#(rows.joined(separator: ","))]"#)
        }
        return "{" + members.shuffled(using: &generator).joined(separator: ",") + "}"
    }

    /// The number of rows of each of two ranges, by Foundation's parser; nil where the answer is no good.
    private func rowCounts(_ body: [UInt8]) -> [Int]? {
        guard let answer = try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any],
            answer["error"] == nil, answer["range"] == nil, answer["values"] == nil,
            answer["spreadsheetId"] == nil || answer["spreadsheetId"] is String,
            let ranges = answer["valueRanges"] as? [[String: Any]], ranges.count == 2
        else { return nil }
        var counts: [Int] = []
        for range in ranges {
            guard range["range"] is String,
                range["majorDimension"] == nil || range["majorDimension"] as? String == "ROWS"
            else { return nil }
            guard let values = range["values"] else {
                counts.append(0)
                continue
            }
            guard let rows = values as? [[Any]],
                rows.allSatisfy({ $0.allSatisfy { $0 is String || $0 is NSNumber || $0 is NSNull } })
            else { return nil }
            counts.append(rows.count)
        }
        return counts
    }
}
