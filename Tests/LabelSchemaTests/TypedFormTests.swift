import Tabular
import TestRandom
import Testing

@testable import LabelSchema

/// What is put into a cell to say a value is read as exactly that value.
@Suite struct TypedFormTests {
    /// Every type, with its formats: labels are read from cells at random, and typed again.
    @Test(arguments: ["", "sheaf: { normalize: [nfkc, trim, collapse_space, lowercase] }"])
    func whateverIsALabelCanBeTypedAgain(sheaf: String) throws {
        var typed = 0
        let more = [
            "type: list, itemType: boolean", "type: list, itemType: number, delimiter: ';'",
            "type: list, itemType: datetime", "type: list, itemType: time",
            "type: datetime, format: '%d/%m/%Y %H:%M:%S'",
            "type: time, format: '%H:%M'", "type: date, format: '%d.%m.%y'",
            "type: boolean, trueValues: ['1'], falseValues: ['0']",
            "type: number, missingValues: ['-1', '1']", "type: datetime, format: '%Y-%m-%dT%H:%M:%S%z'",
        ]
        for (number, field) in (CellFuzzTests.fields + more).enumerated() {
            let schema = try LabelSchema.parse(
                """
                primaryKey: [id]
                \(sheaf)
                fields:
                  - { name: id, type: integer }
                  - { name: value, \(field), sheaf: { role: label } }
                """, file: "typed.yaml")
            let typing = try #require(schema.typing(ofField: "value"))
            var random = SeededRandom(seed: UInt64(number) + 1_000)
            for _ in 0..<600 {
                let cell = Self.cell(&random)
                guard case .value(let json) = typing.read(cell) else { continue }
                let label = Array("{\"value\":".utf8) + json + [UInt8(ascii: "}")]
                let value = try #require(CanonicalLabel.parse(label)?.first?.value)
                for present in [TypedCell.empty, .text("x"), .number("5"), .boolean(true)] {
                    let again = typing.cell(saying: value, insteadOf: present)
                    let found = try again.map { try Self.read($0, schema) } ?? nil
                    #expect(
                        found == String(decoding: json, as: UTF8.self),
                        "\(field): \(cell) as \(String(describing: again))")
                    typed += 1
                }
            }
        }
        #expect(typed > 8_000)
    }

    private static func cell(_ random: inout SeededRandom) -> TypedCell {
        switch random.number(in: 0..<6) {
        case 0:
            return .number(random.pick(["0", "1", "-5", "1.5", "45413", "45413.4375", "0.5", "2024", "1e21", "0.1"]))
        case 1: return .boolean(random.once(in: 2))
        default:
            let text = CellFuzzTests.cell(&random)
            return text.isEmpty ? .empty : .text(text)
        }
    }

    /// By way of a whole row, as a sync reads it.
    private static func read(_ cell: TypedCell, _ schema: LabelSchema) throws -> String? {
        var validator = try schema.validator()
        let batch = validator.validate(RowBatch(row: 2, [.number("1"), cell]))
        guard let row = batch.rows.first, row.kind == .valid else { return nil }
        return String(batch.text(row.canonical).dropFirst(#"{"id":1,"value":"#.count).dropLast())
    }

    private static func typed(
        _ field: String, _ json: String, insteadOf present: TypedCell = .empty
    ) throws -> TypedCell? {
        let schema = try LabelSchema.parse(
            "primaryKey: [id]\nfields:\n  - { name: id, type: integer }\n"
                + "  - { name: value, \(field), sheaf: { role: label } }\n", file: "one.yaml")
        let value = CanonicalLabel.parse(Array("{\"value\":\(json)}".utf8))?.first?.value
        return try #require(schema.typing(ofField: "value")).cell(saying: value, insteadOf: present)
    }

    private static let forms: [(field: String, json: String, present: TypedCell, typed: TypedCell?)] = [
        ("type: string", #""=HYPERLINK(\"http://x\")""#, .empty, .text(#"=HYPERLINK("http://x")"#)),
        ("type: string", #""007""#, .number("7"), .text("007")),
        ("type: integer", "12", .text("x"), .number("12")),
        ("type: integer", "9007199254740993", .empty, .text("9007199254740993")),
        ("type: number, decimalChar: ','", "1.5", .empty, .number("1.5")),
        ("type: boolean", "true", .empty, .boolean(true)),
        ("type: boolean, trueValues: [はい], falseValues: [いいえ]", "false", .empty, .text("いいえ")),
        ("type: boolean, trueValues: [はい], falseValues: [いいえ]", "false", .boolean(true), .boolean(false)),
        ("type: boolean", "true", .text("false"), .text("true")),
        ("type: date", #""2024-05-01""#, .empty, .text("2024-05-01")),
        ("type: date", #""2024-05-01""#, .number("45000"), .number("45413")),
        ("type: date, format: '%d/%m/%Y'", #""2024-05-01""#, .text("x"), .text("01/05/2024")),
        ("type: datetime", #""2024-05-01T10:30:00""#, .number("1"), .number("45413.4375")),
        ("type: datetime", #""2024-05-01T10:30:00Z""#, .number("1"), .text("2024-05-01T10:30:00Z")),
        // No text of the pattern says the seconds.
        ("type: datetime, format: '%Y-%m-%d %H:%M'", #""2024-05-01T12:00:36""#, .empty, .number("45413.50041666667")),
        ("type: list", #"["時短","節約"]"#, .empty, .text("時短,節約")),
        ("type: list", #"["a,b"]"#, .empty, nil),
        ("type: string, constraints: { enum: [a, b] }", #""c""#, .empty, nil),
        ("type: integer", #""text""#, .empty, nil),
        ("type: string", "null", .empty, nil),
    ]

    @Test func valuesAreTypedAsPeopleWould() throws {
        for form in Self.forms {
            #expect(try Self.typed(form.field, form.json, insteadOf: form.present) == form.typed, "\(form)")
        }
    }

    /// A cell takes so much and no more.
    @Test func aTextThatIsTooLongForACellIsNotTyped() throws {
        let longest = String(repeating: "あ", count: FieldTyping.longestText)
        #expect(try Self.typed("type: string", "\"\(longest)\"") == .text(longest))
        #expect(try Self.typed("type: string", "\"\(longest)あ\"") == nil)
    }
}
