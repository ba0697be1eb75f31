extension CellError {
    /// The error in words for the person who typed: what is wrong, what was typed, what would be right.
    ///
    /// Control characters of the cell are shown as escapes. A schema may replace the words under `sheaf.messages`; of a
    /// warning it is said in any case that the row is taken.
    package func message(_ language: MessageLanguage) -> String {
        var sentences = ownSentences(language) ?? usualSentences(language)
        if severity == .warning { sentences.append(words("+warning", language)) }
        return sentences.joined(separator: language == .ja ? "" : " ")
    }

    /// The schema's own words; nil if it has none.
    private func ownSentences(_ language: MessageLanguage) -> [String]? {
        guard let template = detail["message.\(language.rawValue)"] else { return nil }
        let own = filled(template, language)
        if !MessageTemplate.places(of: template).contains("suggestion") {
            return [own] + suggestion(language)
        }
        // A template that is about the suggestion says nothing sensible without one.
        return detail["suggestion"] == nil ? nil : [own]
    }

    private func usualSentences(_ language: MessageLanguage) -> [String] {
        switch code {
        case "cell-error" where detail["reason"] == "control": return [words("cell-error/control", language)]
        case "cell-error": return [words(cell == "Loading..." ? "cell-error/loading" : "cell-error", language)]
        case "primary-key": return keySentences(language)
        case "unique-error": return [uniqueSentence(language)]
        case "foreign-key": return referenceSentences(language)
        case RowRule.code: return [ruleSentence(language)]
        case "constraint-error": return constraintSentences(language) + suggestion(language)
        case "type-error":
            guard field != nil else { return [words("type-error/label", language)] }
            return [words(code, language)] + typeSentences(language) + suggestion(language)
        default: return [words(code, language)] + suggestion(language)
        }
    }

    // MARK: What is wrong, by code

    private func keySentences(_ language: MessageLanguage) -> [String] {
        switch detail["reason"] {
        case "blank": return [words("primary-key/blank", language)]
        case "duplicate": return [words("primary-key/duplicate", language)]
        default:
            let why = detail["constraint"] == nil ? typeSentences(language) : constraintSentences(language)
            return [words("primary-key/unreadable", language)] + why + suggestion(language)
        }
    }

    private func uniqueSentence(_ language: MessageLanguage) -> String {
        // A stored label stands in no cell, and so do those that it collides with.
        let key = detail["otherCells"]?.isEmpty == false ? code : "unique-error/label"
        return words(detail["fields"] == nil ? key : key + "/several", language)
    }

    private func referenceSentences(_ language: MessageLanguage) -> [String] {
        switch detail["reason"] {
        case "missing":
            let key = detail["reference"] == nil ? "foreign-key/missing/itself" : "foreign-key/missing"
            return [words(detail["fields"] == nil ? key : key + "/several", language)]
        case "referenced": return [words("foreign-key/referenced", language)]
        default:
            let key = detail["fields"] == nil ? code : "foreign-key/several"
            return [words(key, language)] + allowed(language) + suggestion(language)
        }
    }

    private func constraintSentences(_ language: MessageLanguage) -> [String] {
        let constraint = detail["constraint"] ?? ""
        let key = "constraint-error/\(constraint)"
        let kind =
            switch detail["type"] {
            case "list", "object", "array": "items"
            case "date", "time", "datetime", "yearmonth": "time"
            default: ""
            }
        let sentence = words(UsualMessage["\(key)/\(kind)"] == nil ? key : "\(key)/\(kind)", language)
        switch constraint {
        case "enum": return [sentence] + allowed(language)
        case "pattern": return [sentence] + (detail["example"] == nil ? [] : [words("+example", language)])
        default: return [sentence]
        }
    }

    private func typeSentences(_ language: MessageLanguage) -> [String] {
        let key = detail["special"] == nil ? "type-error/\(detail["type"] ?? "")" : "type-error/special"
        // Why a text is no JSON is known in English only.
        let problem = detail["problem"] == nil || language != .en ? [] : [words("+problem", language)]
        return UsualMessage[key] == nil ? [] : [words(key, language)] + problem
    }

    private func ruleSentence(_ language: MessageLanguage) -> String {
        guard let usual = detail["usual.\(language.rawValue)"] else { return words(code, language) }
        let isQuoted = detail["quotes"] != nil && !cell.isEmpty
        return filled(usual, language) + (isQuoted ? behind("+now", language) : "") + (language == .ja ? "。" : ".")
    }

    private func allowed(_ language: MessageLanguage) -> [String] {
        detail["suggestion"] != nil || detail["allowed"] == nil ? [] : [words("+allowed", language)]
    }

    private func suggestion(_ language: MessageLanguage) -> [String] {
        detail["suggestion"] == nil ? [] : [words("+suggestion", language)]
    }

    // MARK: Values

    /// The usual words for a key, with values in their places; those for the code before the `/` if there are none.
    private func words(_ key: String, _ language: MessageLanguage) -> String {
        let code = key.split(separator: "/").first.map(String.init) ?? key
        let usual = UsualMessage[key] ?? UsualMessage[code] ?? UsualMessage["constraint-error"]
        return filled(usual?.text(language) ?? "", language)
    }

    /// Words that go on behind others in the same sentence.
    private func behind(_ key: String, _ language: MessageLanguage) -> String {
        (language == .ja ? "" : " ") + words(key, language)
    }

    private func filled(_ template: String, _ language: MessageLanguage) -> String {
        MessageTemplate.filled(template) { place in
            switch place {
            case "cell": return CellText.shown(cell)
            case "field": return title(language)
            case "row": return "\(rowNumber)"
            case "item": return detail["item"] == nil ? CellText.shown(cell) : shown("item", CellText.shownScalars)
            case "sample": return detail["sample"] == nil ? Self.samples[detail["type"] ?? ""] ?? "" : shown(place)
            case "otherCells":
                return shown(place) + (detail["more"] == nil ? "" : behind("+more", language))
            case "fields":
                return shown(detail["fields.\(language.rawValue)"] == nil ? place : "fields.\(language.rawValue)")
            case "path": return "$" + shown(place)
            case _ where detail["value.\(place)"] != nil: return shown("value.\(place)", CellText.shownScalars)
            default: return shown(place)
            }
        }
    }

    private func title(_ language: MessageLanguage) -> String {
        CellText.shown(detail["title.\(language.rawValue)"] ?? detail["title"] ?? field ?? "")
    }

    private func shown(_ name: String, _ limit: Int = 400) -> String {
        CellText.shown(detail[name] ?? "", limit: limit)
    }

    /// A value of each type, to show how one looks.
    private static let samples = [
        "integer": "12", "number": "1.5", "date": "2024-05-01", "time": "10:30:00", "datetime": "2024-05-01T10:30:00",
        "year": "2024", "yearmonth": "2024-05", "duration": "PT1H30M", "geopoint": "139.76, 35.68",
        "object": #"{"name": "value"}"#, "array": "[1, 2]", "email": "name@example.com", "uri": "https://example.com/",
        "uuid": "123e4567-e89b-12d3-a456-426614174000", "binary": "44GC",
        "geojson": #"{"type": "Point", "coordinates": [139.76, 35.68]}"#,
    ]

    // MARK: What a schema may say itself

    /// What a schema may give words of its own for: an error code, or what exactly is wrong.
    static func messageKeys(isKey: Bool) -> [String] {
        isKey
            ? [
                "primary-key", "blank", "unreadable", "duplicate", "cell-error", "unique-error", "unique",
                "foreign-key",
            ]
            : ["type-error", "constraint-error", "cell-error", "unique-error", "foreign-key"]
                + SchemaReader.constraintNames
    }

    /// The names of the places that a template may have.
    static let templatePlaces = [
        "cell", "field", "item", "suggestion", "row", "limit", "allowed", "otherCells", "example", "reference",
    ]
}
