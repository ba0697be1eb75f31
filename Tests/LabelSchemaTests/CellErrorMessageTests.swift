import LabelSchema
import Tabular
import Testing

@Suite struct CellErrorMessageTests {
    private func messages(_ cell: Typed, _ field: [String]) throws -> [String] {
        let errors = try read(cell, schemaOfOneField(field)).errors
        return errors.flatMap { [$0.message(.ja), $0.message(.en)] }
    }

    private static let titled = "title: カテゴリ"
    private static let label = "sheaf: { role: label, title: { en: Category } }"

    @Test(arguments: [
        (
            ["constraints: { enum: [ラーメン, カレー] }"], "ラメーン",
            "「ラメーン」は「カテゴリ」の一覧にありません。「ラーメン」ではありませんか？",
            "“ラメーン” is not in the list of “Category”. Did you mean “ラーメン”?"
        ),
        (
            ["constraints: { enum: [ラーメン, カレー] }"], "寿司",
            "「寿司」は「カテゴリ」の一覧にありません。使える値：ラーメン / カレー。",
            "“寿司” is not in the list of “Category”. Allowed: ラーメン / カレー."
        ),
        (
            ["type: date"], "2024/5/1",
            "「2024/5/1」は「カテゴリ」の値として読み取れません。「2024-05-01」のような実在する日付を入力してください。"
                + "「2024-05-01」ではありませんか？",
            "“2024/5/1” cannot be read as a value of “Category”. Please enter a date that exists, such as 2024-05-01. "
                + "Did you mean “2024-05-01”?"
        ),
        (
            ["type: integer", "constraints: { minimum: 1 }"], "0", "「カテゴリ」は 1 以上で入力してください（今は「0」）。",
            "“Category” must be 1 or more (it is “0”)."
        ),
        (
            ["constraints: { maxLength: 2 }"], "abc", "「カテゴリ」は2文字以内で入力してください（今は「abc」）。",
            "“Category” may have at most 2 characters (it is “abc”)."
        ),
        (
            ["example: P1", "constraints: { pattern: 'P\\d' }"], "x",
            "「x」は「カテゴリ」の決められた形式になっていません。「P1」のように入力してください。",
            "“x” does not have the form that “Category” needs. It should look like “P1”."
        ),
        (
            ["type: boolean", "trueValues: [はい]", "falseValues: [いいえ]"], "たぶん",
            "「たぶん」は「カテゴリ」の値として読み取れません。はい / いいえ のいずれかを入力してください。",
            "“たぶん” cannot be read as a value of “Category”. Please enter one of: はい / いいえ."
        ),
        (
            ["type: integer"], "#N/A", "「カテゴリ」のセルが「#N/A」というエラーになっています。数式か参照先をご確認ください。",
            "The cell in “Category” shows the error #N/A. Please check its formula or what it refers to."
        ),
    ])
    func sayWhatIsWrongAndWhatToDo(field: [String], typed: String, ja: String, en: String) throws {
        #expect(try messages(.text(typed), [Self.titled] + field + [Self.label]) == [ja, en])
    }

