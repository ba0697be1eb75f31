import LabelSchema
import Testing

@Suite struct HeaderBindingTests {
    private static func schema() throws -> LabelSchema {
        try LabelSchema.parse(
            """
            primaryKey: [recipe_id]
            fields:
              - { name: recipe_id, type: integer, title: レシピID, sheaf: { title: { en: Recipe ID } } }
              - { name: category, title: カテゴリ, sheaf: { role: label, title: { en: Category } } }
              - { name: note, title: メモ, sheaf: { role: note } }
            """, file: "header.yaml")
    }

    private func bind(_ header: [String]) throws -> (columns: [Int?], problems: [HeaderProblem]) {
        switch try Self.schema().bind(header: header, headerRow: 1) {
        case .bound(let validator):
            return (["recipe_id", "category", "note"].map { validator.column(ofField: $0) }, [])
        case .refused(let problems): return ([], problems)
        }
    }

    @Test(arguments: [
        (["レシピID", "カテゴリ", "メモ"], [0, 1, 2]), (["メモ", "カテゴリ", "レシピID"], [2, 1, 0]),
        (["Recipe ID", "Category", "note"], [0, 1, 2]), (["recipe_id", "category", "メモ"], [0, 1, 2]),
        (["作業用", "レシピID", "", "カテゴリ", "", "メモ", "合計"], [1, 3, 5]),
        ([" レシピID　", "\tカテゴリ\n", "メモ"], [0, 1, 2]),
    ])
    func findsColumnsByTitleOrNameInAnyOrder(header: [String], columns: [Int]) throws {
        let bound = try bind(header)
        #expect(bound.columns == columns)
        #expect(bound.problems.isEmpty)
    }

    @Test(arguments: [
        (["レシピID", "メモ"], [HeaderProblem.missingColumn(field: "category", title: "カテゴリ", suggestion: nil)]),
        (
            ["レシピID", "カテゴリー", "メモ"],
            [.missingColumn(field: "category", title: "カテゴリ", suggestion: "カテゴリー")]
        ),
        (
            ["レシピID", "カテゴリ", "メモ", "Category"],
            [.duplicateHeader(field: "category", title: "カテゴリ", columns: [1, 3], row: 1)]
        ),
        (
            ["メモ", "メモ", "カテゴリ"],
            [
                .missingColumn(field: "recipe_id", title: "レシピID", suggestion: nil),
                .duplicateHeader(field: "note", title: "メモ", columns: [0, 1], row: 1),
            ]
        ),
        ([], [.emptyHeader(row: 1)]), (["", " ", "　"], [.emptyHeader(row: 1)]),
    ])
    func refusesASheetWithEveryProblemOfItsHeader(header: [String], problems: [HeaderProblem]) throws {
        #expect(try bind(header).problems == problems)
    }

    @Test func saysWhatToDoAboutAHeader() throws {
        let problems = try bind(["レシピID", "カテゴリー", "メモ", "メモ"]).problems
        #expect(problems.map(\.code) == ["missing-label", "duplicate-label"])
        #expect(
            problems.map { $0.message(.ja) } == [
                "「カテゴリ」の列が見つかりません。「カテゴリー」という列がこれに当たる場合は、"
                    + "見出しを「カテゴリ」に直してください。",
                "「メモ」の列が二つ以上あります（C1、D1）。一つだけ残してください。",
            ])
        #expect(
            problems.map { $0.message(.en) } == [
                "The column “カテゴリ” is missing. "
                    + "If “カテゴリー” is the one, please put its header back to “カテゴリ”.",
                "The column “メモ” stands there more than once (C1, D1). Please keep only one.",
            ])
        let empty = try #require(try bind([]).problems.first)
        #expect(empty.code == "blank-header")
        #expect(empty.message(.ja).contains("空です"))
        #expect(empty.message(.en).contains("Please enter a header"))
    }

    @Test func showsAHostileHeaderSafely() throws {
        let problem = HeaderProblem.missingColumn(field: "a", title: "a", suggestion: "a\u{1b}[31m\u{202e}")
        for language in MessageLanguage.allCases {
            #expect(problem.message(language).contains(#"a\u{1B}[31m\u{202E}"#))
        }
    }
}
