import TestRandom
import Testing

@testable import LabelSchema

/// A schema for rules: a key, two dates, numbers, a choice, a yes or no, a list, and text.
private func schemaWithRules(_ rules: [String], file: String = "rules.yaml") throws(LabelSchemaMistakes) -> LabelSchema
{
    let lines = rules.flatMap { rule in
        rule.split(separator: "\n").enumerated().map { "    \($0.offset == 0 ? "- " : "  ")\($0.element)\n" }
    }
    return try LabelSchema.parse(
        """
        primaryKey: [id]
        sheaf:
          normalize: [nfkc, trim]
          rules:
        \(lines.joined())
        fields:
          - { name: id, type: integer }
          - { name: start, type: date, title: 開始日, sheaf: { title: { en: Start } } }
          - { name: end, type: date, title: 終了日, sheaf: { title: { en: End } } }
          - { name: low, type: integer, title: 下限 }
          - { name: high, type: number, title: 上限 }
          - name: category
            title: カテゴリ
            constraints: { enum: [ラーメン, カレー, その他] }
            sheaf: { role: label, title: { en: Category }, aliases: { ラーメン: [中華そば] } }
          - name: is_food
            type: boolean
            trueValues: [はい]
            falseValues: [いいえ]
            title: 料理か
            sheaf: { role: label, title: { en: Food } }
          - { name: tags, type: list, title: タグ, sheaf: { role: label, title: { en: Tags } } }
          - { name: reason, title: 理由, sheaf: { role: label, title: { en: Reason } } }
          - { name: memo, title: メモ, sheaf: { role: note } }
          - { name: all, title: 全部 }
          - { name: at, type: datetime, title: 時刻 }

        """, file: file)
}

/// The cells of a row by field; the others are blank.
private func row(_ cells: [String: Typed], _ schema: LabelSchema) -> [Typed] {
    var cells = cells
    if cells["id"] == nil { cells["id"] = "1" }
    return schema.fields.map { cells[$0.name] ?? "" }
}

@Suite struct RowRuleTests {
    private func errors(_ rules: [String], _ cells: [String: Typed]) throws -> [CellError] {
        let schema = try schemaWithRules(rules)
        return try #require(schema.check([row(cells, schema)]).first).errors
    }