    @Test func aSchemasOwnWordsGoFirst() throws {
        let field = [
            "title: 種類", "constraints: { enum: [うどん, そば], required: true }",
            "sheaf: { role: label, messages: { constraint-error: { ja: '{field}？', en: '{field}?' }, "
                + "enum: { ja: '{row}行目の{cell}は{suggestion}？', en: 'no {cell}; {allowed}' } } }",
        ]
        #expect(
            try messages("うとん", field) == ["2行目のうとんはうどん？", "no うとん; うどん / そば Did you mean “うどん”?"])
        // Words that are about a suggestion say nothing without one.
        #expect(try messages("{cell}", field)[0] == "「{cell}」は「種類」の一覧にありません。使える値：うどん / そば。")
        #expect(try messages("{cell}", field)[1] == "no {cell}; うどん / そば")
    }

    @Test func namesTheOtherCellsOfADuplicateKey() throws {
        let schema = try SampleSchemas.read("recipe_category")
        let field = try #require(schema.fields.first)
        let error = CellError.duplicateKey(
            field: field, column: 0, rowNumber: 12, cell: "1234", otherCells: ["レシピ分類!A15", "分類2!A7"])
        #expect(error.code == "primary-key")
        #expect(error.message(.ja).contains("レシピ分類!A15, 分類2!A7"))
        #expect(error.message(.en).contains("“1234” in “Recipe ID” also stands in レシピ分類!A15, 分類2!A7"))
        let many = CellError.duplicateKey(
            field: field, column: 0, rowNumber: 2, cell: "1", otherCells: (1...50).map { "A\($0)" })
        #expect(many.message(.ja).contains("ほか 30 件"))
        #expect(many.message(.en).contains("and 30 more"))
        let own = try SampleSchemas.read("step_tags")
        let words = CellError.duplicateKey(
            field: try #require(own.fields.first), column: 0, rowNumber: 2, cell: "1", otherCells: ["A9"])
        #expect(words.message(.ja) == "同じレシピIDと手順番号の行が、ほかにもあります（A9）。一行だけ残してください。")
    }

    @Test func aKeyOfSeveralFieldsIsToldByTheirTitles() throws {
        let schema = try LabelSchema.parse(
            """
            primaryKey: [id]
            sheaf: { lists: { menu: [[shop, dish], [東, 麺]] } }
            uniqueKeys: [[shop, dish]]
            foreignKeys: [{ fields: [shop, dish], reference: { resource: menu, fields: [shop, dish] } }]
            fields:
              - { name: id, type: integer }
              - { name: shop, title: 店, sheaf: { role: label, title: { en: Shop } } }
              - { name: dish, title: "{料理}", sheaf: { role: label } }
            """, file: "keys.yaml")
        let fields = Array(schema.fields.suffix(2))
        let place = CellError.Place(column: 1, rowNumber: 2, cell: "東")
        let shared = try #require(CellError.notUnique(fields, at: place, holders: ["B3"]))
        #expect(shared.detail["fields"] == "shop, dish")
        #expect(shared.message(.ja).hasPrefix("「店」「{料理}」の組み合わせが、ほかの行と同じです（B3）。"))
        #expect(shared.message(.en).hasPrefix("Together, “Shop”, “{料理}” are the same as in B3."))
        let row = [Typed.text("1"), .text("東"), .text("飯")]
        let missing = try #require(schema.check([row]).first?.errors.first)
        #expect(missing.message(.ja).hasPrefix("「店」「{料理}」の組み合わせが、使える値の一覧にありません"))
        let away = try #require(CellError.noReference(fields, to: .dataset("menu"), at: place))
        #expect(away.message(.ja).hasPrefix("「店」「{料理}」の組み合わせが、menu に見つかりません（「店」は今「東」）。"))
        let label = try #require(CellError.notUnique(fields, at: place, holders: []))
        #expect(label.message(.en) == "Another label is the same in “Shop”, “{料理}” together.")
        // Told again from the store, without the schema.
        #expect(CellError(json: shared.json())?.message(.ja) == shared.message(.ja))
        #expect(CellError.notUnique([], at: place, holders: []) == nil)
    }

    /// Whatever a cell holds, a message is one line that does nothing to a terminal and cannot be mistaken for markup.
    @Test(arguments: [
        "\u{1b}[31mred\u{1b}[0m", "\u{1b}]0;title\u{7}", "a\nb\r\nc\td", "\u{202e}desrever", "\u{9b}31m",
        "\0\u{8}\u{7f}",
        "\u{2028}\u{2029}\u{85}", "\u{200b}\u{feff}", "\u{e000}", String(repeating: "長", count: 5000), "{cell}{row}",
        "\u{061c}\u{2066}x\u{2069}", "\u{e0041}",
    ])
    func hostileTextIsShownSafely(typed: String) throws {
        let fields = [
            ["constraints: { enum: [ラーメン] }"], ["type: integer"], ["constraints: { pattern: '[a-z]' }"],
            ["type: list", "itemType: integer"], ["type: date"],
            ["type: integer", "sheaf: { role: label, messages: { type-error: { ja: '{cell}', en: '{cell}' } } }"],
        ]
        for field in fields {
            let found = try messages(.text(typed), field)
            #expect(!found.isEmpty)
            for message in found {
                #expect(message.count < 600)
                #expect(message.unicodeScalars.allSatisfy(Self.isSafe), "\(message.debugDescription)")
            }
        }
    }

    private static func isSafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: false
        default: true
        }
    }

    @Test func keepsLittleOfALongCell() throws {
        let errors = try read(.text(String(repeating: "長", count: 5000)), schemaOfOneField(["type: integer"])).errors
        #expect(errors.first?.cell.unicodeScalars.count == 200)
    }

    @Test func comesBackFromItsStoredForm() throws {
        let schema = try SampleSchemas.read("recipe_category")
        let rows = try schema.check([
            ["x\u{1b}\"", "", "ラメーン", "時短、速い", "soon"], ["", "t", "ラーメン"], ["5", "", "", "鍋"],
        ])
        let errors = rows.flatMap(\.errors)
        #expect(errors.count > 5)
        for error in errors {
            let back = CellError(json: error.json())
            #expect(back == error)
            for language in MessageLanguage.allCases { #expect(back?.message(language) == error.message(language)) }
        }
        let list = Array("[".utf8) + errors.map { $0.json() }.joined(separator: [UInt8(ascii: ",")]) + Array("]".utf8)
        #expect(CellError.list(json: list) == errors)
        for broken in ["", "[]", "{}", #"{"code":"x"}"#, #"{"code":"x","cell":"","row":"y"}"#] {
            #expect(CellError(json: Array(broken.utf8)) == nil)
        }
    }
}
