import LabelSchema
import Tabular
import TestRandom
import Testing

/// A stored label is checked again when its dataset's schema changes.
@Suite struct StoredLabelTests {
    private static let pool: [String] = [
        "", "1", "2", "-3", "007", "1.5", "1e3", "ラーメン", "らーめん", "Ａ", "a", "2024-05-01", "2024/5/1", "45413",
        "TRUE", "false", "はい", "時短", "時短、節約", "、", "P000123", "#N/A", " x ", "x\n\"y\\", "醤油", "しょうゆ",
        "https://example.com/a", "その他", "☆", "〇", "料理", "切る、混ぜる", "\u{1b}[31m", "か\u{3099}",
    ]

    @Test(arguments: SampleSchemas.names)
    func acceptsEveryLabelThatValidationMade(name: String) throws {
        let schema = try SampleSchemas.read(name)
        let examples = schema.fields.map { $0.example ?? "" }
        var generator = SeededRandom(seed: 42)
        var rows: [[Typed]] = [examples.map(Typed.text)]
        for _ in 0..<3000 {
            rows.append(
                examples.map { example -> Typed in
                    if Int.random(in: 0..<3, using: &generator) > 0 { return .text(example) }
                    let text = Self.pool.randomElement(using: &generator) ?? ""
                    switch Int.random(in: 0..<8, using: &generator) {
                    case 0: return .number("\(Int.random(in: -5...50_000, using: &generator))")
                    case 1: return .boolean(Bool.random(using: &generator))
                    default: return .text(text)
                    }
                })
        }
        let labels = try schema.check(rows).filter { $0.kind == .valid }.map(\.canonical)
        #expect(labels.count > 100)
        for label in labels { #expect(schema.check(canonicalLabel: Array(label.utf8)).isEmpty, "\(label)") }
    }

    private static func schema() throws -> LabelSchema {
        try LabelSchema.parse(
            """
            primaryKey: [id]
            sheaf: { normalize: [trim] }
            fields:
              - { name: id, type: integer }
              - name: category
                constraints: { required: true, enum: [a, b] }
                sheaf: { role: label, aliases: { a: [aa] } }
              - { name: tags, type: list, constraints: { maxLength: 2 }, sheaf: { role: label, items: { enum: [x, y, z] } } }
              - { name: flags, type: list, itemType: boolean, sheaf: { role: label } }
              - { name: ok, type: boolean, sheaf: { role: label } }
              - { name: score, type: number, constraints: { maximum: 10 }, sheaf: { role: label } }
              - { name: day, type: date, sheaf: { role: label } }
              - { name: who, sheaf: { role: annotator } }
            """, file: "stored.yaml")
    }

    @Test(
        arguments: [
            (#"{"category":"a","id":1}"#, []),
            (
                #"{"category":"b","day":"2024-05-01","flags":[true,false],"id":1,"ok":false,"score":1.5,"tags":["x","y"]}"#,
                []
            ),
            (#"{"category":"c","id":1}"#, ["constraint-error/category"]),
            (#"{"category":"aa","id":1}"#, ["constraint-error/category"]),
            (#"{"category":" a","id":1}"#, ["constraint-error/category"]),
            (#"{"category":1,"id":1}"#, ["type-error/category"]),
            (#"{"id":1}"#, ["constraint-error/category"]),
            (#"{"category":"a"}"#, ["primary-key/id"]),
            (#"{"category":"a","id":"1"}"#, ["primary-key/id"]),
            (#"{"category":"a","id":1.0}"#, ["primary-key/id"]),
            (#"{"category":"a","id":1,"score":11}"#, ["constraint-error/score"]),
            (#"{"category":"a","id":1,"score":1.50}"#, ["type-error/score"]),
            (#"{"category":"a","id":1,"ok":"TRUE"}"#, ["type-error/ok"]),
            (#"{"category":"a","id":1,"ok":null}"#, ["type-error/ok"]),
            (#"{"category":"a","day":"2024-02-30","id":1}"#, ["type-error/day"]),
            (#"{"category":"a","id":1,"tags":["x","q"]}"#, ["constraint-error/tags"]),
            (#"{"category":"a","id":1,"tags":["x","y","z"]}"#, ["constraint-error/tags"]),
            (#"{"category":"a","id":1,"tags":"x"}"#, ["type-error/tags"]),
            (#"{"category":"a","flags":["true"],"id":1}"#, ["type-error/flags"]),
            (#"{"category":"a","colour":"red","id":1,"who":"w"}"#, ["extra-cell/colour", "extra-cell/who"]),
            ("not json", ["type-error/"]), (#"{"id":1,"id":2}"#, ["type-error/"]),
        ] as [(String, [String])])
    func findsWhatDoesNotFitANewSchema(label: String, errors: [String]) throws {
        let found = try Self.schema().check(canonicalLabel: Array(label.utf8))
        #expect(found.map { "\($0.code)/\($0.field ?? "")" } == errors)
        #expect(found.allSatisfy { $0.rowNumber == 0 && $0.column == nil })
        for error in found {
            for language in MessageLanguage.allCases { #expect(!error.message(language).isEmpty) }
        }
    }

    @Test(arguments: [63, 64])
    func whatIsTakenCanBeReadFromTheStoreAgain(depth: Int) throws {
        let schema = try schemaOfOneField(["type: array"])
        let cell = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        let row = try #require(try schema.check([[.number("1"), .text(cell)]]).first)
        #expect((row.kind == .valid) == (depth == 63))
        if row.kind == .valid { #expect(schema.check(canonicalLabel: Array(row.canonical.utf8)).isEmpty) }
    }
}