    @Test(
        arguments: [
            ("if is_food is false then category is empty", ["is_food": "いいえ", "category": "カレー"], false),
            ("if is_food is false then category is empty", ["is_food": "いいえ"], true),
            ("if is_food is false then category is empty", ["is_food": "はい", "category": "カレー"], true),
            // Nothing is asked of a row that says neither.
            ("if is_food is false then category is empty", ["category": "カレー"], true),
            ("if is_food is true then category is filled", ["is_food": "はい"], false),
            ("is_food is not false", ["is_food": "いいえ"], false), ("is_food is not false", ["reason": "x"], true),
            ("start <= end", ["start": "2024-05-02", "end": "2024-05-01", "reason": "x"], false),
            ("start <= end", ["start": "2024-05-01", "end": "2024-05-01", "reason": "x"], true),
            ("start < end", ["start": "2024-05-01", "end": "2024-05-01", "reason": "x"], false),
            ("start <= end", ["start": "2024-05-02", "reason": "x"], true),
            ("not start > end", ["start": "2024-05-02", "end": "2024-05-01", "reason": "x"], false),
            ("low <= high", ["low": "10", "high": "9.5", "reason": "x"], false),
            ("low <= high", ["low": "9", "high": "10.0", "reason": "x"], true),
            ("low = high", ["low": "10", "high": "10.0", "reason": "x"], true),
            ("low != high", ["low": "10", "high": "1e1", "reason": "x"], false),
            ("low > 9", ["low": "10", "reason": "x"], true), ("low > -10", ["low": "-9", "reason": "x"], true),
            ("high < 1.5", ["high": "1.5", "reason": "x"], false),
            ("high >= 1.50", ["high": "1.5", "reason": "x"], true),
            ("start >= 2024-05-01", ["start": "2024-04-30", "reason": "x"], false),
            ("start >= '2024-05-01'", ["start": "2024-05-01", "reason": "x"], true),
            ("category = 'カレー' or reason is filled", ["category": "ラーメン"], false),
            ("category = 'カレー' or reason is filled", ["category": "ラーメン", "reason": "x"], true),
            ("category != 'カレー'", ["category": "カレー"], false),
            ("category is one of ['カレー', 'その他']", ["category": "ラーメン"], false),
            ("category is one of ['カレー', 'その他']", ["category": "カレー"], true),
            ("category is not one of ['カレー', 'その他']", ["category": "カレー"], false),
            ("low is one of [1, 2]", ["low": "2", "reason": "x"], true),
            ("low is one of [1, 2]", ["low": "3", "reason": "x"], false),
            ("tags contains '鍋'", ["tags": "弁当,鍋"], true), ("tags contains '鍋'", ["tags": "鍋物,弁当"], false),
            ("tags contains '鍋'", ["category": "カレー"], false),
            ("tags does not contain '鍋'", ["tags": "鍋"], false),
            (#"tags contains 'a"b\c'"#, ["tags": #"x,a"b\c,y"#], true),
            (
                "if category = 'カレー' then tags contains '鍋' and reason is filled", ["category": "カレー", "tags": "鍋"],
                false
            ),
            ("at least one of tags, reason", ["category": "カレー"], false),
            ("at least one of tags, reason", ["tags": "x"], true),
            ("exactly one of tags, reason", ["tags": "x", "reason": "y"], false),
            ("exactly one of tags, reason", ["tags": "x"], true),
            ("exactly one of tags, reason", ["category": "カレー"], false),
            ("at most one of tags, reason, category", ["tags": "x", "reason": "y"], false),
            ("at most one of tags, reason, category", ["tags": "x"], true),
            ("all or none of tags, reason", ["tags": "x"], false),
            ("all or none of tags, reason", ["category": "カレー"], true),
            ("all or none of tags, reason", ["tags": "x", "reason": "y"], true),
            ("not (tags is filled and reason is filled)", ["tags": "x", "reason": "y"], false),
            ("category = 'その他' and reason is filled or tags is filled", ["category": "カレー", "tags": "x"], true),
            ("category = 'その他' and (reason is filled or tags is filled)", ["category": "カレー", "tags": "x"], false),
            ("all is filled", ["reason": "x"], false), ("`all` is filled", ["all": "x", "reason": "x"], true),
            ("reason = `all`", ["all": "x", "reason": "x"], true),
            ("reason = `all`", ["all": "x", "reason": "y"], false),
            ("reason != 'it''s'", ["reason": "it's"], false),
            ("at <= 2024-05-01T10:00:00Z", ["at": "2024-05-01T10:00:00.5Z", "reason": "x"], false),
            ("at <= 2024-05-01T10:00:00Z", ["at": "2024-05-01T18:59:59+09:00", "reason": "x"], true),
            // A local time and one of UTC have no order.
            ("at <= 2024-05-01T10:00:00Z", ["at": "2025-05-01T10:00:00", "reason": "x"], true),
        ] as [(String, [String: Typed], Bool)])
    func judgesARowByItsValues(rule: String, cells: [String: Typed], isKept: Bool) throws {
        let text = "rule: \(quoted(rule))"
        let found = try errors([text], cells)
        #expect(found.map(\.code) == (isKept ? [] : ["row-constraint"]), "\(found)")
        // A label that was stored is judged the same.
        let plain = try schemaWithRules(["low is filled or low is empty"])
        let stored = try #require(plain.check([row(cells, plain)]).first)
        #expect(stored.kind == .valid)
        let again = try schemaWithRules([text]).check(canonicalLabel: Array(stored.canonical.utf8))
        #expect(again.map(\.code) == found.map(\.code))
    }

    private func quoted(_ rule: String) -> String {
        "\"" + rule.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    @Test func aRowThatBreaksARuleIsRefusedInTheColumnOfTheLastField() throws {
        let schema = try schemaWithRules(["start <= end", "at least one of tags, reason"])
        let rows = try schema.check([
            row(["start": "2024-05-02", "end": "2024-05-01", "category": "カレー"], schema),
            row(["id": "2", "category": "カレー", "reason": "x"], schema),
        ])
        #expect(rows.map(\.kind) == [.invalid, .valid])
        let errors = rows[0].errors
        #expect(errors.map(\.field) == ["end", "reason"])
        #expect(errors.map(\.column) == [2, 8])
        #expect(errors[0].cell == "2024-05-01")
        #expect(errors[0].detail["rule"] == "start <= end")
        #expect(errors[0].detail["value.start"] == "2024-05-02")
    }

    @Test func aWarningIsToldAndRefusesNothing() throws {
        let schema = try schemaWithRules(["rule: reason is filled\nseverity: warning", "category is filled"])
        let rows = try schema.check([row(["category": "カレー"], schema), row(["id": "2", "tags": "x"], schema)])
        #expect(rows.map(\.kind) == [.valid, .invalid])
        #expect(rows[0].canonical == #"{"category":"カレー","id":1}"#)
        #expect(rows[0].errors.map(\.severity) == [.warning])
        #expect(rows[1].errors.map(\.severity) == [.error, .warning])
        // Of a label that is stored already nothing is warned.
        #expect(schema.check(canonicalLabel: Array(rows[0].canonical.utf8)).isEmpty)
    }

    @Test func aCellThatCannotBeReadIsSaidOnceAndNotJudged() throws {
        let cells: [String: Typed] = ["start": "soon", "end": "2024-05-01", "reason": "x"]
        #expect(try errors(["start <= end", "start is empty", "start is filled"], cells).map(\.code) == ["type-error"])
    }

    @Test func workThatIsNotDoneYetBreaksNoRule() throws {
        let schema = try schemaWithRules(["category is filled", "start <= end"])
        let rows = try schema.check([row(["start": "2024-05-02", "end": "2024-05-01"], schema)])
        #expect(rows.map(\.kind) == [.pending])
        #expect(rows[0].errors.isEmpty)
    }

    @Test func aRuleComesBackFromTheStoredDocument() throws {
        let schema = try schemaWithRules([
            "start <= end",
            "rule: exactly one of tags, reason\nname: one\nseverity: warning\nfield: tags\nmessage: { ja: あ, en: b }",
        ])
        let stored = try LabelSchema.parse(document: schema.document)
        let cells = row(["start": "2024-05-02", "end": "2024-05-01", "category": "カレー"], schema)
        #expect(try stored.check([cells]).first?.errors == schema.check([cells]).first?.errors)
        #expect(stored.rules.map(\.name) == [nil, "one"])
        #expect(stored.rules.map(\.severity) == [.error, .warning])
        #expect(stored.rules.map(\.field) == ["end", "tags"])
    }

    // MARK: Mistakes

    @Test(arguments: [
        ("categry is filled", "1: `categry` is no field", "did you mean `category`?"),
        ("カテゴリ is filled", "1: “カ” means nothing here", "a rule names fields by `name`"),
        ("if is_fod is false then categry is empty", "4: `is_fod` is no field", "did you mean `is_food`?"),
        ("if is_food is false category is empty", "21: expected `then`, but found `category`", "write `if"),
        ("is_food is false then category is empty", "18: `then` has no `if` before it", "begin the rule with `if`"),
        ("start <= 5", "10: `5` is no value of `start`, whose type is `date`", ""),
        ("start <= 2024/5/1", "14: “/” means nothing here", "does not compute"),
        ("start <= '2024/5/1'", "10: '2024/5/1' is no value of `start`", "did you mean `2024-05-01`?"),
        ("start <= low", "10: `start` is of type `date` and `low` of type `integer`", "one kind"),
        ("start <= start", "10: `start` is compared with itself", ""),
        ("low > 'x'", "7: 'x' is no value of `low`", ""),
        ("category = 'ラメーン'", "12: 'ラメーン' never is a value of `category`", "Did you mean “ラーメン”?"),
        ("category = '中華そば'", "12: '中華そば' never is a value of `category`: it is an alias", "write 'ラーメン'"),
        ("category is one of ['カレー', 'ｶﾚｰ']", "28: 'ｶﾚｰ' never is a value of `category`", "write 'カレー'"),
        ("category is one of ['カレー', 'カレー']", "28: 'カレー' stands there twice", ""),
        ("category = カレー", "12: “カ” means nothing here", "quotes"),
        ("category = curry", "12: `curry` is no field", ""),
        ("category < 'カレー'", "1: `category` has no order", "use `=`"),
        ("category is 'カレー'", "13: `is` is not for values", "write `= 'カレー'`"),
        ("category is emty", "13: `is` cannot be followed by `emty`", "did you mean `is empty`?"),
        ("category == 'カレー'", "10: `==` is no comparison", "write `=`"),
        ("is_food = true", "11: `true` is not compared", "write `is true`"),
        ("is_food = 'はい'", "1: `is_food` is true or false", "`is_food is true`"),
        ("category is true", "1: `category` is neither true nor false", "compare it"),
        ("tags = '鍋'", "1: `tags` is a list", "contains"), ("reason contains 'x'", "1: `reason` is no list", "`=`"),
        ("tags contains 5", "15: `5` is compared with text, which stands in quotes", "write '5'"),
        ("tags contains 鍋", "15: “鍋” means nothing here", "quotes"),
        ("tags contains nabe", "15: expected a value, but found `nabe`", "put text in quotes: `'nabe'`"),
        ("memo is filled", "1: `memo` is no part of a label", "canonical: true"),
        ("at least one of tags", "21: one field alone is no choice", ""),
        ("at least one of tags, tags", "23: `tags` stands there twice", "keep one"),
        ("at least two of tags, reason", "1: `at` begins nothing that is known", "`at least one of`"),
        ("tags", "5: expected what `tags` has to be, but found its end", "`is filled`"),
        ("(tags is filled", "16: expected `)`, but found its end", ""),
        ("tags is filled reason is filled", "16: `reason` is too much", "`and` or `or`"),
        ("tags is filled adn reason is filled", "16: `adn` is too much", "did you mean `and`?"),
        ("reason = 'x", "10: a quote ' is never closed", "double quotes"),
        ("low ≧ 5", "5: “≧” means nothing here", ""), ("low + 1 > high", "5: expected", "`is filled`"),
        ("and", "1: expected the name of a field, but found `and`", "such as"),
    ])
    func saysWhatIsWrongWithARuleAndWhere(rule: String, problem: String, hint: String) {
        let found = mistakes(["rule: \(quoted(rule))"])
        #expect(found.contains { $0.problem.contains("rule 1, character \(problem)") }, "\(found)")
        #expect(found.contains { ($0.hint ?? "").contains(hint) }, "\(found)")
        #expect(found.allSatisfy { $0.line == 5 })
    }

    private func mistakes(_ rules: [String]) -> [LabelSchemaMistake] {
        do {
            _ = try schemaWithRules(rules)
            return []
        } catch {
            return error.mistakes
        }
    }

    @Test func saysEverythingThatIsWrongWithSeveralRulesAtOnce() {
        let found = mistakes([
            "if is_fod is true then categry is filled", "reason is filled", "5",
            "rule: low > 'x'\nname: a\nseverity: warnign", "name: a\nfeild: low",
            "rule: low > high\nfield: hihg\nmessage: { ja: '{lo}', de: x }",
        ])
        let problems = found.map { "\($0.line): \($0.problem)" }
        #expect(
            problems == [
                "5: rule 1, character 4: `is_fod` is no field", "5: rule 1, character 24: `categry` is no field",
                "7: rule 3 must be text or a mapping, but is 5",
                "8: rule 4, character 7: 'x' is no value of `low`, whose type is `integer`",
                "10: `severity` of rule 4 cannot be “warnign”", "11: rule 5 has the name of the rule in line 9, “a”",
                "11: rule 5 has no `rule`", "12: `feild` is not known in rule 5",
                "14: `field` of rule 6 names `hihg`, which is no field", "15: `de` is not known in `message` of rule 6",
                "15: `message` of rule 6 has a place `{lo}`, which is not known",
            ], "\(problems)")
    }

    /// Whatever stands in a rule, reading it ends, with a rule or with a mistake that has a place.
    @Test func anyTextIsARuleOrAMistake() {
        var random = SeededRandom(seed: 11)
        let words = [
            "if", "then", "and", "or", "not", "is", "empty", "filled", "true", "one", "of", "[", "]", "(", ")", ",",
            "'x'", "'", "tags", "category", "low", "start", "5", "2024-05-01", "=", "<=", "contains", "at", "least",
            "all",
            "none", "exactly", "`", "`all`", "does", "-", "\u{0}", "é", "🍜", "=!",
        ]
        for _ in 0..<3000 {
            let count = Int.random(in: 0...9, using: &random)
            let text = (0..<count).compactMap { _ in words.randomElement(using: &random) }.joined(separator: " ")
            do {
                _ = try RuleParser.parse(text)
            } catch {
                #expect(error.position >= 1 && error.position <= text.unicodeScalars.count + 1, "\(text)")
            }
        }
    }
}
