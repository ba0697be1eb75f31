import Foundation
import Testing

@testable import LabelSchema

@Suite struct MessageWordsTests {
    private static func page() throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: "docs/messages.md"), encoding: .utf8)
    }

    @Test func thePageHasEveryMessageAsItIsSaid() throws {
        let table = UsualMessage.all.map { "| `\($0.key)` | \($0.ja) | \($0.en) |" }
        let expected = "| code | 日本語 | English |\n|---|---|---|\n" + table.joined(separator: "\n")
        #expect(try Self.page().contains(expected), "docs/messages.md should have:\n\(expected)")
    }

    @Test func thePageExplainsEveryPlace() throws {
        let page = try Self.page()
        for message in UsualMessage.all {
            let places = Set(MessageTemplate.places(of: message.ja))
            #expect(places == Set(MessageTemplate.places(of: message.en)), "\(message.key)")
            for place in places where place != "more" { #expect(page.contains("`{\(place)}`"), "\(place)") }
        }
        for place in CellError.templatePlaces { #expect(page.contains("`{\(place)}`"), "\(place)") }
    }

    @Test func everyKeyIsSaidOnce() {
        let keys = UsualMessage.all.map(\.key)
        #expect(Set(keys).count == keys.count)
    }

    @Test func everyTypeHasWordsForWhatItTakes() {
        for type in FieldType.allCases where ![.string, .any, .list].contains(type) {
            #expect(UsualMessage["type-error/\(type.rawValue)"] != nil, "\(type)")
        }
        for constraint in SchemaReader.constraintNames where constraint != "unique" {
            #expect(UsualMessage["constraint-error/\(constraint)"] != nil, "\(constraint)")
        }
    }

    /// Japanese sentences end as Japanese sentences do, with full-width signs; English ones in ASCII stops.
    @Test func punctuationIsThatOfTheLanguage() {
        for message in UsualMessage.all where !message.key.hasPrefix("+") {
            #expect(message.ja.hasSuffix("。") || message.ja.hasSuffix("？"), "\(message.key)")
            #expect(message.en.hasSuffix(".") || message.en.hasSuffix("?"), "\(message.key)")
        }
        for message in UsualMessage.all {
            #expect(
                !message.ja.contains(where: { ",?!()".contains($0) && !message.ja.contains("Loading") }),
                "\(message.key)")
            #expect(!message.en.unicodeScalars.contains { (0x3000...0x30FF).contains($0.value) }, "\(message.key)")
            #expect(!message.ja.contains("必ず") && !message.ja.contains("不正") && !message.ja.contains("エラーです"))
            #expect(!message.en.lowercased().contains("invalid"))
        }
    }

    @Test(arguments: [
        ("a{x}b", "a1b"), ("{x}{y}", "12"), ("{{x}}", "{x}"), ("{x", "{x"), ("x}", "x}"), ("{}", "?"),
        ("{{{x}}}", "{1}"),
        ("", ""), ("{z}", "?"), ("}}{{", "}{"),
    ])
    func placesAreFilledOnce(template: String, filled: String) {
        let values = ["x": "1", "y": "2"]
        #expect(MessageTemplate.filled(template) { values[$0] ?? "?" } == filled)
    }

    // MARK: Rules

    /// Each with a row that breaks it.
    private static let rules: [(rule: String, cells: [String: String])] = [
        ("if is_food is false then category is empty", ["is_food": "いいえ", "category": "カレー"]),
        ("if is_food is true then category is filled", ["is_food": "はい"]),
        ("at least one of tags, reason", [:]), ("exactly one of tags, reason", ["tags": "鍋", "reason": "x"]),
        ("at most one of tags, reason", ["tags": "鍋", "reason": "x"]), ("all or none of tags, reason", ["tags": "鍋"]),
        ("start <= end", ["start": "2024-05-02", "end": "2024-05-01"]), ("low < high", ["low": "5", "high": "5"]),
        ("if category = 'カレー' then tags contains '鍋'", ["category": "カレー"]),
        ("if tags contains '鍋' or low > 5 then reason is filled", ["tags": "鍋"]),
        (
            "if category is one of ['カレー', 'その他'] and high >= 1.5 then low != 0",
            ["category": "カレー", "high": "2", "low": "0"]
        ),
        ("tags is empty or reason is filled", ["tags": "鍋"]),
        ("if start is filled then end >= 2024-01-01 and reason != 'x'", ["start": "2023-01-01", "end": "2023-01-01"]),
        ("category is not one of ['カレー']", ["category": "カレー"]),
        ("if not (tags is empty) then start is filled", ["tags": "鍋"]),
        ("(tags is filled and low = 1) or low = 2", ["low": "3"]),
    ]

    private func messages(_ rule: String, _ cells: [String: String], extra: String = "") throws -> [CellError] {
        let schema = try LabelSchema.parse(
            """
            primaryKey: [id]
            sheaf: { rules: [{ rule: "\(rule)"\(extra) }] }
            fields:
              - { name: id, type: integer }
              - { name: start, type: date, title: 開始日, sheaf: { title: { en: Start } } }
              - { name: end, type: date, title: 終了日, sheaf: { title: { en: End } } }
              - { name: low, type: integer, title: 下限, sheaf: { title: { en: Lower limit } } }
              - { name: high, type: number, title: 上限, sheaf: { title: { en: Upper limit } } }
              - name: category
                title: カテゴリ
                constraints: { enum: [カレー, その他] }
                sheaf: { title: { en: Category } }
              - name: is_food
                type: boolean
                trueValues: [はい]
                falseValues: [いいえ]
                title: 料理か
                sheaf: { title: { en: Food } }
              - { name: tags, type: list, title: タグ, sheaf: { title: { en: Tags } } }
              - { name: reason, title: 理由, sheaf: { title: { en: Reason } } }
              - { name: done, sheaf: { role: label } }
            """, file: "rules.yaml")
        let row = schema.fields.map { Typed.text(["id": "1", "done": "x"][$0.name] ?? cells[$0.name] ?? "") }
        return try #require(schema.check([row]).first).errors
    }

    @Test func thePageSaysEachRuleAsItsMessageDoes() throws {
        let rows = try Self.rules.map { rule, cells in
            let error = try #require(messages(rule, cells).first)
            return "| `\(rule)` | \(error.message(.ja)) | \(error.message(.en)) |"
        }
        let expected = "| rule | 日本語 | English |\n|---|---|---|\n" + rows.joined(separator: "\n")
        #expect(try Self.page().contains(expected), "docs/messages.md should have:\n\(expected)")
    }

    @Test func aRulesOwnWordsGoFirst() throws {
        let own = #", name: order, message: { ja: "{start}は{end}より後です（{row}行目、{name}）", en: "{rule}: {cell}" }"#
        let error = try #require(
            messages("start <= end", ["start": "2024-05-02", "end": "2024-05-01"], extra: own).first)
        #expect(error.message(.ja) == "2024-05-02は2024-05-01より後です（2行目、order）")
        #expect(error.message(.en) == "start <= end: 2024-05-01")
    }

    @Test func aWarningSaysThatTheRowIsTaken() throws {
        let errors = try messages("reason is filled", [:], extra: ", severity: warning")
        #expect(errors.map { $0.message(.ja) } == ["「理由」を入力してください。（念のためのお知らせです。このままでも取り込みの妨げにはなりません。）"])
        #expect(
            errors.map { $0.message(.en) } == [
                "“Reason” must be filled in. (This is only a note: it does not keep the row out.)"
            ])
    }

    @Test func whatARowHoldsIsNeverTakenForAPlace() throws {
        let error = try #require(messages("reason = done", ["reason": "{cell}{{x}}"]).first)
        #expect(error.message(.ja) == "「done」を「理由」（{cell}{{x}}）と同じにしてください（今は「x」）。")
    }
}
