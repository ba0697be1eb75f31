/// The words that Sheaf has for everything that can be wrong, where a schema has none of its own.
///
/// docs/messages.md lists them all. They speak to a colleague who has a sheet in front of them: what stands there, what
/// is wrong with it, what to do. No word of programming, no blame, and a request rather than an order.
package struct UsualMessage: Sendable {
    /// The error's code, and behind a `/` what exactly is wrong.
    package let key: String
    package let ja: String
    package let en: String

    private init(_ key: String, ja: String, en: String) {
        self.key = key
        self.ja = ja
        self.en = en
    }

    /// The words in a language.
    func text(_ language: MessageLanguage) -> String {
        language == .ja ? ja : en
    }

    private static let byKey = Dictionary(all.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })

    /// The words for a key; nil if there are none.
    static subscript(key: String) -> UsualMessage? {
        byKey[key]
    }

    /// Every message, by code.
    package static let all = types + constraints + keys + rows + headers + additions

    // MARK: What cannot be read

    private static let types = [
        UsualMessage(
            "type-error", ja: "「{item}」は「{field}」の値として読み取れません。", en: "“{item}” cannot be read as a value of “{field}”."),
        UsualMessage(
            "type-error/label", ja: "保存されているラベルを読み取れません。", en: "The stored label cannot be read."),
        UsualMessage(
            "type-error/integer", ja: "「{sample}」のような整数を入力してください。",
            en: "Please enter a whole number, such as {sample}."),
        UsualMessage(
            "type-error/number", ja: "「{sample}」のような数値を入力してください。", en: "Please enter a number, such as {sample}."),
        UsualMessage(
            "type-error/special", ja: "ラベルに数値として保存できない値です。数値を入力するか、空欄にしてください。",
            en: "A label cannot hold it as a number. Please enter a number, or leave the cell empty."),
        UsualMessage("type-error/boolean", ja: "{allowed} のいずれかを入力してください。", en: "Please enter one of: {allowed}."),
        UsualMessage(
            "type-error/date", ja: "「{sample}」のような実在する日付を入力してください。",
            en: "Please enter a date that exists, such as {sample}."),
        UsualMessage(
            "type-error/time", ja: "「{sample}」のような時刻を入力してください。", en: "Please enter a time, such as {sample}."),
        UsualMessage(
            "type-error/datetime", ja: "「{sample}」のような日時を入力してください。",
            en: "Please enter a date and time, such as {sample}."),
        UsualMessage(
            "type-error/year", ja: "「{sample}」のような西暦の年を入力してください。", en: "Please enter a year, such as {sample}."),
        UsualMessage(
            "type-error/yearmonth", ja: "「{sample}」のような年月を入力してください。",
            en: "Please enter a year and month, such as {sample}."),
        UsualMessage(
            "type-error/duration", ja: "「{sample}」（1時間30分）のような形で、時間の長さを入力してください。",
            en: "Please enter a length of time, such as {sample} (an hour and a half)."),
        UsualMessage(
            "type-error/geopoint", ja: "「{sample}」のように、経度、緯度の順に入力してください。",
            en: "Please enter longitude, then latitude, such as {sample}."),
        UsualMessage(
            "type-error/geojson", ja: "「{sample}」のような GeoJSON を入力してください。",
            en: "Please enter GeoJSON, such as {sample}."),
        UsualMessage(
            "type-error/object", ja: "「{sample}」のような JSON オブジェクトを入力してください。",
            en: "Please enter a JSON object, such as {sample}."),
        UsualMessage(
            "type-error/array", ja: "「{sample}」のような JSON 配列を入力してください。",
            en: "Please enter a JSON array, such as {sample}."),
        UsualMessage(
            "type-error/email", ja: "「{sample}」のようなメールアドレスを入力してください。",
            en: "Please enter an e-mail address, such as {sample}."),
        UsualMessage(
            "type-error/uri", ja: "「{sample}」のような URL を入力してください。", en: "Please enter a URL, such as {sample}."),
        UsualMessage(
            "type-error/uuid", ja: "「{sample}」のような UUID を入力してください。", en: "Please enter a UUID, such as {sample}."),
        UsualMessage(
            "type-error/binary", ja: "Base64 の文字列（「{sample}」など）を入力してください。",
            en: "Please enter text in Base64, such as {sample}."),
        UsualMessage(
            "cell-error", ja: "「{field}」のセルが「{cell}」というエラーになっています。数式か参照先をご確認ください。",
            en: "The cell in “{field}” shows the error {cell}. Please check its formula or what it refers to."),
        UsualMessage(
            "cell-error/control", ja: "「{field}」の「{cell}」に、目に見えない制御文字が入っています。セルに入力し直していただくと消えます。",
            en: "“{cell}” in “{field}” has an invisible control character in it. Typing it anew takes it out."),
        UsualMessage(
            "cell-error/loading", ja: "「{field}」のセルがまだ計算中（Loading...）です。表示が終わってから、もう一度ご確認ください。",
            en: "The cell in “{field}” is still being computed (Loading...). Please look again when it has finished."),
    ]

    // MARK: What a field asks for

    private static let constraints = [
        UsualMessage(
            "constraint-error", ja: "「{item}」は「{field}」の決まりに合っていません。",
            en: "“{item}” does not follow the rules of “{field}”."),
        UsualMessage(
            "constraint-error/required", ja: "「{field}」が空欄です。入力をお願いします。", en: "“{field}” is empty. Please fill it in."),
        UsualMessage(
            "constraint-error/enum", ja: "「{item}」は「{field}」の一覧にありません。",
            en: "“{item}” is not in the list of “{field}”."),
        UsualMessage(
            "constraint-error/minLength", ja: "「{field}」は{limit}文字以上で入力してください（今は「{cell}」）。",
            en: "“{field}” needs at least {limit} characters (it is “{cell}”)."),
        UsualMessage(
            "constraint-error/minLength/items", ja: "「{field}」は{limit}個以上で入力してください（今は「{cell}」）。",
            en: "“{field}” needs at least {limit} items (it is “{cell}”)."),
        UsualMessage(
            "constraint-error/maxLength", ja: "「{field}」は{limit}文字以内で入力してください（今は「{cell}」）。",
            en: "“{field}” may have at most {limit} characters (it is “{cell}”)."),
        UsualMessage(
            "constraint-error/maxLength/items", ja: "「{field}」は{limit}個以内で入力してください（今は「{cell}」）。",
            en: "“{field}” may have at most {limit} items (it is “{cell}”)."),
        UsualMessage(
            "constraint-error/minimum", ja: "「{field}」は {limit} 以上で入力してください（今は「{cell}」）。",
            en: "“{field}” must be {limit} or more (it is “{cell}”)."),
        UsualMessage(
            "constraint-error/minimum/time", ja: "「{field}」は {limit} 以降で入力してください（今は「{cell}」）。",
            en: "“{field}” must be {limit} or later (it is “{cell}”)."),
        UsualMessage(
            "constraint-error/maximum", ja: "「{field}」は {limit} 以下で入力してください（今は「{cell}」）。",
            en: "“{field}” must be {limit} or less (it is “{cell}”)."),
        UsualMessage(
            "constraint-error/maximum/time", ja: "「{field}」は {limit} 以前で入力してください（今は「{cell}」）。",
            en: "“{field}” must be {limit} or earlier (it is “{cell}”)."),
        UsualMessage(
            "constraint-error/exclusiveMinimum", ja: "「{field}」は {limit} より大きい値を入力してください（今は「{cell}」）。",
            en: "“{field}” must be more than {limit} (it is “{cell}”)."),
        UsualMessage(
            "constraint-error/exclusiveMinimum/time", ja: "「{field}」は {limit} より後で入力してください（今は「{cell}」）。",
            en: "“{field}” must be later than {limit} (it is “{cell}”)."),
        UsualMessage(
            "constraint-error/exclusiveMaximum", ja: "「{field}」は {limit} より小さい値を入力してください（今は「{cell}」）。",
            en: "“{field}” must be less than {limit} (it is “{cell}”)."),
        UsualMessage(
            "constraint-error/exclusiveMaximum/time", ja: "「{field}」は {limit} より前で入力してください（今は「{cell}」）。",
            en: "“{field}” must be earlier than {limit} (it is “{cell}”)."),
        UsualMessage(
            "constraint-error/pattern", ja: "「{cell}」は「{field}」の決められた形式になっていません。",
            en: "“{cell}” does not have the form that “{field}” needs."),
        UsualMessage(
            "constraint-error/jsonSchema", ja: "「{field}」の JSON の {path} が、決まり（{limit}）に合っていません。",
            en: "The JSON of “{field}” does not follow its rule {limit} at {path}."),
    ]

    // MARK: What identifies a row, and what other rows hold

    private static let keys = [
        UsualMessage(
            "primary-key/blank", ja: "「{field}」が空欄です。どの行かを見分けるための項目なので、入力をお願いします。",
            en: "“{field}” is empty. It tells the rows apart, so every row needs it."),
        UsualMessage(
            "primary-key/unreadable", ja: "「{field}」の「{cell}」が読み取れないため、どの行か見分けられません。",
            en: "“{cell}” in “{field}” cannot be read, so we cannot tell which row this is."),
        UsualMessage(
            "primary-key/duplicate", ja: "「{field}」の「{cell}」は、ほかの行にもあります（{otherCells}）。どれが正しいか判断できないため、一行だけ残してください。",
            en: "“{cell}” in “{field}” also stands in {otherCells}. "
                + "Please keep only one of these rows, since nobody can tell which is right."),
        UsualMessage(
            "unique-error", ja: "「{field}」の「{cell}」は、ほかの行にもあります（{otherCells}）。行ごとに違う値にしてください。",
            en: "“{cell}” in “{field}” also stands in {otherCells}. Please give each row a value of its own."),
        UsualMessage(
            "unique-error/several", ja: "{fields}の組み合わせが、ほかの行と同じです（{otherCells}）。行ごとに違う組み合わせにしてください。",
            en: "Together, {fields} are the same as in {otherCells}. Please make each row differ in one of them."),
        UsualMessage(
            "unique-error/label", ja: "「{field}」の「{cell}」が、ほかのラベルと重なっています。",
            en: "Another label has “{cell}” in “{field}” too."),
        UsualMessage(
            "unique-error/label/several", ja: "{fields}の組み合わせが、ほかのラベルと重なっています。",
            en: "Another label is the same in {fields} together."),
        UsualMessage(
            "foreign-key", ja: "「{cell}」は「{field}」で使える値の一覧にありません。",
            en: "“{cell}” is not in the list of values for “{field}”."),
        UsualMessage(
            "foreign-key/several", ja: "{fields}の組み合わせが、使える値の一覧にありません（「{field}」は今「{cell}」）。",
            en: "Together, {fields} are not in the list of values (“{field}” is “{cell}”)."),
        UsualMessage(
            "foreign-key/missing", ja: "「{field}」の「{cell}」が、{reference} に見つかりません。値をご確認いただくか、先にそちらへ追加してください。",
            en: "“{cell}” in “{field}” is not found in {reference}. Please check it, or add it there first."),
        UsualMessage(
            "foreign-key/missing/itself", ja: "「{field}」の「{cell}」が、この表のほかの行に見つかりません。値をご確認いただくか、先にその行を追加してください。",
            en: "“{cell}” in “{field}” is not found in any row of this table. Please check it, or add that row first."),
        UsualMessage(
            "foreign-key/missing/several",
            ja: "{fields}の組み合わせが、{reference} に見つかりません（「{field}」は今「{cell}」）。値をご確認いただくか、先にそちらへ追加してください。",
            en: "Together, {fields} are not found in {reference} (“{field}” is “{cell}”). "
                + "Please check them, or add them there first."),
        UsualMessage(
            "foreign-key/missing/itself/several",
            ja: "{fields}の組み合わせが、この表のほかの行に見つかりません（「{field}」は今「{cell}」）。値をご確認いただくか、先にその行を追加してください。",
            en: "Together, {fields} are not found in any row of this table (“{field}” is “{cell}”). "
                + "Please check them, or add that row first."),
        UsualMessage(
            "foreign-key/referenced", ja: "「{field}」の「{cell}」は、ほかの行で使われています（{otherCells}）。先にそちらを直してください。",
            en: "“{cell}” in “{field}” is still used by {otherCells}. Please change that first."),
    ]

    // MARK: Rows

    private static let rows = [
        UsualMessage(
            "row-constraint", ja: "この行は、決まり「{rule}」に合っていません。行の内容をご確認ください。",
            en: "This row does not follow the rule “{rule}”. Please check its cells."),
        UsualMessage(
            "extra-cell", ja: "「{field}」という項目は、今の項目の一覧にありません。", en: "“{field}” is no longer one of the fields."),
    ]

    // MARK: Headers

    private static let headers = [
        UsualMessage(
            "missing-label", ja: "「{field}」の列が見つかりません。見出しを元に戻してください。",
            en: "The column “{field}” is missing. Please put its header back."),
        UsualMessage(
            "missing-label/near",
            ja: "「{field}」の列が見つかりません。「{suggestion}」という列がこれに当たる場合は、見出しを「{field}」に直してください。",
            en:
                "The column “{field}” is missing. If “{suggestion}” is the one, please put its header back to “{field}”."
        ),
        UsualMessage(
            "duplicate-label", ja: "「{field}」の列が二つ以上あります（{otherCells}）。一つだけ残してください。",
            en: "The column “{field}” stands there more than once ({otherCells}). Please keep only one."),
        UsualMessage(
            "extra-label", ja: "「{cell}」という列（{otherCells}）は、このシートでは使えません。列を別の場所に移すか、見出しを直してください。",
            en: "The column “{cell}” ({otherCells}) is not one that this sheet may have. "
                + "Please move it elsewhere, or correct its header."),
        UsualMessage(
            "incorrect-label", ja: "「{field}」の列が {cell} にあります。列の順番が決まっているので、{otherCells} に置いてください。",
            en: "The column “{field}” stands in {cell}. Please move it to {otherCells}: the columns have a fixed order."
        ),
        UsualMessage(
            "blank-header", ja: "見出しの行（{row}行目）が空です。各列の見出しを入力してください。",
            en: "The header row (row {row}) is empty. Please enter a header for each column."),
    ]

    // MARK: What is put behind

    private static let additions = [
        UsualMessage("+now", ja: "（今は「{cell}」）", en: "(it is “{cell}”)"),
        UsualMessage("+example", ja: "「{example}」のように入力してください。", en: "It should look like “{example}”."),
        UsualMessage("+problem", ja: "（{problem}）", en: "(It is no JSON: {problem}.)"),
        UsualMessage("+allowed", ja: "使える値：{allowed}。", en: "Allowed: {allowed}."),
        UsualMessage("+suggestion", ja: "「{suggestion}」ではありませんか？", en: "Did you mean “{suggestion}”?"),
        UsualMessage("+more", ja: "、ほか {more} 件", en: "and {more} more"),
        UsualMessage(
            "+warning", ja: "（念のためのお知らせです。このままでも取り込みの妨げにはなりません。）",
            en: "(This is only a note: it does not keep the row out.)"),
    ]
}
