import LabelSchema
import Testing

@Suite struct FieldsMatchTests {
    private static func schema(_ match: String) throws -> LabelSchema {
        try LabelSchema.parse(
            """
            primaryKey: [id]
            \(match.isEmpty ? "" : "fieldsMatch: \(match)")
            fields:
              - { name: id, type: integer }
              - { name: kind, title: 種類, constraints: { required: true }, sheaf: { role: label } }
              - { name: tags, sheaf: { role: label } }
              - { name: memo, sheaf: { role: note } }
            """, file: "match.yaml")
    }

    /// The codes of a header's problems; empty if it is taken.
    private func problems(_ match: String, _ header: [String]) throws -> [String] {
        switch try Self.schema(match).bind(header: header, headerRow: 1) {
        case .bound: []
        case .refused(let problems): problems.map(\.code)
        }
    }

    @Test(arguments: [
        // All of them, in their order.
        (["id", "種類", "tags", "memo"], "exact equal subset superset partial"),
        (["種類", "id", "tags", "memo"], "equal subset superset partial"),
        (["id", "kind", "tags", "memo", "own"], "subset partial"),
        (["own", "id", "kind", "tags", "memo"], "subset partial"),
        (["id", "kind"], "superset partial"),
        (["id", "kind", "own"], "partial"),
        // A row cannot do without its key, nor without what is required.
        (["id", "tags", "memo"], ""), (["kind", "tags", "memo"], ""), (["own"], ""),
        (["id", "kind", "tags", "memo", "kind"], ""),
    ])
    func takesAHeaderInTheWaysThatAllowIt(header: [String], ways: String) throws {
        let taken = try ["exact", "equal", "subset", "superset", "partial"].filter { try problems($0, header).isEmpty }
        #expect(taken.joined(separator: " ") == ways)
        #expect(try problems("", header) == problems("subset", header), "subset is the default")
    }

    @Test func saysWhatDoesNotMatch() throws {
        #expect(try problems("exact", ["種類", "id", "tags", "memo"]) == ["incorrect-label"])
        #expect(try problems("exact", ["id", "種類", "tags", "memo", "own"]) == ["extra-label"])
        #expect(try problems("equal", ["id", "own"]) == Array(repeating: "missing-label", count: 3) + ["extra-label"])
        #expect(try problems("superset", ["id", "own"]) == ["missing-label", "extra-label"])
    }

    /// Leave to lack a column is no leave to lose one, and with it what people decided.
    @Test func aColumnThatASheetHadAndHasLostIsAProblem() throws {
        let schema = try Self.schema("partial")
        #expect(schema.lostColumns(["id", "kind", "tags"], now: ["id", "kind"]).map(\.code) == ["missing-label"])
        #expect(schema.lostColumns(["id", "kind"], now: ["id", "kind"]).isEmpty)
        // What is not stored with a label may come and go; and of a sheet that is read for the first time nothing is lost.
        #expect(schema.lostColumns(["id", "kind", "memo"], now: ["id", "kind"]).isEmpty)
        #expect(schema.lostColumns([], now: ["id", "kind"]).isEmpty)
    }
}
