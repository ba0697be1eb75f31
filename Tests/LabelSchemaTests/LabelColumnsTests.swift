import Tabular
import TestRandom
import Testing

@testable import LabelSchema

@Suite struct LabelColumnsTests {
    private static let schema = """
        primaryKey: [id]
        fields:
          - { name: id, type: integer }
          - { name: title, type: string, sheaf: { role: label } }
          - { name: other, type: string }
          - { name: kind, type: string }
          - { name: amount, type: number, decimalChar: "," }
          - { name: plain, type: number }
          - { name: flag, type: boolean, trueValues: ["はい"], falseValues: ["いいえ"] }
          - { name: tags, type: list, delimiter: ";" }
          - { name: counts, type: list, itemType: integer }
          - { name: day, type: date, format: "%d/%m/%Y" }
          - { name: at, type: datetime }
          - { name: place, type: geopoint }
          - { name: more, type: object }
          - { name: whatever, type: any }
        """

    private static func random(_ random: inout SeededRandom) -> LabelValue {
        let texts = [
            "", "plain", "=1+2", "'=x", "-5", "+a", "@b", "\ttab", "line\nbreak", "quote \" and \\ back", "カレー", "＝全角",
            "\u{2212}5", "a,b;c", "\u{7F}\u{1}", "😀", "[\"x\"]", "{}", "true", "null",
        ]
        return .string(texts.randomElement(using: &random) ?? "")
    }

    /// A label with some of the fields, as the canonical form may have them.
    private static func label(_ random: inout SeededRandom) -> [UInt8] {
        var members: [String: LabelValue] = ["id": .number("\(Int.random(in: -9...99_999, using: &random))")]
        func put(_ name: String, _ value: LabelValue) {
            if Bool.random(using: &random) { members[name] = value }
        }
        put("title", self.random(&random))
        put("other", self.random(&random))
        put("kind", self.random(&random))
        put("amount", .number("-1.5"))
        put("plain", .number("1e21"))
        put("flag", .boolean(.random(using: &random)))
        put("tags", .list((0..<Int.random(in: 0...3, using: &random)).map { _ in self.random(&random) }))
        put("counts", .list([.number("1"), .number("-2")]))
        put("day", .string("2026-11-21"))
        put("at", .string("2026-11-21T10:00:00"))
        put("place", .object(["lon": .number("139.7"), "lat": .number("35.6")]))
        put("more", .object(["id": .list([.object(["title": .string("x}")])]), "z": self.random(&random)]))
        put("whatever", self.random(&random))
        var bytes: [UInt8] = []
        LabelValue.object(members).appendJSON(to: &bytes)
        return bytes
    }

    /// Against the way by which cells are shown and restored, which parses the whole label.
    @Test(arguments: [true, false])
    func cellsAreThoseOfTheParsedLabel(escapes: Bool) throws {
        let schema = try LabelSchema.parse(Self.schema, file: "s.yaml")
        let fields = schema.canonicalFields
        var random = SeededRandom(seed: 7)
        var columns = LabelColumns(fields)
        for _ in 0..<3_000 {
            let label = Self.label(&random)
            var (one, other) = (CSVWriter(), CSVWriter())
            let isLabel = label.withUnsafeBufferPointer {
                columns.appendRow($0, to: &one, escapesFormulas: escapes)
            }
            other.append(
                row: LabelSchema.cells(ofCanonicalLabel: label, fields: fields, escapesFormulas: escapes))
            #expect(isLabel && one.bytes == other.bytes, "\(String(decoding: label, as: UTF8.self))")
        }
    }

    @Test func someFieldsOfALabelAreALabelOfThem() throws {
        let schema = try LabelSchema.parse(Self.schema, file: "s.yaml")
        var random = SeededRandom(seed: 8)
        for _ in 0..<2_000 {
            let label = Self.label(&random)
            let fields = schema.canonicalFields.shuffled(using: &random).prefix(Int.random(in: 1...14, using: &random))
            var columns = LabelColumns(Array(fields))
            var bytes: [UInt8] = []
            #expect(label.withUnsafeBufferPointer { columns.appendObject($0, to: &bytes) })
            let gone = Set(schema.canonicalFields.map(\.name)).subtracting(fields.map(\.name))
            #expect(bytes == CanonicalLabel.removing(gone, from: label))
        }
    }

    @Test(arguments: [
        "", "{", "}", "[]", "{\"id\"}", "{\"id\":}", "{\"id\":1", "{\"id\":1,}", "{\"id\":1,\"title\":\"x}", "{id:1}",
        "{\"id\":[1}", "{\"id\":1}}x", "\"id\"", "{\"title\":\"\\",
    ])
    func whatIsNoLabelIsToldAndReadNoFurtherThanItsEnd(text: String) throws {
        let schema = try LabelSchema.parse(Self.schema, file: "s.yaml")
        var columns = LabelColumns(schema.canonicalFields)
        var writer = CSVWriter()
        #expect(
            !Array(text.utf8).withUnsafeBufferPointer {
                columns.appendRow($0, to: &writer, escapesFormulas: true)
            })
    }

    // MARK: - Conditions

    @Test(arguments: [
        ("title = 'soup'", #"{"id":1,"title":"soup"}"#, true),
        ("title = 'soup'", #"{"id":1,"title":"stew"}"#, false),
        ("title = 'soup'", #"{"id":1}"#, false),
        ("not title = 'soup'", #"{"id":1}"#, false),
        ("title is empty", #"{"id":1}"#, true),
        ("id >= 10 and flag is true", #"{"flag":true,"id":10}"#, true),
        ("id >= 10 and flag is true", #"{"flag":false,"id":10}"#, false),
        ("id < 5 or tags contains 'x'", #"{"id":9,"tags":["x","y"]}"#, true),
        ("day > 2026-01-01", #"{"day":"2026-11-21","id":1}"#, true),
        ("kind is one of ['a', 'b']", #"{"id":1,"kind":"b"}"#, true),
        ("at least one of title, day", #"{"id":1}"#, false),
    ])
    func aConditionTakesWhatItSays(text: String, label: String, isTaken: Bool) throws {
        var condition = try LabelCondition(text, schema: try LabelSchema.parse(Self.schema, file: "s.yaml"))
        #expect(Array(label.utf8).withUnsafeBufferPointer { condition.holds(for: $0) } == isTaken)
    }

    @Test(arguments: [
        ("titel = 'x'", "titel"), ("title =", ""), ("title = 'x", ""), ("tags = 'x'", "list"), ("title > 'a'", "order"),
        ("1=1; DROP TABLE x", ""), ("day = 'tomorrow'", "day"), ("", ""), ("id = 1 or 1 = 1", ""),
        ("sleep(10) = 0", ""), ("\u{0}", ""),
    ])
    func aConditionThatMakesNoSenseIsRefusedWithItsPlace(text: String, word: String) throws {
        let schema = try LabelSchema.parse(Self.schema, file: "s.yaml")
        let problem = #expect(throws: LabelCondition.Problem.self) { try LabelCondition(text, schema: schema) }
        #expect((problem?.position ?? 0) >= 1 && problem?.message.isEmpty == false)
        #expect(word.isEmpty || problem?.message.contains(word) == true, "\(problem?.message ?? "")")
    }
}
