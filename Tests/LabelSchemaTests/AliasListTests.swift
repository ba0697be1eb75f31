import Tabular
import Testing

@testable import LabelSchema

@Suite struct AliasListTests {
    private static let list = """
        value,spelling,reading
        醤油,しょう油,しょうゆ
        醤油,お醤油,
        味醂,,みりん
        塩,食塩,しお
        """

    private func schema(
        _ lists: [String: String], field: String = "sheaf: { role: label, aliases: lists/ingredients.csv }",
        constraints: String = "enum: [醤油, 味醂, 塩]"
    ) throws(LabelSchemaMistakes) -> LabelSchema {
        try LabelSchema.parse(
            """
            primaryKey: [id]
            sheaf: { normalize: [nfkc, trim] }
            fields:
              - { name: id, type: integer }
              - name: value
                title: 材料
                constraints: { \(constraints) }
                \(field)

            """, file: "one.yaml", lists: ListFiles { name in lists[name].map { Array($0.utf8) } })
    }

    private func mistakes(
        _ lists: [String: String], field: String = "sheaf: { role: label, aliases: lists/ingredients.csv }",
        constraints: String = "enum: [醤油, 味醂, 塩]"
    ) -> [String] {
        do {
            _ = try schema(lists, field: field, constraints: constraints)
            return []
        } catch {
            return error.mistakes.map(\.description)
        }
    }

    @Test func spellingsOfAListBecomeTheirValue() throws {
        let schema = try schema(["lists/ingredients.csv": Self.list])
        for spelling in ["醤油", "しょう油", " お醤油　"] { #expect(try read(.text(spelling), schema).json == "\"醤油\"") }
        #expect(try read("食塩", schema).json == "\"塩\"")
        // The list is part of the stored document, which is whole by itself.
        let stored = try LabelSchema.parse(document: schema.document)
        #expect(try read("しょう油", stored).json == "\"醤油\"")
        #expect(stored.document == schema.document)
    }

    @Test(arguments: [
        ("しようゆ", "醤油"), ("shoyu", "醤油"), ("ミリン", "味醂"), ("味淋", "味醂"), ("寿司", nil), ("しよう油", "醤油"), ("mirin", "味醂"),
    ])
    func aReadingLeadsToTheValueThatWasMeant(typed: String, meant: String?) throws {
        let errors = try read(.text(typed), schema(["lists/ingredients.csv": Self.list])).errors
        #expect(errors.first?.detail["suggestion"] == meant)
    }

    @Test func readingsMayStandByThemselves() throws {
        let inline = try schema([:], field: "sheaf: { role: label, readings: { 醤油: しょうゆ, 塩: [しお, そると] } }")
        #expect(try read("ショーユ", inline).errors.first?.detail["suggestion"] == "醤油")
        #expect(try read("ソルト", inline).errors.first?.detail["suggestion"] == "塩")
        // A reading is no spelling.
        #expect(try read("しょうゆ", inline).errors.map(\.code) == ["constraint-error"])
        let list = try schema(
            ["r.csv": "value,reading\n醤油,しょうゆ\n"], field: "sheaf: { role: label, readings: r.csv }")
        #expect(try read("ショーユ", list).errors.first?.detail["suggestion"] == "醤油")
        #expect(
            mistakes([:], field: "sheaf: { role: label, readings: { 醬油: しょうゆ } }").contains {
                $0.hasPrefix("one.yaml:8: there are readings of “醬油”, which is no value of field `value`")
            })
    }

    @Test func theIssuesOwnExampleIsSaidInItsOwnWords() throws {
        let schema = try schema([:], field: "sheaf: { role: label }", constraints: "enum: [しょうゆ, みりん]")
        let error = try #require(try read("しようゆ", schema).errors.first)
        #expect(error.message(.ja) == "「しようゆ」は「材料」の一覧にありません。「しょうゆ」ではありませんか？")
    }

    @Test func saysWhatIsWrongWithAListByItsFileAndLine() {
        #expect(
            mistakes([
                "lists/ingredients.csv": """
                value,spelling
                醤油,しょう油
                塩,しょう油
                砂糖,さとう
                醤油,塩
                醤油,ｼｮｳﾕ
                塩,
                ,しお

                """
            ]) == [
                "lists/ingredients.csv:3: the alias “しょう油” stands for “醤油” already; keep one of them",
                "lists/ingredients.csv:4: there are aliases of “砂糖”, which is no value of field `value`; "
                    + "“砂糖” is not in the list of “value”. Allowed: 醤油 / 味醂 / 塩.",
                "lists/ingredients.csv:5: the alias “塩” is a value itself; leave it out, or take it out of the values",
                "lists/ingredients.csv:6: the alias “ｼｮｳﾕ” is never found, since `normalize` changes it; write “ショウユ”",
                "lists/ingredients.csv:7: a row of `aliases` of `sheaf` of field `value` has no `spelling`; "
                    + "fill it in, or take the row out",
                "lists/ingredients.csv:8: a row of `aliases` of `sheaf` of field `value` has no `value`; "
                    + "fill it in, or take the row out",
            ])
        #expect(
            mistakes(["lists/ingredients.csv": "value,speling\n醤油,しょう油\n"]).map { $0 } == [
                "lists/ingredients.csv:1: the list `lists/ingredients.csv` has no column `spelling`, which `aliases` of "
                    + "`sheaf` of field `value` needs; did you mean `speling`?"
            ])
        #expect(mistakes([:]).first?.contains("names the list `lists/ingredients.csv`, which cannot be read") == true)
        #expect(
            mistakes([:], field: "sheaf: { role: label, aliases: [しょう油] }").first?
                .contains("must be a mapping or the name of a list") == true)
    }

    /// Ten thousand spellings are nothing out of the ordinary; comparing each with each would be felt.
    @Test func tenThousandSpellingsAreFound() throws {
        let rows = (0..<10_000).map { "値\($0 / 4),つづり\($0)" }
        let schema = try schema(
            ["lists/ingredients.csv": "value,spelling\n" + rows.joined(separator: "\n")], constraints: "required: true")
        #expect(try read("つづり9999", schema).json == "\"値2499\"")
        #expect(try read("つづり0", schema).json == "\"値0\"")
        #expect(try read("つづり10000", schema).json == "\"つづり10000\"")
    }
}

@Suite struct AliasCountTests {
    @Test func countsWhatPeopleReallyType() throws {
        let schema = try schemaOfOneField(
            ["type: list", "sheaf: { role: label, aliases: { 弁当: [べんとう, 'お弁当'], 鍋: [なべ] } }"], normalize: "[nfkc, trim]"
        )
        var validator = try schema.validator()
        let batch = validator.validate(
            RowBatch([["1", "べんとう, 鍋"], ["2", "お弁当,ﾍﾞﾝﾄｳ, べんとう"], ["x", "なべ"], ["4", "弁当"], ["5", ""]]))
        let counts = batch.aliasCounts.map { "\($0.field) \($0.spelling) → \($0.value): \($0.count)" }
        #expect(
            counts.sorted() == [
                "value お弁当 → 弁当: 1", "value なべ → 鍋: 1", "value べんとう → 弁当: 2",
            ])
        #expect(validator.validate(RowBatch([["6", "弁当"]])).aliasCounts.isEmpty)
    }
}
