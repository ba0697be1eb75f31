import LabelSchema
import TestRandom
import Testing

/// A renamed field keeps its history: `was` says what it was called.
@Suite struct FormerNameTests {
    private static func schema(_ was: String, others: String = "") throws -> LabelSchema {
        try LabelSchema.parse(
            """
            primaryKey: [id]
            fields:
              - { name: id, type: integer, sheaf: { was: recipe_id } }
              - { name: kind, sheaf: { role: label, was: \(was) } }
              - { name: aside, sheaf: { role: note, was: remark } }
            \(others)
            """, file: "renamed.yaml")
    }

    @Test(
        arguments: [
            (#"{"category":"a","recipe_id":1}"#, #"{"id":1,"kind":"a"}"#),
            (#"{"class":"a","id":1}"#, #"{"id":1,"kind":"a"}"#),
            // Of two former names the first; the other stays a member without a field.
            (#"{"category":"a","class":"b","id":1}"#, #"{"class":"b","id":1,"kind":"a"}"#),
            // The new name is there already.
            (#"{"category":"a","id":1,"kind":"b"}"#, #"{"category":"a","id":1,"kind":"b"}"#),
            (#"{"id":1,"kind":"b"}"#, #"{"id":1,"kind":"b"}"#),
            // What is not exported has no member to take over.
            (#"{"id":1,"remark":"x"}"#, #"{"id":1,"remark":"x"}"#),
            (
                #"{"category":["か\n\"\u0001",{"b":1,"z":-0.5e10}],"id":1}"#,
                #"{"id":1,"kind":["か\n\"\u0001",{"b":1,"z":-0.5e10}]}"#
            ),
            ("{}", "{}"),
            ("[1]", nil), ("not json", nil), (#"{"id":1,"id":1}"#, nil), ("", nil),
        ] as [(String, String?)])
    func aStoredLabelTakesTheNamesOfTheNewSchema(label: String, expected: String?) throws {
        let translated = try Self.schema("[category, class]").translated(canonicalLabel: Array(label.utf8))
        #expect(translated.map { String(decoding: $0, as: UTF8.self) } == expected)
    }

    @Test func aSchemaThatRenamesNothingLeavesTheBytesAlone() throws {
        let schema = try LabelSchema.parse(
            "primaryKey: [id]\nfields: [{ name: id }, { name: v, sheaf: { role: label } }]", file: "plain.yaml")
        #expect(!schema.hasFormerNames)
        #expect(schema.translated(canonicalLabel: Array("anything".utf8)) == Array("anything".utf8))
    }

    @Test func tellsWhichMembersHaveNoFieldAnyMore() throws {
        let schema = try Self.schema("category")
        let label = Array(#"{"colour":"red","id":1,"kind":"a","remark":"x"}"#.utf8)
        #expect(schema.formerMembers(of: label) == ["colour", "remark"])
        #expect(schema.formerMembers(of: Array("no label".utf8)).isEmpty)
    }

    @Test func theNamesAreKeptWithTheStoredDocument() throws {
        let schema = try Self.schema("[category, class]")
        let stored = try LabelSchema.parse(document: schema.document)
        #expect(stored.fields.map(\.formerNames) == [["recipe_id"], ["category", "class"], ["remark"]])
        #expect(stored.document == schema.document)
    }

    /// Whatever a label holds, translating loses nothing and translating again changes nothing.
    @Test func translatingLosesNoValueAndIsDoneOnce() throws {
        let schema = try Self.schema("[category, class]")
        var generator = SeededRandom(seed: 7)
        let names = ["id", "recipe_id", "kind", "category", "class", "remark", "aside", "Category", "か"]
        let values = ["1", "-2.5", "\"a\"", "\"か\\u3099\"", "[\"x\",\"y\"]", "true", "{\"b\":2}"]
        for _ in 0..<2_000 {
            let chosen = names.filter { _ in Bool.random(using: &generator) }
            let pairs = chosen.map { ($0, values.randomElement(using: &generator) ?? "1") }
            let label = "{" + pairs.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
            let before = try #require(CanonicalLabel.parse(Array(label.utf8)))
            let once = try #require(schema.translated(canonicalLabel: Array(label.utf8)))
            let after = try #require(CanonicalLabel.parse(once))
            #expect(before.count == after.count)
            for value in Set(before.map(\.value)) {
                #expect(before.count { $0.value == value } == after.count { $0.value == value }, "\(label)")
            }
            #expect(schema.translated(canonicalLabel: once) == once, "\(label)")
        }
    }

    @Test(
        arguments: [
            ("id", ["`was` of field `kind` names `id`, which is the field in line 3"]),
            ("recipe_id", ["`was` of field `kind` names `recipe_id`, as does that of field `id`"]),
            ("kind", ["`was` of `sheaf` of field `kind` is the field's own name"]),
            ("カテゴリ", ["`was` of `sheaf` of field `kind` cannot be “カテゴリ”: no field can have had that name"]),
            ("[a, a]", ["`a` stands twice in `was` of `sheaf` of field `kind`"]),
            ("{ a: b }", ["`was` of `sheaf` of field `kind` must be text, but is a mapping"]),
            ("[[a]]", ["an entry of `was` of `sheaf` of field `kind` must be text, but is a list"]),
            ("\"\"", ["`was` of `sheaf` of field `kind` must be text, but is empty"]),
        ] as [(String, [String])])
    func aFormerNameMustLeadToOneField(was: String, problems: [String]) {
        var found: [String] = []
        do {
            _ = try Self.schema(was)
        } catch let mistakes as LabelSchemaMistakes {
            found = mistakes.mistakes.map(\.problem)
            #expect(mistakes.mistakes.allSatisfy { $0.line > 0 })
        } catch {
            Issue.record(error)
        }
        #expect(found == problems)
    }
}
