import Testing

@testable import LabelSchema

@Suite struct SchemaDocumentTests {
    @Test(arguments: [
        (
            "recipe_category", ["recipe_id"],
            ["レシピID", "タイトル", "材料", "カテゴリ", "タグ", "確認日", "担当者", "メモ"]
        ),
        ("ingredient_name", ["written_name"], ["表記", "使用例", "正規名", "食材", "担当者", "メモ"]),
        (
            "step_tags", ["recipe_id", "step"],
            ["レシピID", "手順番号", "手順", "手順タグ", "合わせ印", "担当者", "メモ"]
        ),
        (
            "photo_food", ["photo_id"],
            ["写真ID", "写真URL", "料理が写っている", "写っているもの", "確認日", "担当者", "メモ"]
        ),
    ])
    func theSchemasThatComeAlongAreSound(name: String, key: [String], titles: [String]) throws {
        let schema = try SampleSchemas.read(name)
        #expect(schema.name == name)
        #expect(schema.primaryKey == key)
        #expect(schema.fields.map(\.title) == titles)
        for field in schema.fields {
            #expect(field.description != nil && field.example != nil, "\(field.name)")
            #expect(Set(field.titles.keys) == ["ja", "en"], "\(field.name)")
            for texts in field.messages.values { #expect(Set(texts.keys) == ["ja", "en"], "\(field.name)") }
        }
        // The examples of a schema make a row that is a label.
        let rows = try schema.check([schema.fields.map { .text($0.example ?? "") }])
        #expect(rows.map(\.kind) == [.valid], "\(rows.map(\.errorNames))")
    }

    /// The document that is stored with a version says all that the schema says.
    @Test(arguments: SampleSchemas.names)
    func readsBackFromItsStoredDocument(name: String) throws {
        let schema = try SampleSchemas.read(name)
        let stored = try LabelSchema.parse(document: schema.document)
        #expect(stored.document == schema.document)
        #expect(stored.name == schema.name)
        #expect(stored.title == schema.title)
        #expect(stored.description == schema.description)
        #expect(stored.fields == schema.fields)
        #expect(stored.primaryKey == schema.primaryKey)
        #expect(stored.canonicalFields.map(\.name) == schema.canonicalFields.map(\.name))
        let examples: [Typed] = schema.fields.map { .text($0.example ?? "") }
        let rows: [[Typed]] = [examples, ["1"], Array(repeating: "？", count: schema.fields.count)]
        let (first, second) = (try schema.check(rows), try stored.check(rows))
        #expect(first.map(\.seen) == second.map(\.seen))
        #expect(first.map(\.errors) == second.map(\.errors))
    }

    @Test func commentsOrderAndLayoutDoNotChangeADocument() throws {
        let yaml = """
            # A comment.
            primaryKey:
              - id
            fields: [{ name: id, type: integer }, { sheaf: { role: label }, name: v }]
            """
        let json =
            #"{"fields":[{"type":"integer","name":"id"},{"name":"v","sheaf":{"role":"label"}}],"primaryKey":["id"]}"#
        let fromYAML = try LabelSchema.parse(yaml, file: "schemas/a.yaml")
        let fromJSON = try LabelSchema.parse(json, file: "schemas/a.json")
        #expect(fromYAML.document == fromJSON.document)
        #expect(fromYAML.fields == fromJSON.fields)
        #expect(fromYAML.name == "a")
        #expect(
            String(decoding: fromYAML.document, as: UTF8.self)
                == #"{"fields":[{"name":"id","type":"integer"},{"name":"v","sheaf":{"role":"label"}}],"primaryKey":["id"]}"#
        )
    }

    @Test func wordsOfYAMLStayTexts() throws {
        let schema = try schemaOfOneField(["constraints: { enum: [yes, no, TRUE, はい, 2024-05-01, 1.10, ~x] }"])
        #expect(schema.fields[1].constraints.allowed == ["yes", "no", "TRUE", "はい", "2024-05-01", "1.10", "~x"])
    }

    @Test func fillsInWhatADocumentLeavesOut() throws {
        let schema = try LabelSchema.parse(
            """
            primaryKey: id
            missingValues: ["", { value: "-", label: none }]
            fields:
              - { name: id }
              - { name: seen }
              - { name: v, title: 値, sheaf: { role: label } }
            """.replacing(#"["", { value: "-", label: none }]"#, with: #"["", "-"]"#), file: "defaults.yaml")
        #expect(schema.title == "defaults")
        #expect(schema.fields.map(\.role) == [.key, .context, .label])
        #expect(schema.fields.map(\.type) == [.string, .string, .string])
        #expect(schema.fields.map(\.title) == ["id", "seen", "値"])
        #expect(schema.fields.allSatisfy { $0.missingValues == ["", "-"] && $0.normalize.isEmpty && $0.isCanonical })
    }

    @Test func takesMissingValuesWithLabels() throws {
        let schema = try schemaOfOneField(["missingValues: [{ value: '-', label: none }, { value: '?' }]"])
        #expect(schema.fields[1].missingValues == ["-", "?"])
    }
}
