import Foundation
import Tabular
import TestRandom
import Testing

/// The scanner against Foundation's general parser: both refuse, or both give equal cells.
@Suite struct SheetsValuesDifferentialTests {
    /// What `JSONSerialization` makes of an answer, told in the scanner's terms; nil where it is refused.
    private func reference(_ body: [UInt8]) -> (rows: [[Cell]], range: String)? {
        guard let answer = try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any],
            answer["error"] == nil
        else { return nil }
        var values = answer
        if let ranges = answer["valueRanges"] {
            guard let ranges = ranges as? [[String: Any]], ranges.count == 1, answer["range"] == nil,
                answer["values"] == nil
            else { return nil }
            values = ranges[0]
        }
        guard answer["spreadsheetId"] == nil || answer["spreadsheetId"] is String,
            let range = values["range"] as? String,
            values["majorDimension"] == nil || values["majorDimension"] as? String == "ROWS"
        else { return nil }
        guard let rows = values["values"] else { return ([], range) }
        guard let rows = rows as? [[Any]] else { return nil }
        var result: [[Cell]] = []
        for row in rows {
            var cells: [Cell] = []
            for value in row {
                guard let cell = cell(value) else { return nil }
                cells.append(cell)
            }
            while cells.last?.kind == .empty { cells.removeLast() }
            result.append(cells)
        }
        return (result, range)
    }

    private func cell(_ value: Any) -> Cell? {
        switch value {
        case is NSNull: .empty
        case let text as String: text.isEmpty ? .empty : .text(text)
        case let number as NSNumber:
            isBoolean(number) ? .boolean(number.boolValue) : .number("\(number.doubleValue)")
        default: nil
        }
    }

    /// A boolean shows by its Objective-C type, which numbers from JSON never have.
    private func isBoolean(_ number: NSNumber) -> Bool {
        String(cString: number.objCType) == "c"
    }

    private func sameNumbers(_ rows: [[Cell]]) -> [[Cell]] {
        rows.map { row in
            // Foundation reads -0 as the integer 0.
            row.map { $0.kind == .number ? .number("\((Double($0.text) ?? .nan) + 0)") : $0 }
        }
    }

    private func compare(_ body: [UInt8], seed: UInt64, _ generator: inout SeededRandom) {
        let chunks = randomChunks(body, largest: [1, 7, 64, 10_000].randomElement(using: &generator) ?? 1, &generator)
        let scanned = try? scanValues(chunks)
        let expected = reference(body)
        let shown = String(decoding: body, as: UTF8.self)
        #expect((scanned == nil) == (expected == nil), "seed \(seed): \(shown)")
        guard let scanned, let expected else { return }
        #expect(sameNumbers(scanned.rows) == expected.rows, "seed \(seed): \(shown)")
        #expect(scanned.summary.range == expected.range, "seed \(seed)")
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func agreesOnGeneratedAnswers(block: UInt64) {
        for seed in block * 25..<block * 25 + 25 {
            var generator = SeededRandom(seed: seed)
            compare(AnswerGenerator.answer(&generator), seed: seed, &generator)
        }
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func agreesOnMutatedAnswers(block: UInt64) {
        for seed in block * 250..<block * 250 + 250 {
            var generator = SeededRandom(seed: seed &+ 1 << 32)
            var body = AnswerGenerator.answer(&generator)
            for _ in 0..<Int.random(in: 1...3, using: &generator) { AnswerGenerator.mutate(&body, &generator) }
            compare(body, seed: seed, &generator)
        }
    }
}

/// Answers as Google might write them, and broken ones.
enum AnswerGenerator {
    static func answer(_ generator: inout SeededRandom) -> [UInt8] {
        let pretty = Bool.random(using: &generator)
        var members = [#""range":"'シート ''1'''!A1:Z100""#, #""majorDimension":"ROWS""#]
        if Int.random(in: 0..<8, using: &generator) > 0 { members.append(#""values":\#(values(&generator))"#) }
        if Bool.random(using: &generator) { members.append(#""unknown":\#(cell(&generator))"#) }
        members.shuffle(using: &generator)
        var object = "{" + members.joined(separator: pretty ? " ,\n  " : ",") + "}"
        if Bool.random(using: &generator) {
            var outer = [#""spreadsheetId":"1x_-""#, #""valueRanges":[\#(object)]"#]
            outer.shuffle(using: &generator)
            object = "{" + outer.joined(separator: ",") + "}" + (pretty ? "\n" : "")
        }
        return Array(object.utf8)
    }

    private static func values(_ generator: inout SeededRandom) -> String {
        let rows = (0..<Int.random(in: 0..<6, using: &generator)).map { _ in
            "[" + (0..<Int.random(in: 0..<5, using: &generator)).map { _ in cell(&generator) }.joined(separator: ",")
                + "]"
        }
        return "[" + rows.joined(separator: ",") + "]"
    }

    private static func cell(_ generator: inout SeededRandom) -> String {
        switch Int.random(in: 0..<8, using: &generator) {
        case 0: return ["true", "false", "null", "\"\""].randomElement(using: &generator) ?? "null"
        case 1: return "\(Int.random(in: -100...50_000, using: &generator))"
        case 2:
            return ["-0", "0.5", "1e3", "1E-2", "-1.25e+2", "43831.123456789", "1234567890123"]
                .randomElement(using: &generator) ?? "0"
        default:
            let pieces = [
                "a", "しょう油", "é", "🍜", "\\n", "\\u3042", "\\uD83C\\uDF5C", "\\\"", "\\\\", "\\/", "12345678", " ",
                "\u{7f}", "\u{ffff}", "\\u0000",
            ]
            let count = Int.random(in: 0..<6, using: &generator)
            return "\"" + (0..<count).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined() + "\""
        }
    }

    /// Changes, removes or repeats a byte, or cuts the answer.
    static func mutate(_ body: inout [UInt8], _ generator: inout SeededRandom) {
        guard !body.isEmpty else { return }
        let index = Int.random(in: 0..<body.count, using: &generator)
        switch Int.random(in: 0..<5, using: &generator) {
        case 0: body[index] = UInt8.random(in: 0...255, using: &generator)
        case 1: body[index] = Array("\"\\[]{},:0eE.-+tfnu \n".utf8).randomElement(using: &generator) ?? 0
        case 2: body.remove(at: index)
        case 3: body.insert(body[Int.random(in: 0..<body.count, using: &generator)], at: index)
        default: body.removeLast(min(body.count, Int.random(in: 1...4, using: &generator)))
        }
    }
}
