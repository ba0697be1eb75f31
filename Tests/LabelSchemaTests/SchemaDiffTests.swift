import LabelSchema
import Testing

/// `sheaf schema diff` and `plan` say what a changed schema means for the labels that are there.
@Suite struct SchemaDiffTests {
    private static let base = """
        name: dish
        title: 料理
        primaryKey: [id]
        missingValues: ["-"]
        sheaf: { normalize: [trim] }
        fields:
          - { name: id, type: integer }
          - name: kind
            title: 種類
            constraints: { required: true, enum: [a, b] }
            sheaf: { role: label, aliases: { a: [aa, aaa] } }
          - name: tags
            type: list
            constraints: { maxLength: 3 }
            sheaf: { role: label, items: { enum: [x, y] } }
          - { name: score, type: number, constraints: { minimum: 1, maximum: 10 }, sheaf: { role: label } }
          - { name: day, type: date, constraints: { minimum: 2024-01-01 } }
          - { name: ok, type: boolean, sheaf: { role: label } }
          - { name: text, constraints: { minLength: 2, maxLength: 20, pattern: "[a-z]*" } }
          - { name: remark, constraints: { maxLength: 9 }, sheaf: { role: note } }
        """

    private static func changes(_ edits: [(String, String)]) throws -> [SchemaChange] {
        let old = try LabelSchema.parse(base, file: "dish.yaml")
        var text = base
        for (part, replacement) in edits {
            let count = text.ranges(of: part).count
            try #require(count == 1, "“\(part)” stands \(count) times in the schema")
            text = text.replacing(part, with: replacement)
        }
        return SchemaDiff(from: old, to: try LabelSchema.parse(text, file: "dish.yaml")).changes
    }

    private static func names(_ changes: [SchemaChange]) -> [String] {
        changes.map { "\($0.effect.rawValue) \($0.kind.rawValue) \($0.field ?? "") \($0.subject)" }
    }

