import LabelSchema
import TestRandom
import Testing

@Suite struct SchemaYAMLTests {
    @Test(arguments: SampleSchemas.names)
    func aStoredSchemaReadsAsThePersonWroteIt(name: String) throws {
        let schema = try SampleSchemas.read(name)
        let text = schema.documentYAML
        #expect(text.hasPrefix("name: \(name)\n"))
        #expect(text.contains("\nfields:\n  - name: "))
        #expect(try LabelSchema.parse(text, file: "\(name).yaml").document == schema.document)
    }

    /// Whatever texts a document holds, they come back, and nothing of them reaches a terminal that is not seen.
    @Test func everyTextComesBackAndNoneIsHidden() throws {
        var random = SeededRandom(seed: 11)
        let pieces = [
            "a", "しょうゆ", "か\u{3099}", " ", ":", "#", "- ", "'", "\"", "\\", "\u{1B}[31m", "\u{202E}", "\u{200B}",
            "\u{85}",
            "\u{2028}", "x\u{FEFF}", "\u{7F}", "👩‍🍳", "true", "no", "1", "~", "|", ">", "%", "@", "`", "&x", "*x", "!",
            "{", "]", ",",
            "\u{E000}", "\u{10FFFF}", "?", "\u{3000}",
        ]
        for _ in 0..<1_500 {
            let text = (0..<random.number(in: 1..<6)).map { _ in random.pick(pieces) }.joined()
            let json = text.unicodeScalars.map { scalar -> String in
                scalar == "\"" || scalar == "\\" ? "\\\(scalar)" : scalar.value < 0x20 ? "\\u001b" : String(scalar)
            }.joined()
            let document =
                "{\"primaryKey\":[\"id\"],\"title\":\"\(json)\",\"fields\":[{\"name\":\"id\"},{\"name\":\"v\",\"description\":\"\(json)\",\"sheaf\":{\"role\":\"label\"}}]}"
            let schema = try LabelSchema.parse(document, file: "a.json")
            let yaml = schema.documentYAML
            #expect(try LabelSchema.parse(yaml, file: "a.yaml").document == schema.document, "\(yaml)")
            for line in yaml.split(separator: "\n") { #expect(CellText.shown(String(line), limit: .max) == line) }
        }
    }
}
