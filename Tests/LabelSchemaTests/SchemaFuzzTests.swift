import LabelSchema
import TestRandom
import Testing

/// Schemas that were damaged at random are read, or refused in words; never anything else.
@Suite struct SchemaFuzzTests {
    @Test(arguments: SampleSchemas.names, [1, 2, 3, 4])
    func aDamagedSchemaIsReadOrRefusedInWords(name: String, seed: Int) throws {
        let sound = try SampleSchemas.text(name)
        var random = SeededRandom(seed: UInt64(seed))
        var refused = 0
        for _ in 0..<60 {
            var text = sound
            for _ in 0..<random.number(in: 1..<4) { text = Self.damaged(text, &random) }
            do {
                let schema = try LabelSchema.parse(text, file: "damaged.yaml", lists: SampleSchemas.lists)
                let stored = try LabelSchema.parse(document: schema.document)
                #expect(stored.document == schema.document)
                #expect(stored.fields == schema.fields)
            } catch {
                refused += 1
                #expect(!error.mistakes.isEmpty)
                #expect(error.mistakes.allSatisfy { !$0.problem.isEmpty && $0.line >= 0 })
            }
        }
        #expect(refused > 10)
    }

    private static let words = [
        "null", "[]", "{}", "-1", "1e999", "'", "\"", "|", ">", "&a", "*a", "true", "はい", "\t", "[[[[",
        "{a: {a: {a: 1}}}",
        "label", "key", "enum", "sheaf:", "- ", "type: list", "type: object", "normalize: [nfc, nfc]", "\u{0}",
        "\u{202E}",
        "lists/ingredient_spellings.csv", "lists/none.csv", "if a then b", "99999999999999999999",
    ]

    private static func damaged(_ text: String, _ random: inout SeededRandom) -> String {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let place = random.number(in: 0..<lines.count)
        switch random.number(in: 0..<7) {
        case 0: lines.remove(at: place)
        case 1: lines.insert(lines[random.number(in: 0..<lines.count)], at: place)
        case 2: lines.swapAt(place, random.number(in: 0..<lines.count))
        case 3: lines[place] = String(repeating: " ", count: random.number(in: 0..<6)) + lines[place]
        case 4:
            let parts = lines[place].split(separator: ":", maxSplits: 1)
            lines[place] = "\(parts.first ?? ""): \(random.pick(words))"
        case 5: lines[place] += random.pick(words)
        default:
            var scalars = Array(lines[place].unicodeScalars)
            if !scalars.isEmpty { scalars.remove(at: random.number(in: 0..<scalars.count)) }
            lines[place] = String(String.UnicodeScalarView(scalars))
        }
        return lines.joined(separator: "\n")
    }
}
