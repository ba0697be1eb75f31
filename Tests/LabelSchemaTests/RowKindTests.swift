import LabelSchema
import Tabular
import Testing

@Suite struct RowKindTests {
    private static func schema() throws -> LabelSchema {
        try LabelSchema.parse(
            """
            primaryKey: [id]
            sheaf: { normalize: [nfkc, trim] }
            fields:
              - { name: id, type: integer, constraints: { minimum: 1 } }
              - { name: title, constraints: { required: true }, sheaf: { role: context } }
              - { name: category, constraints: { required: true, enum: [a, b] }, sheaf: { role: label } }
              - { name: day, type: date, sheaf: { role: label } }
              - { name: who, sheaf: { role: annotator } }
              - { name: memo, constraints: { maxLength: 5 }, sheaf: { role: note } }
            """, file: "kinds.yaml")
    }

    @Test(
        arguments: [
            (["1", "t", "a"], .valid, []),
            (["1", "t", "a", "2024-05-01"], .valid, []),
            // Every label field is blank: work to do, whatever else is there or missing.
            (["1", "t"], .pending, []),
            (["1"], .pending, []),
            (["1", "t", " ", "　"], .pending, []),
            (["1", "t", "", "", "佐藤", "much too long"], .pending, []),
            // A label field is filled: the row must be right in all its columns.
            (["1", "t", "c"], .invalid, ["constraint-error/category/enum"]),
            (["1", "", "a"], .invalid, ["constraint-error/title/required"]),
            (["1", "t", "", "2024-05-01"], .invalid, ["constraint-error/category/required"]),
            (["1", "t", "a", "soon"], .invalid, ["type-error/day"]),
            (["1", "t", "a", "", "", "much too long"], .invalid, ["constraint-error/memo/maxLength"]),
            (["1", "t", "#N/A"], .invalid, ["cell-error/category"]),
            // Without a key nobody can say which row it is.
            (["", "t", "a"], .invalid, ["primary-key/id/required"]),
            (["", "t"], .invalid, ["primary-key/id/required", "constraint-error/category/required"]),
            (["x", "t", "a"], .invalid, ["primary-key/id"]),
            (["0", "t", "a"], .invalid, ["primary-key/id/minimum"]),
            (["#REF!", "t", "a"], .invalid, ["cell-error/id"]),
            (
                ["x", "", "c", "soon"], .invalid,
                [
                    "primary-key/id", "constraint-error/title/required", "constraint-error/category/enum",
                    "type-error/day",
                ]
            ),
        ] as [([String], RowKind, [String])])
    func tellsWorkToDoFromLabelsAndMistakes(cells: [String], kind: RowKind, errors: [String]) throws {
        let rows = try Self.schema().check([cells.map(Typed.text)])
        #expect(rows.map(\.kind) == [kind])
        #expect(rows.first?.errorNames == errors)
        #expect(rows.first?.canonical.isEmpty == (kind != .valid))
        #expect(rows.first?.key.isEmpty == errors.contains { $0.contains("/id") })
    }

    /// Characters that are escaped take six times their room.
    @Test func aBatchThatOutgrowsWhatWasExpectedOfItIsWholeAllTheSame() throws {
        let title = String(repeating: "\u{1}", count: 50_000)
        let rows = try Self.schema().check(
            (1...20).map { [.text("\($0)"), .text($0 % 3 == 0 ? title : "t"), .text("a")] })
        #expect(rows.map(\.kind) == Array(repeating: .valid, count: 20))
        for (index, row) in rows.enumerated() {
            let text = (index + 1) % 3 == 0 ? String(repeating: "\\u0001", count: 50_000) : "t"
            #expect(row.canonical == #"{"category":"a","id":\#(index + 1),"title":"\#(text)"}"#)
            #expect(row.key == "[\(index + 1)]")
        }
    }

    @Test func passesOverRowsWithoutAnythingInItsColumns() throws {
        let rows = try Self.schema().check([
            [], ["", "", ""], [" ", "　", "\u{a0}\u{200b}"], ["", "", "", "", "", "", "elsewhere"], ["2", "t", "b"],
        ])
        #expect(rows.map(\.rowNumber) == [6])
    }

    @Test func saysWhereAMistakeStands() throws {
        let binding = try Self.schema().bind(
            header: ["category", "elsewhere", "title", "id", "day", "who", "memo"], headerRow: 3)
        guard case .bound(var validator) = binding else { throw LabelSchema.Refused() }
        #expect(validator.column(ofField: "id") == 3)
        #expect(validator.column(ofField: "category") == 0)
        #expect(validator.column(ofField: "elsewhere") == nil)
        let batch = RowBatch(
            [["id"], ["b", "x", "t", "1"], ["category"], ["c", "x", "t", "1"]], firstRowNumber: 1)
        let rows = validator.validate(batch).checked
        // Rows down to the header are never validated.
        #expect(rows.map(\.rowNumber) == [4])
        #expect(rows.first?.errors.map(\.column) == [0])
        #expect(rows.first?.errors.map(\.rowNumber) == [4])
        #expect(rows.first?.errors.map(\.cell) == ["c"])
        let later = RowBatch([["a"], ["b", "", "t", "2"]], firstRowNumber: 90)
        #expect(validator.validate(later, skippingFirst: 1).checked.map(\.rowNumber) == [91])
        #expect(validator.validate(later, skippingFirst: 5).rows.isEmpty)
    }

    @Test func reportsTheMistakesOfARowFromLeftToRight() throws {
        let binding = try Self.schema().bind(header: ["day", "category", "title", "memo", "who", "id"], headerRow: 1)
        guard case .bound(var validator) = binding else { throw LabelSchema.Refused() }
        let rows = validator.validate(RowBatch([["soon", "c", "", "much too long"]])).checked
        #expect(rows.first?.errors.map(\.column) == [0, 1, 2, 3, 5])
    }

    @Test func keepsNoTraceOfOneRowInTheNext() throws {
        let rows: [[Typed]] = [
            ["x", "t", "c", "soon"], ["1", "t", "a", "2024-05-01", "w"], ["2"], [], ["3", "t", "b"], ["4", "", "b"],
        ]
        let schema = try Self.schema()
        let together = try schema.check(rows)
        let alone = try rows.flatMap { try schema.check([$0]) }
        #expect(together.map(\.canonical) == alone.map(\.canonical))
        #expect(together.map(\.seen) == alone.map(\.seen))
        #expect(together.map(\.errorNames) == alone.map(\.errorNames))
        #expect(together.map(\.annotator) == ["", "w", "", "", ""])
    }
}
