import LabelSchema

/// The words of the page of a validation.
struct PageWords {
    let language: MessageLanguage

    private func pick(_ japanese: String, _ english: String) -> String {
        language == .ja ? japanese : english
    }

    var title: String { pick("検証レポート", "Validation report") }
    var valid: String { pick("すべて有効です", "Every row is valid") }
    var notValid: String { pick("見直しが必要です", "Not valid yet") }
    var rows: String { pick("行", "rows") }
    var validRows: String { pick("有効", "valid") }
    var pendingRows: String { pick("未入力", "pending") }
    var invalidRows: String { pick("要修正", "to be mended") }
    var errors: String { pick("エラー", "errors") }
    var warnings: String { pick("注意", "warnings") }
    var file: String { pick("ファイル", "File") }
    var files: String { pick("ファイル", "Files") }
    var unchecked: String { pick("確認していないこと", "Not checked") }
    var byKind: String { pick("種類ごと", "By kind") }
    var byField: String { pick("項目ごと", "By field") }
    var kind: String { pick("種類", "Kind") }
    var field: String { pick("項目", "Field") }
    var cell: String { pick("セル", "Cell") }
    var key: String { pick("キー", "key") }
    var typed: String { pick("入力された値", "Typed") }
    var message: String { pick("メッセージ", "Message") }
    var rowsWithErrors: String { pick("見直す行", "Rows to look at") }
    var all: String { pick("すべて", "all") }
    var search: String { pick("セル・値・メッセージを検索", "Search cell, text, message") }
    var aliases: String { pick("読み替えた表記", "Other spellings that were taken") }

    func omitted(_ count: Int) -> String {
        pick("ほかに \(count.grouped) 行あります（--limit、--all で表示できます）。", "\(count.counted("more row")) (--limit, or --all).")
    }

    /// A kind of error in a few words; its code, where there are none.
    func kind(code: String, kind: String?) -> String {
        switch (code, kind) {
        case ("type-error", _): pick("読み取れない値", "cannot be read")
        case ("cell-error", _): pick("セルのエラー", "error of the spreadsheet")
        case ("primary-key", "duplicate"): pick("キーの重複", "key more than once")
        case ("primary-key", "blank"): pick("キーが空欄", "key is empty")
        case ("primary-key", _): pick("キーが読み取れない", "key cannot be read")
        case ("unique-error", _): pick("値の重複", "value more than once")
        case ("foreign-key", "missing"): pick("参照先にない値", "refers to nothing")
        case ("foreign-key", _): pick("一覧表にない値", "not in the list file")
        case ("row-constraint", _): pick("列どうしの決まり", "rule across columns")
        case (_, "required"): pick("空欄", "empty")
        case (_, "enum"): pick("一覧にない値", "not in the list")
        case (_, "pattern"): pick("決められた形式でない", "not of the form")
        case (_, "minLength"), (_, "maxLength"): pick("長さ", "length")
        case (_, "minimum"), (_, "maximum"), (_, "exclusiveMinimum"), (_, "exclusiveMaximum"):
            pick("範囲の外", "out of range")
        default: kind.map { "\(code): \($0)" } ?? code
        }
    }
}