    @Test(
        arguments: [
            ("title: 料理", "title: 食べ物", ["harmless text-changed  title"]),
            ("enum: [a, b]", "enum: [b, c, a]", ["harmless value-added kind c"]),
            ("enum: [a, b]", "enum: [a]", ["may_cost value-removed kind b"]),
            ("enum: [x, y]", "enum: [x, z]", ["harmless value-added tags z", "may_cost value-removed tags y"]),
            (", enum: [a, b]", "", ["harmless constraint-loosened kind enum"]),
            ("required: true, ", "", ["harmless constraint-loosened kind required"]),
            ("{ maxLength: 3 }", "{ maxLength: 2 }", ["may_cost constraint-tightened tags maxLength"]),
            ("{ maxLength: 3 }", "{ maxLength: 4 }", ["harmless constraint-loosened tags maxLength"]),
            ("{ maxLength: 3 }", "{ required: true, maxLength: 3 }", ["may_cost constraint-tightened tags required"]),
            ("minLength: 2, ", "minLength: 1, ", ["harmless constraint-loosened text minLength"]),
            ("minLength: 2, ", "", ["harmless constraint-loosened text minLength"]),
            ("minimum: 1,", "minimum: 0.5,", ["harmless constraint-loosened score minimum"]),
            ("minimum: 1,", "minimum: 1.0,", ["harmless constraint-loosened score minimum"]),
            ("minimum: 1,", "minimum: 2,", ["may_cost constraint-tightened score minimum"]),
            ("maximum: 10", "maximum: 9", ["may_cost constraint-tightened score maximum"]),
            ("minimum: 2024-01-01", "minimum: 2023-12-31", ["harmless constraint-loosened day minimum"]),
            ("minimum: 2024-01-01", "minimum: 2024-01-02", ["may_cost constraint-tightened day minimum"]),
            (
                "minimum: 1,", "exclusiveMinimum: 0,",
                [
                    "may_cost constraint-tightened score exclusiveMinimum",
                    "harmless constraint-loosened score minimum",
                ]
            ),
            ("\"[a-z]*\"", "\"[a-z]+\"", ["may_cost constraint-tightened text pattern"]),
            ("type: number", "type: integer", ["may_cost type-changed score type"]),
            ("[aa, aaa]", "[aa]", ["rereads alias-removed kind aaa"]),
            ("[aa, aaa]", "[aa, aaa, A]", ["rereads alias-added kind A"]),
            ("{ a: [aa, aaa] }", "{ a: [aa], b: [aaa] }", ["rereads alias-changed kind aaa"]),
            (
                "role: label, aliases", "role: label, normalize: [nfkc, trim], aliases",
                ["rereads normalize-changed kind normalize"]
            ),
            ("type: boolean,", "type: boolean, falseValues: [\"no\"],", ["rereads reading-changed ok falseValues"]),
            ("title: 種類", "title: 分類", ["harmless header-changed kind header", "harmless text-changed kind title"]),
            (
                "title: 種類", "title: 分類\n    description: どの料理か\n    example: a",
                [
                    "harmless header-changed kind header", "harmless text-changed kind title",
                    "harmless text-changed kind description", "harmless text-changed kind example",
                ]
            ),
            ("{ maxLength: 9 }", "{ maxLength: 8 }", ["rereads constraint-tightened remark maxLength"]),
            ("role: note }", "role: annotator }", ["harmless role-changed remark role"]),
            ("role: note }", "role: note, canonical: true }", ["rereads role-changed remark canonical"]),
            (
                "{ role: label } }\n  - { name: text", "{ role: context } }\n  - { name: text",
                ["may_cost role-changed ok role"]
            ),
            (
                "primaryKey: [id]", "primaryKey: [id, day]",
                ["may_cost role-changed day role", "may_cost key-changed  primaryKey"]
            ),
            (
                "  - { name: remark", "  - { name: more, title: もっと }\n  - { name: remark",
                ["harmless field-added more fields", "harmless header-changed more header"]
            ),
            (
                "  - { name: remark", "  - { name: more, constraints: { required: true } }\n  - { name: remark",
                ["may_cost field-added more fields", "harmless header-changed more header"]
            ),
            (
                "  - { name: day, type: date, constraints: { minimum: 2024-01-01 } }\n", "",
                ["may_cost field-removed day fields"]
            ),
            (
                "name: day, type: date,", "name: on, type: date, sheaf: { was: day },",
                ["rereads field-renamed on day", "harmless header-changed on header"]
            ),
            (
                "\"-\"", "\"-\", n/a",
                [
                    "may_cost missing-values-changed id missingValues",
                    "rereads missing-values-changed kind missingValues",
                    "rereads missing-values-changed tags missingValues",
                    "rereads missing-values-changed score missingValues",
                    "rereads missing-values-changed day missingValues",
                    "rereads missing-values-changed ok missingValues",
                    "rereads missing-values-changed text missingValues",
                    "rereads missing-values-changed remark missingValues",
                ]
            ),
        ] as [(String, String, [String])])
    func tellsWhatEachChangeMeans(part: String, replacement: String, expected: [String]) throws {
        #expect(Self.names(try Self.changes([(part, replacement)])) == expected)
    }

    @Test func theOrderOfFieldsAndWhatIsUsualAnywaySayNothing() throws {
        let changes = try Self.changes([
            ("  - { name: text,", "  - { type: string, name: text, format: default,"),
            ("name: dish\n", ""), ("primaryKey: [id]", "name: dish\nprimaryKey: id"),
            ("type: list", "type: list\n    itemType: string\n    delimiter: \",\""),
        ])
        #expect(Self.names(changes).isEmpty)
    }

