import LabelSchema
import LabelStore
import Testing

@testable import Sync

/// Which stored labels a changed schema would no longer allow.
@Suite struct SchemaCostTests {
    private static let schema = Workbench.schemaText

    /// Four labels: 1 and 2 have one name, 3 has none, 4 refers to a key that is there.
    private static let rows = [["1", "a", "主食"], ["2", "a", "主菜"], ["3", "", "副菜"], ["4", "b", "主食"]]

    private static func cost(_ schema: String, _ bench: Workbench) async throws -> [String] {
        try await labels(schema, bench).map { label in
            "\(label.key) \(label.errors.map { "\($0.code)/\($0.field ?? "")" }.joined(separator: " "))"
        }.sorted()
    }

    private static func labels(_ schema: String, _ bench: Workbench) async throws -> [SchemaCost.InvalidLabel] {
        let dataset = try await bench.record()
        let parsed = try LabelSchema.parse(schema, file: "dish.yaml")
        let found = Shared<[SchemaCost.InvalidLabel]>([])
        let checked = Shared(0)
        try await SchemaCost(store: bench.store, dataset: dataset, schema: parsed)
            .check(version: dataset.currentVersion) { count, invalid in
                checked.value = count
                found.value += invalid
            }
        #expect(checked.value == 4)
        return found.value
    }

    @Test(
        arguments: [
            ("副菜]", "副菜, 汁物]", []),
            ("enum: [主食, 主菜, 副菜]", "enum: [主食, 主菜]", ["[3] constraint-error/kind"]),
            (
                "name: kind", "name: course",
                [
                    "[1] constraint-error/course extra-cell/kind", "[2] constraint-error/course extra-cell/kind",
                    "[3] constraint-error/course extra-cell/kind", "[4] constraint-error/course extra-cell/kind",
                ]
            ),
            ("title: 名前,", "title: 名前, constraints: { required: true },", ["[3] constraint-error/name"]),
            (
                "title: 名前,", "title: 名前, constraints: { unique: true },",
                ["[1] unique-error/name", "[2] unique-error/name"]
            ),
            (
                "primaryKey: [id]", "primaryKey: [id]\nuniqueKeys: [[name, kind]]", []
            ),
            (
                "primaryKey: [id]",
                "primaryKey: [id]\nsheaf: { lists: { names: [[value], [a]] } }\n"
                    + "foreignKeys: [{ fields: name, reference: { resource: names, fields: value } }]",
                ["[4] foreign-key/name"]
            ),
            (
                "primaryKey: [id]\n", "primaryKey: [name]\n",
                ["[1] primary-key/name", "[2] primary-key/name", "[3] primary-key/name", "[4] primary-key/name"]
            ),
        ] as [(String, String, [String])])
    func countsWhatTheNewSchemaDoesNotAllow(part: String, replacement: String, expected: [String]) async throws {
        try await Workbench.with { bench in
            try bench.write("a.csv", Self.rows)
            try await bench.sync(["a.csv"])
            var text = Self.schema.replacing(part, with: replacement)
            if replacement == "primaryKey: [name]\n" {
                text = text.replacing("sheaf: { role: key }", with: "sheaf: { role: context }")
                    .replacing("title: 名前, sheaf: { role: context }", with: "title: 名前, sheaf: { role: key }")
            }
            #expect(try await Self.cost(text, bench) == expected)
        }
    }

    @Test func aLabelThatStandsInNoCellIsQuotedAllTheSame() async throws {
        try await Workbench.with { bench in
            try bench.write("a.csv", Self.rows)
            try await bench.sync(["a.csv"])
            let text = Self.schema.replacing("title: 名前,", with: "title: 名前, constraints: { unique: true },")
            let messages = try await Self.labels(text, bench).flatMap(\.errors).map { $0.message(.ja) }
            #expect(messages == Array(repeating: "「名前」の「a」が、ほかのラベルと重なっています。", count: 2))
        }
    }

    @Test func aLabelMayReferToAnotherOneThatIsThere() async throws {
        try await Workbench.with { bench in
            try bench.write("a.csv", [["1", "2", "主食"], ["2", "2", "主菜"], ["3", "", "副菜"], ["4", "9", "主食"]])
            let numeric = Self.schema.replacing("name: name, type: string", with: "name: name, type: integer")
            try await bench.sync(["a.csv"], schema: numeric)
            let text = numeric.replacing(
                "primaryKey: [id]",
                with: "primaryKey: [id]\nforeignKeys: [{ fields: name, reference: { resource: \"\", fields: id } }]")
            #expect(try await Self.cost(text, bench) == ["[4] foreign-key/name"])
        }
    }
}
