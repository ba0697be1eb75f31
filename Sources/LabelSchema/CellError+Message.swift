extension CellError {
    /// The error in words for the person who typed: what is wrong, what was typed, what would be right.
    ///
    /// Control characters of the cell are shown as escapes. A schema may replace the words under `sheaf.messages`.
    package func message(_ language: MessageLanguage) -> String {
        let suggestion = language == .ja ? japaneseSuggestion : englishSuggestion
        if let template = detail["message.\(language.rawValue)"] {
            let hasPlace = Self.places(of: template).contains("suggestion")
            if !hasPlace { return fill(template, language) + suggestion }
            // A template that is about the suggestion says nothing sensible without one.
            if !suggestion.isEmpty { return fill(template, language) }
        }
        return (language == .ja ? japanese : english) + suggestion
    }

    private func title(_ language: MessageLanguage) -> String {
        CellText.shown(detail["title.\(language.rawValue)"] ?? detail["title"] ?? field ?? "")
    }

    private var shown: String { CellText.shown(cell) }

    private func shown(_ name: String, limit: Int = 400) -> String {
        CellText.shown(detail[name] ?? "", limit: limit)
    }

    /// Puts values in the places of a template: `{cell}`, `{field}`, `{item}` (of a list), `{suggestion}`, `{row}`,
    /// `{limit}`, `{allowed}` and `{otherCells}`.
    ///
    /// What a value holds is never taken for a place.
    private func fill(_ template: String, _ language: MessageLanguage) -> String {
        var text = ""
        var rest = template[...]
        while let open = rest.firstIndex(of: "{") {
            text += rest[..<open]
            rest = rest[open...]
            guard let close = rest.firstIndex(of: "}") else { break }
            switch rest[rest.index(after: open)..<close] {
            case "cell": text += shown
            case "field": text += title(language)
            case "row": text += "\(rowNumber)"
            case "item": text += shown(value: "item")
            case let name: text += shown(String(name))
            }
            rest = rest[rest.index(after: close)...]
        }
        return text + rest
    }

    /// The places that a template has.
    static func places(of template: String) -> [String] {
        template.split(separator: "{", omittingEmptySubsequences: false).dropFirst().compactMap { part in
            part.firstIndex(of: "}").map { String(part[..<$0]) }
        }
    }

    /// What a schema may give words of its own for: an error code, or what exactly is wrong.
    static func messageKeys(isKey: Bool) -> [String] {
        isKey
            ? ["primary-key", "blank", "unreadable", "duplicate", "cell-error"]
            : ["type-error", "constraint-error", "cell-error"] + SchemaReader.constraintNames.filter { $0 != "unique" }
    }

    /// The names of the places that a template may have.
    static let templatePlaces = ["cell", "field", "item", "suggestion", "row", "limit", "allowed", "otherCells"]
}

// MARK: - Japanese

extension CellError {
    private var japaneseSuggestion: String {
        detail["suggestion"] == nil ? "" : "「\(shown("suggestion"))」ではありませんか？"
    }

    private var japanese: String {
        let field = title(.ja)
        switch (code, detail["reason"]) {
        case ("cell-error", _) where cell == "Loading...":
            return "「\(field)」のセルがまだ計算中（Loading...）です。表示が終わってから、もう一度ご確認ください。"
        case ("cell-error", _):
            return "「\(field)」のセルが「\(shown)」というエラーになっています。数式か参照先をご確認ください。"
        case ("primary-key", "blank"):
            return "「\(field)」が空欄です。どの行かを見分けるための項目なので、必ず入力してください。"
        case ("primary-key", "duplicate"):
            let more = detail["more"].map { "（ほか \($0) 件）" } ?? ""
            return "「\(field)」の「\(shown)」は、ほかの行にもあります（\(shown("otherCells"))\(more)）。"
                + "どれが正しいか決められないため、一行だけ残してください。"
        case ("primary-key", _):
            return "「\(field)」の「\(shown)」が読み取れないため、どの行か見分けられません。"
                + (detail["constraint"] == nil ? japaneseType : japaneseConstraint)
        case ("extra-cell", _): return "「\(field)」という項目は、今の項目の一覧にありません。"
        case ("constraint-error", _): return japaneseConstraint
        default: return "「\(shown)」は「\(field)」の値として読み取れません。" + japaneseType
        }
    }