    @Test func keysOverSeveralRowsFollowARenamedField() throws {
        let keys = "uniqueKeys: [[kind, text]]\nforeignKeys: [{ fields: day, reference: { fields: day } }]\n"
        let old = try LabelSchema.parse(Self.base.replacing("fields:\n", with: keys + "fields:\n"), file: "dish.yaml")
        let text = Self.base.replacing(
            "fields:\n", with: keys.replacing("text", with: "words").replacing("day", with: "date") + "fields:\n"
        )
        .replacing("name: text, ", with: "name: words, sheaf: { was: text }, ")
        .replacing("name: day, ", with: "name: date, sheaf: { was: day }, ")
        let new = try LabelSchema.parse(text, file: "dish.yaml")
        let kinds = SchemaDiff(from: old, to: new).changes.map(\.kind)
        #expect(kinds == [.fieldRenamed, .headerChanged, .fieldRenamed, .headerChanged])
        let without = try LabelSchema.parse(Self.base, file: "dish.yaml")
        #expect(
            Self.names(SchemaDiff(from: old, to: without).changes) == [
                "harmless unique-changed  uniqueKeys", "harmless foreign-keys-changed  foreignKeys",
            ])
        #expect(
            Self.names(SchemaDiff(from: without, to: old).changes) == [
                "may_cost unique-changed  uniqueKeys", "may_cost foreign-keys-changed  foreignKeys",
            ])
    }

    @Test(arguments: [
        (["[\"value\"]", "[\"x\"]", "[\"z\"]"], SchemaEffect.harmless), (["[\"value\"]", "[\"x\"]"], .harmless),
        (["[\"value\"]", "[\"z\"]"], .mayCost),
    ])
    func aListThatKeysReferToMayGrow(rows: [String], effect: SchemaEffect) throws {
        func schema(_ rows: [String]) throws -> LabelSchema {
            let key = "foreignKeys: [{ fields: text, reference: { resource: words, fields: value } }]\n"
            let text = Self.base.replacing("fields:\n", with: key + "fields:\n")
                .replacing(
                    "sheaf: { normalize", with: "sheaf: { lists: { words: [\(rows.joined(separator: ","))] }, normalize"
                )
            return try LabelSchema.parse(
                text.replacing("minLength: 2", with: "minLength: 1"), file: "dish.yaml")
        }
        let diff = SchemaDiff(from: try schema(["[\"value\"]", "[\"x\"]"]), to: try schema(rows))
        #expect(diff.effect == effect)
        #expect(diff.changes.map(\.kind) == (rows.count == 2 && effect == .harmless ? [] : [.listChanged]))
    }

    @Test func aRuleIsWhatItSays() throws {
        func changes(_ old: String, _ new: String) throws -> [String] {
            func schema(_ rules: String) throws -> LabelSchema {
                let text = Self.base.replacing(
                    "sheaf: { normalize: [trim] }", with: "sheaf:\n  normalize: [trim]\n  rules: \(rules)")
                return try LabelSchema.parse(text, file: "dish.yaml")
            }
            return Self.names(SchemaDiff(from: try schema(old), to: try schema(new)).changes)
        }
        let rule = "if ok is false then text is empty"
        #expect(try changes("[]", "[\(rule)]") == ["may_cost rules-changed  rules"])
        #expect(try changes("[\(rule)]", "[]") == ["harmless rules-changed  rules"])
        #expect(try changes("[\(rule)]", "[{ rule: \(rule), name: r1, message: { en: No } }]").isEmpty)
        #expect(try changes("[]", "[{ rule: \(rule), severity: warning }]") == ["harmless rules-changed  rules"])
    }

    @Test func aRenamedFieldIsComparedWithWhatItWas() throws {
        let changes = try Self.changes([
            (
                "name: score, type: number, constraints: { minimum: 1,",
                "name: points, type: number, constraints: { minimum: 3,"
            ),
            ("maximum: 10 }, sheaf: { role: label }", "maximum: 10 }, sheaf: { role: label, was: [marks, score] }"),
        ])
        #expect(
            Self.names(changes) == [
                "rereads field-renamed points score", "harmless header-changed points header",
                "may_cost constraint-tightened points minimum",
            ])
        #expect(changes.map(\.description).contains("points: was `score`"))
    }

    @Test func aRenamedKeyIsTheSameKey() throws {
        let changes = try Self.changes([
            ("primaryKey: [id]", "primaryKey: [number]"),
            ("name: id, type: integer", "name: number, type: integer, sheaf: { was: id }"),
        ])
        #expect(!changes.contains { $0.kind == .keyChanged })
        #expect(changes.contains { $0.kind == .fieldRenamed && $0.subject == "id" })
    }

    /// A former name that is of no use, since the old schema had both, takes nothing over.
    @Test func aFieldThatWasThereBesideItsFormerNameLosesTheOther() throws {
        let changes = try Self.changes([
            ("  - { name: day, type: date, constraints: { minimum: 2024-01-01 } }\n", ""),
            ("name: text, ", "name: text, sheaf: { was: day }, "),
        ])
        #expect(changes.contains { $0.kind == .fieldRemoved && $0.field == "day" && $0.effect == .mayCost })
    }

    @Test func whatATextHoldsIsShownHarmless() throws {
        let changes = try Self.changes([("title: 料理", "title: \"\\u001b[31mx\\u202e\"")])
        #expect(changes.map(\.description) == ["`title` is changed from 料理 to \\u{1B}[31mx\\u{202E}"])
    }
}
