extension LabelValue {
    /// The value as somebody would type it into a cell, so that the field reads the same value again.
    package func cellText(of field: LabelField) -> String {
        switch (field.type, self) {
        case (.list, .list(let items)):
            return items.map(\.displayText).joined(separator: field.items.delimiters.first ?? ",")
        case (.boolean, .boolean(let flag)):
            let words = flag ? field.trueValues : field.falseValues
            return words.contains(displayText) ? displayText : words.first ?? displayText
        case (.number, .number(let literal)):
            let isCommon = field.numberFormat.decimalChar == "."
            return isCommon ? literal : literal.split(separator: ".").joined(separator: field.numberFormat.decimalChar)
        case (.date, .string(let text)), (.time, .string(let text)), (.datetime, .string(let text)):
            return Self.cellText(text, field)
        case (.geopoint, .object(let members)):
            return Self.cellText(members, field.format)
        case (.object, _), (.array, _), (.geojson, _):
            var json: [UInt8] = []
            appendJSON(to: &json)
            return String(decoding: json, as: UTF8.self)
        default: return displayText
        }
    }

    /// A date or time by the field's pattern, unless the pattern leaves out something of it.
    private static func cellText(_ canonical: String, _ field: LabelField) -> String {
        guard case .pattern(let source) = field.format, let pattern = try? CalendarPattern(source, type: field.type),
            let moment = moment(canonical, field.type)
        else { return canonical }
        var text = pattern.text(moment)
        let readAgain = text.withUTF8 { pattern.read($0) }
        let isSame = field.type == .time ? readAgain?.time == moment.time : readAgain == moment
        return isSame ? text : canonical
    }

    private static func moment(_ canonical: String, _ type: FieldType) -> Moment? {
        var text = canonical
        return text.withUTF8 { bytes in
            switch type {
            case .date: CalendarText.day(bytes).map { Moment(day: $0) }
            case .time: CalendarText.time(bytes).map { Moment(day: nil, time: $0) }
            default: CalendarText.instant(bytes)
            }
        }
    }

    private static func cellText(_ members: [String: LabelValue], _ format: FieldFormat) -> String {
        let longitude = members["lon"]?.displayText ?? ""
        let latitude = members["lat"]?.displayText ?? ""
        return switch format {
        case .array: "[\(longitude), \(latitude)]"
        case .object: #"{"lon": \#(longitude), "lat": \#(latitude)}"#
        default: "\(longitude), \(latitude)"
        }
    }
}
