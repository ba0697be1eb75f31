import LabelSchema
import Tabular
import TestRandom
import Testing

/// Whatever stands in a cell, a row that is taken can be read from the store again, and is the same there.
@Suite struct CellFuzzTests {
    static let fields = [
        "type: string", "type: string, format: email", "type: string, format: uri", "type: string, format: uuid",
        "type: string, format: binary", "type: any", "type: integer", "type: integer, groupChar: ','",
        "type: integer, bareNumber: false", "type: number", "type: number, decimalChar: ',', groupChar: '.'",
        "type: number, bareNumber: false", "type: boolean", "type: boolean, trueValues: [はい], falseValues: [いいえ]",
        "type: date", "type: date, format: any", "type: date, format: '%d/%m/%Y'", "type: time",
        "type: time, format: any", "type: datetime", "type: datetime, format: any", "type: year", "type: yearmonth",
        "type: duration", "type: geopoint", "type: geopoint, format: array", "type: geopoint, format: object",
        "type: geojson", "type: geojson, format: topojson", "type: object", "type: array", "type: list",
        "type: list, itemType: integer", "type: list, itemType: date, delimiter: ;",
        "type: string, constraints: { pattern: '[a-z0-9]*', maxLength: 4 }",
        "type: string, constraints: { enum: [a, か, '1'] }",
        "type: integer, constraints: { minimum: -5, exclusiveMaximum: 100 }", "type: integer, categories: [1, 2, 3]",
        "type: date, constraints: { minimum: 2024-01-01 }", "type: array, constraints: { minLength: 1 }",
        "type: object, constraints: { jsonSchema: { properties: { a: { type: integer } } } }",
    ]
    private static let steps = ["", "sheaf: { normalize: [nfkc, trim, collapse_space, lowercase] }"]
    private static let words = [
        "", "0", "1", "-1", "12", "1,200", "1.5", "1e3", "-0", "9007199254740993", "1E400", "NaN", "true", "FALSE",
        "はい",
        "2024-02-29", "2023-02-29", "2024-05-01T10:30:00Z", "2024年5月1日", "10:30", "24:00:00", "午後3時半", "0000-01",
        "2024",
        "P1Y2M", "PT90M", "-P1D", "P", "139.76, 35.68", "[1,2]", "[1,2", #"{"a":1}"#, #"{"a":1,"a":2}"#,
        #"{"lon":1,"lat":2}"#,
        #"{"type":"Point","coordinates":[1,2]}"#, #"{"type":"Topology","objects":{},"arcs":[]}"#, "a", "か", "か\u{3099}",
        "ｶﾞ",
        "１２", "a@b.example", "http://a/b", "AAAA", "AA==", "123e4567-e89b-12d3-a456-426614174000", "a,b;c", ",,",
        "#N/A",
        "\u{0}", "\u{1B}[31m", "\u{202E}", "\u{200B}", "\u{FEFF}", "\u{A0}", "\u{3000}", "👩‍👩‍👧‍👦", "\u{301}", "\n", "\"",
        "\\",
        "=1+1", "\u{10FFFF}", "\u{E000}",
    ]

    static func cell(_ random: inout SeededRandom) -> String {
        switch random.number(in: 0..<8) {
        case 0..<4: return random.pick(words)
        case 4: return random.pick(words) + random.pick(words)
        case 5:
            var scalars = Array(random.pick(words).unicodeScalars)
            if !scalars.isEmpty { scalars.remove(at: random.number(in: 0..<scalars.count)) }
            return String(String.UnicodeScalarView(scalars))
        case 6: return String(repeating: random.pick(words), count: random.number(in: 1..<40))
        default:
            let scalars = (0..<random.number(in: 1..<6)).compactMap { _ in
                Unicode.Scalar(UInt32(random.number(in: 1..<0x3_0000)))
            }
            return String(String.UnicodeScalarView(scalars))
        }
    }

    @Test(arguments: steps)
    func whatIsTakenIsTheSameInTheStore(sheaf: String) throws {
        var taken = 0
        for (number, field) in Self.fields.enumerated() {
            let text = """
                primaryKey: [id]
                \(sheaf)
                fields:
                  - { name: id, type: integer }
                  - { name: value, \(field), sheaf: { role: label } }
                """
            let schema = try LabelSchema.parse(text, file: "fuzz.yaml")
            let stored = try LabelSchema.parse(document: schema.document)
            #expect(stored.document == schema.document, "\(field)")
            var random = SeededRandom(seed: UInt64(number))
            var batch = RowBatch(firstRowNumber: 2)
            for id in 1...1_200 {
                batch.appendCell(.number, "\(id)".utf8)
                let cell = Self.cell(&random)
                batch.appendCell(cell.isEmpty ? .empty : .text, cell.utf8)
                batch.endRow()
            }
            let (first, second) = (try validated(batch, schema), try validated(batch, stored))
            #expect(first.rows.map { first.text($0.seen) } == second.rows.map { second.text($0.seen) }, "\(field)")
            for row in first.rows where row.kind == .valid {
                taken += 1
                let label = Array(first.bytes[row.canonical])
                #expect(schema.check(canonicalLabel: label).isEmpty, "\(field): \(first.text(row.canonical))")
                let members = try #require(CanonicalLabel.parse(label))
                #expect(
                    schema.carriedOver(canonicalLabel: label)?.label == label && members.count == 2,
                    "\(field): \(first.text(row.canonical))")
            }
        }
        #expect(taken > 4_000)
    }

    private func validated(_ batch: RowBatch, _ schema: LabelSchema) throws -> ValidatedBatch {
        guard case .bound(var validator) = schema.bind(header: ["id", "value"], headerRow: 1) else {
            throw Refused()
        }
        return validator.validate(batch)
    }

    private struct Refused: Error {}
}