    private var japaneseType: String {
        detail["sample"] == nil ? japaneseUsualType : "「\(shown("sample"))」のような形で入力してください。"
    }

    private var japaneseUsualType: String {
        switch detail["type"] {
        case "number" where detail["special"] != nil: "「\(shown)」は数値として保存できません。有限の数値を入力してください。"
        case "integer": "「12」のような整数を入力してください。"
        case "number": "「1.5」のような数値を入力してください。"
        case "boolean": "\(shown("allowed")) のいずれかを入力してください。"
        case "date": "「2024-05-01」のような実在する日付を入力してください。"
        case "time": "「10:30:00」のような時刻を入力してください。"
        case "datetime": "「2024-05-01T10:30:00」のような日時を入力してください。"
        case "year": "「2024」のような西暦年を4桁で入力してください。"
        case "yearmonth": "「2024-05」のような年月を入力してください。"
        case "duration": "「PT1H30M」（1時間30分）や「P2D」（2日）のような長さを入力してください。"
        case "geopoint": "「139.76, 35.68」のように経度、緯度の順に数値で入力してください。"
        case "object": "「{\"name\": \"value\"}」のような JSON オブジェクトを入力してください。"
        case "array": "「[1, 2]」のような JSON 配列を入力してください。"
        case "geojson": "「{\"type\": \"Point\", \"coordinates\": [139.76, 35.68]}」のような GeoJSON を入力してください。"
        case "binary": "Base64 で符号化した文字列を入力してください。"
        case "email": "「name@example.com」のようなメールアドレスを入力してください。"
        case "uri": "「https://example.com/」のような URL を入力してください。"
        case "uuid": "「123e4567-e89b-12d3-a456-426614174000」のような UUID を入力してください。"
        default: ""
        }
    }

    private var japaneseConstraint: String {
        let field = title(.ja)
        let limit = shown("limit")
        let unit = detail["type"] == "string" ? "文字" : "個"
        switch detail["constraint"] {
        case "required": return "「\(field)」が空欄です。入力をお願いします。"
        case "enum": return "「\(shown(value: "item"))」は「\(field)」の一覧にありません。" + japaneseAllowed
        case "minLength": return "「\(field)」は\(limit)\(unit)以上で入力してください（今は「\(shown)」）。"
        case "maxLength": return "「\(field)」は\(limit)\(unit)以内で入力してください（今は「\(shown)」）。"
        case "minimum": return "「\(field)」は \(limit) 以上で入力してください（今は「\(shown)」）。"
        case "maximum": return "「\(field)」は \(limit) 以下で入力してください（今は「\(shown)」）。"
        case "exclusiveMinimum": return "「\(field)」は \(limit) より大きい値を入力してください（今は「\(shown)」）。"
        case "exclusiveMaximum": return "「\(field)」は \(limit) より小さい値を入力してください（今は「\(shown)」）。"
        case "jsonSchema":
            let place = detail["path"] == "" ? "" : "の \(shown("path")) "
            return "「\(field)」の JSON\(place)が決まり（\(limit)）に合っていません。"
        case "pattern":
            let example = detail["example"] == nil ? "" : "「\(shown("example"))」のように入力してください。"
            return "「\(shown)」は「\(field)」の決まった形に合っていません。" + example
        default: return "「\(shown)」は「\(field)」の決まりに合っていません。"
        }
    }

    private var japaneseAllowed: String {
        guard detail["suggestion"] == nil, detail["allowed"] != nil else { return "" }
        return "使える値：\(shown("allowed"))。"
    }

    private func shown(value name: String) -> String {
        detail[name] == nil ? shown : shown(name, limit: CellText.shownScalars)
    }
}

// MARK: - English

extension CellError {
    private var englishSuggestion: String {
        detail["suggestion"] == nil ? "" : " Did you mean “\(shown("suggestion"))”?"
    }

