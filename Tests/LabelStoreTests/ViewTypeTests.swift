import Foundation
import LabelDiff
import LabelSchema
import MySQL
import TestRandom
import TestSupport
import Testing

@testable import LabelStore

/// What a view gives is what the canonical label says, for every type; or it is NULL.
@Suite struct ViewTypeTests {
    private static let types: [FieldType] = [
        .string, .integer, .number, .boolean, .date, .time, .datetime, .year, .yearmonth, .duration, .list, .object,
        .array, .geopoint, .geojson, .any,
    ]

    /// What may be said of a column: its expression for reading, and the value that it must give.
    private static func reading(_ column: String, _ type: FieldType) -> String {
        [.date, .time, .datetime].contains(type) ? "CAST(`\(column)` AS CHAR) AS `\(column)`" : "`\(column)`"
    }

    // MARK: - Each type by itself

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func aViewGivesWhatTheLabelSays(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let fields = Self.types.map {
            "{\"name\":\"f_\($0.rawValue)\",\"type\":\"\($0.rawValue)\",\"sheaf\":{\"role\":\"label\"}}"
        }
        let schema =
            "{\"fields\":[{\"name\":\"id\",\"type\":\"integer\"},\(fields.joined(separator: ","))],"
            + "\"primaryKey\":[\"id\"]}"
        var labels: [KeyHash: [FieldType: LabelValue]] = [:]
        for number in 1...120 {
            var values: [FieldType: LabelValue] = [:]
            for type in Self.types where !random.once(in: 6) { values[type] = Self.value(type, &random) }
            labels[ViewBench.key(number)] = values
        }
        try await ViewBench.with { bench, _ in
            let texts = labels.mapValues { values in Optional(Self.json(values)) }
            try await bench.publish(texts, before: [], schema: schema)
            #expect(try await bench.reconcile().warnings == [])
            let columns = Self.types.map { Self.reading("f_\($0.rawValue)", $0) }.joined(separator: ", ")
            for view in ["dish", "dish__versions", "dish__changes"] {
                let rows = try await bench.rows("SELECT key_hash, \(columns) FROM \(view)")
                #expect(rows.count == labels.count)
                for row in rows {
                    let values = try #require(labels[try row.keyHash("key_hash")])
                    for type in Self.types {
                        try Self.expect(row, "f_\(type.rawValue)", type, values[type], isSameType: true)
                    }
                }
            }
        }
    }

    // MARK: - A column of another type than the label was written with

    @Test func aValueOfAnotherTypeIsNullOrWhatItSays() async throws {
        var random = SeededRandom(seed: 77)
        var labels: [KeyHash: LabelValue] = [:]
        var number = 0
        for type in Self.types {
            for _ in 0..<25 {
                number += 1
                labels[ViewBench.key(number)] = Self.value(type, &random)
            }
        }
        let odd = [
            "12 ", " 12", "012", "+1", "-0", "1e3", "0x10", "true ", "TRUE", "2024-02-30", "2024-05-01 ", "2024-5-1",
            "20240501", "2024-05-01T10:00", "2024-05-01 10:00:00", "2024-05-01T10:00:00.1234567", "24:00:00",
            "-01:00:00", "100:00:00", "10:00", "10:00:00.", "9223372036854775808", "-9223372036854775809", "%", "_",
            "____-__-__", "NULL", "0000-00-00", "0", "00:00:00.000000", "1\n", "12abc",
        ]
        for text in odd {
            number += 1
            labels[ViewBench.key(number)] = .string(text)
        }
        for literal in ["123456789012345680000", "1e+21", "-1.5", "1e-7"] {
            number += 1
            labels[ViewBench.key(number)] = .number(literal)
        }
        try await ViewBench.with { bench, _ in
            let texts = labels.mapValues { value in Optional(Self.json(["x": value])) }
            try await bench.publish(texts, before: [])
            let dataset = try await bench.store.dataset(bench.name)
            for type in Self.types {
                let definition = ViewDefinition(
                    .current, of: dataset, schemaID: 1, columns: [ViewColumn(name: "x", type: type)],
                    storeDatabase: bench.database)
                try await bench.run(definition.statement(in: bench.database, replacing: true))
                let rows = try await bench.rows("SELECT key_hash, \(Self.reading("x", type)) FROM dish")
                #expect(rows.count == labels.count)
                for row in rows {
                    let value = try #require(labels[try row.keyHash("key_hash")])
                    try Self.expect(row, "x", type, value, isSameType: false)
                }
            }
        }
    }