    private var english: String {
        let field = title(.en)
        switch (code, detail["reason"]) {
        case ("cell-error", _) where cell == "Loading...":
            return
                "The cell in “\(field)” is still being computed (Loading...). Please look again when it has finished."
        case ("cell-error", _):
            return "The cell in “\(field)” shows the error \(shown). Please check its formula or what it refers to."
        case ("primary-key", "blank"):
            return "“\(field)” is empty. It tells the rows apart, so every row needs it."
        case ("primary-key", "duplicate"):
            let more = detail["more"].map { " and \($0) more" } ?? ""
            return "“\(shown)” in “\(field)” also stands in \(shown("otherCells"))\(more)."
                + " Please keep only one of these rows, since nobody can tell which is right."
        case ("primary-key", _):
            return "“\(shown)” in “\(field)” cannot be read, so we cannot tell which row this is. "
                + (detail["constraint"] == nil ? englishType : englishConstraint)
        case ("extra-cell", _): return "“\(field)” is no longer one of the fields."
        case ("constraint-error", _): return englishConstraint
        default: return "“\(shown)” cannot be read as a value of “\(field)”. " + englishType
        }
    }

    /// Why a text is no JSON, if that is known.
    private var englishProblem: String {
        detail["problem"] == nil ? "" : " (\(shown("problem")).)"
    }

    private var englishType: String {
        detail["sample"] == nil ? englishUsualType : "Please write it like “\(shown("sample"))”."
    }

    private var englishUsualType: String {
        switch detail["type"] {
        case "number" where detail["special"] != nil: "A label holds finite numbers only; “\(shown)” is none."
        case "integer": "Please enter a whole number, such as 12."
        case "number": "Please enter a number, such as 1.5."
        case "boolean": "Please enter one of: \(shown("allowed"))."
        case "date": "Please enter a date that exists, such as 2024-05-01."
        case "time": "Please enter a time, such as 10:30:00."
        case "datetime": "Please enter a date and time, such as 2024-05-01T10:30:00."
        case "year": "Please enter a year of four digits, such as 2024."
        case "yearmonth": "Please enter a year and month, such as 2024-05."
        case "duration": "Please enter a length of time, such as PT1H30M (an hour and a half) or P2D (two days)."
        case "geopoint": "Please enter longitude, then latitude, such as “139.76, 35.68”."
        case "object": "Please enter a JSON object, such as {\"name\": \"value\"}.\(englishProblem)"
        case "array": "Please enter a JSON array, such as [1, 2].\(englishProblem)"
        case "geojson":
            "Please enter GeoJSON, such as {\"type\": \"Point\", \"coordinates\": [139.76, 35.68]}.\(englishProblem)"
        case "binary": "Please enter text in Base64."
        case "email": "Please enter an e-mail address, such as name@example.com."
        case "uri": "Please enter a URL, such as https://example.com/."
        case "uuid": "Please enter a UUID, such as 123e4567-e89b-12d3-a456-426614174000."
        default: "Please check what was entered."
        }
    }

    private var englishConstraint: String {
        let field = title(.en)
        let limit = shown("limit")
        let unit = detail["type"] == "string" ? "characters" : detail["type"] == "object" ? "members" : "items"
        switch detail["constraint"] {
        case "required": return "“\(field)” is empty. Please fill it in."
        case "enum": return "“\(shown(value: "item"))” is not in the list of “\(field)”." + englishAllowed
        case "minLength": return "“\(field)” needs at least \(limit) \(unit) (it is “\(shown)”)."
        case "maxLength": return "“\(field)” may have at most \(limit) \(unit) (it is “\(shown)”)."
        case "minimum": return "“\(field)” must be \(limit) or more (it is “\(shown)”)."
        case "maximum": return "“\(field)” must be \(limit) or less (it is “\(shown)”)."
        case "exclusiveMinimum": return "“\(field)” must be more than \(limit) (it is “\(shown)”)."
        case "exclusiveMaximum": return "“\(field)” must be less than \(limit) (it is “\(shown)”)."
        case "jsonSchema":
            let place = detail["path"] == "" ? "" : " at \(shown("path"))"
            return "The JSON of “\(field)” does not follow its rule \(limit)\(place)."
        case "pattern":
            let example = detail["example"] == nil ? "" : " It should look like “\(shown("example"))”."
            return "“\(shown)” does not have the form that “\(field)” needs.\(example)"
        default: return "“\(shown)” does not follow the rules of “\(field)”."
        }
    }

    private var englishAllowed: String {
        guard detail["suggestion"] == nil, detail["allowed"] != nil else { return "" }
        return " Allowed: \(shown("allowed"))."
    }
}