    /// A server that reads no deeper says nothing of what it did not read; it says nothing wrong either.
    @Test(arguments: [1, 10, 30, 31, 60])
    func whatIsNestedTooDeepIsNull(depth: Int) async throws {
        let value = (1..<depth).reduce(LabelValue.list([.number("1")])) { value, _ in .list([value]) }
        try await ViewBench.with { bench, _ in
            let label = Self.json(["a": .string("before"), "f": value, "z": .string("behind")])
            try await bench.publish([ViewBench.key(1): label], before: [])
            let dataset = try await bench.store.dataset(bench.name)
            let columns = [("a", FieldType.string), ("f", .array), ("z", .string)].map(ViewColumn.init)
            let definition = ViewDefinition(
                .current, of: dataset, schemaID: 1, columns: columns, storeDatabase: bench.database)
            try await bench.run(definition.statement(in: bench.database, replacing: true))
            let row = try #require(try await bench.rows("SELECT a, f, z FROM dish").first)
            try Self.expect(row, "f", .array, value, isSameType: depth <= 30)
            for (column, text) in [("a", "before"), ("z", "behind")] {
                let found = try row.optionalText(column)
                #expect(found == text || (found == nil && depth > 30))
            }
        }
    }

    /// Names that no label schema lets through today are data all the same: a store may hold older ones.
    @Test func anyNameOfAMemberIsFoundAndNoneIsRun() async throws {
        let names = [
            "a\"b", "a\\b", "a`b", "a'b", "a.b", "$", "$.id", "[0]", "*", "**", "a b", "日本語", "x'); DROP TABLE t; --",
            "`; DROP VIEW dish; --", "a\\\"b", "\"", "``", "é", "%s", "?", ":name", "/*x*/", "x -- y", "#",
        ]
        try await ViewBench.with { bench, _ in
            var members: [String: LabelValue] = [:]
            for (index, name) in names.enumerated() { members[name] = .string("value \(index)") }
            try await bench.publish([ViewBench.key(1): Self.json(members)], before: [])
            let dataset = try await bench.store.dataset(bench.name)
            let columns = names.map { ViewColumn(name: $0, type: .string) }
            #expect(ViewDefinition.problems(with: columns) == [])
            let definition = ViewDefinition(
                .tag("a'b\\\"`; DROP TABLE sheaf_labels; --"), of: dataset, schemaID: 1, columns: columns,
                storeDatabase: bench.database)
            try await bench.run(definition.statement(in: bench.database, replacing: false))
            try await bench.run(
                "INSERT INTO sheaf_tags VALUES (1, 'a''b\\\\\"`; DROP TABLE sheaf_labels; --', 1, 'x', NULL, NOW())")
            let view = SQLText.name(definition.name)
            let row = try #require(try await bench.rows("SELECT * FROM \(view)").first)
            for (index, name) in names.enumerated() { #expect(try row.text(name) == "value \(index)", "\(name)") }
            #expect(try await bench.count("SELECT COUNT(*) FROM sheaf_labels") == 1)
        }
    }

    // MARK: - Values

    private static func json(_ values: [FieldType: LabelValue]) -> String {
        json(Dictionary(uniqueKeysWithValues: values.map { ("f_\($0.key.rawValue)", $0.value) }))
    }

    private static func json(_ members: [String: LabelValue]) -> String {
        var bytes: [UInt8] = []
        LabelValue.object(members.isEmpty ? ["id": .number("1")] : members).appendJSON(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func expect(
        _ row: ResultRow, _ column: String, _ type: FieldType, _ value: LabelValue?, isSameType: Bool
    ) throws {
        let shown = Comment(rawValue: "\(type) of \(String(describing: value))")
        if case .null = row[column] {
            // More digits of a second than SQL has are no time there.
            let isTooFine: Bool
            if case .string(let text)? = value, let dot = text.lastIndex(of: ".") {
                isTooFine = text[dot...].filter(\.isNumber).count > 6
            } else {
                isTooFine = false
            }
            #expect(value == nil || isTooFine || !isSameType, shown)
            return
        }
        let value = try #require(value, shown)
        switch (type, value) {
        case (.integer, .number(let literal)), (.year, .number(let literal)), (.integer, .string(let literal)),
            (.year, .string(let literal)):
            #expect(String(try row.int(column)) == literal, shown)
        case (.number, .number(let literal)):
            #expect(try row.double(column).bitPattern == Double(literal)?.bitPattern, shown)
        case (.boolean, .boolean(let flag)): #expect(try row.int(column) == (flag ? 1 : 0), shown)
        case (.boolean, .string(let text)): #expect(try row.int(column) == (text == "true" ? 1 : 0), shown)
        case (.date, .string(let text)): #expect(try row.text(column) == text, shown)
        case (.time, .string(let text)), (.datetime, .string(let text)):
            var found = try row.text(column)
            while found.hasSuffix("0") { found.removeLast() }
            if found.hasSuffix(".") { found.removeLast() }
            found = found.replacing(" ", with: "T")
            #expect(found == text || found + "Z" == text, shown)
        case (_, .string(let text)): #expect(Array(try row.text(column).utf8) == Array(text.utf8), shown)
        case (.string, _), (.any, _), (.yearmonth, _), (.duration, _), (.list, _), (.object, _), (.array, _),
            (.geopoint, _), (.geojson, _):
            let parsed = CanonicalLabel.parse(Array("{\"x\":\(try row.text(column))}".utf8))
            #expect(parsed?.first?.value == value, shown)
        default: Issue.record(shown)
        }
    }

    private static func value(_ type: FieldType, _ random: inout SeededRandom) -> LabelValue {
        func digits(_ count: Int, _ number: Int) -> String {
            String(repeating: "0", count: max(0, count - "\(number)".count)) + "\(number)"
        }
        func date(_ random: inout SeededRandom) -> String {
            let year = random.once(in: 5) ? random.pick([1, 1582, 9999]) : random.number(in: 1_900..<2_100)
            return "\(digits(4, year))-\(digits(2, random.number(in: 1..<13)))-\(digits(2, random.number(in: 1..<29)))"
        }
        func time(_ random: inout SeededRandom) -> String {
            let clock = [24, 60, 60].map { digits(2, random.number(in: 0..<$0)) }.joined(separator: ":")
            guard random.once(in: 2) else { return clock }
            let length = random.number(in: 1..<10)
            return clock + "." + (1..<length).map { _ in "\(random.number(in: 0..<10))" }.joined()
                + "\(random.number(in: 1..<10))"
        }
        switch type {
        case .string, .any: return .string(text(&random))
        case .integer:
            return .number(
                random.pick(["0", "-1", "\(Int64.max)", "\(Int64.min)", "\(Int64(bitPattern: random.next()))"]))
        case .number: return .number(number(&random))
        case .boolean: return .boolean(random.once(in: 2))
        case .date: return .string(date(&random))
        case .time: return .string(time(&random))
        case .datetime: return .string(date(&random) + "T" + time(&random) + (random.once(in: 2) ? "Z" : ""))
        case .year: return .number("\(random.number(in: 1..<3_000))")
        case .yearmonth: return .string(String(date(&random).prefix(7)))
        case .duration: return .string(random.pick(["P1Y2M", "P1DT12H", "-PT0.5S", "PT0S"]))
        case .list, .array:
            return .list((0..<random.number(in: 1..<4)).map { _ in .string(text(&random)) })
        case .object, .geojson:
            return .object([
                "a": .list([.number(number(&random)), .null, .boolean(true)]),
                "k" + text(&random): .string(text(&random)),
            ])
        case .geopoint: return .object(["lat": .number("35.68"), "lon": .number(number(&random))])
        }
    }

    /// As ECMAScript writes it.
    private static func number(_ random: inout SeededRandom) -> String {
        let pool = [
            "0", "1", "-1.5", "1e-7", "1e+21", "0.1", "0.30000000000000004", "123456789012345680000",
            "5e-324", "2.2250738585072014e-308", "1.7976931348623157e+308", "9007199254740993",
        ]
        guard random.once(in: 2) else { return random.pick(pool) }
        let value = Double(bitPattern: random.next())
        guard value.isFinite, abs(value) >= 1e21 || abs(value) < 1e-6 else { return "\(random.next() >> 11)" }
        let text = "\(value)"
        return text.contains("e-") ? text : text.replacing("e", with: "e+").replacing("++", with: "+")
    }

    private static func text(_ random: inout SeededRandom) -> String {
        let pieces = [
            "a", "ラーメン", "\"", "\\", "\n", "\r\n", "\t", "\u{0}", "\u{1}", "\u{1F}", "\u{7F}", "\u{2028}", "😀", "👨‍👩‍👧",
            "か\u{3099}", "'", "`", "%", "_", " ", "{\"a\":1}", "[1]", "\\u0041", "$.x", "é", "\u{FEFF}", "\u{10FFFF}",
            "null", "true", "12", "\"quoted\"", "/", "</script>", "=1+1",
        ]
        if random.once(in: 30) { return String(repeating: random.pick(pieces), count: 10_000) }
        return (0..<random.number(in: 1..<6)).map { _ in random.pick(pieces) }.joined()
    }
}
