/// Guesses what somebody meant who typed a value in another form, for the message.
///
/// Never applied to the data.
enum LikelyValue {
    /// A text that says the same in the form that is wanted, or nil.
    static func find(_ form: ValueForm, _ typed: String) -> String? {
        let text = WhiteSpace.trimmed(Composition.nfkc(CellText.kept(typed)))
        return candidates(form, text).first { $0 != typed && form.canonical($0) != nil }
    }

    private static func candidates(_ form: ValueForm, _ text: String) -> [String] {
        let plain = plainCandidate(form.type, text).map { [$0] } ?? []
        switch form.type {
        case .date, .time, .datetime:
            guard let moment = moment(form.type, text, plain) else { return plain }
            return [form.sample(moment), canonical(form.type, moment)].compactMap { $0 }
        case .duration: return duration(text).map { [$0] } ?? []
        case .geopoint: return points(text)
        case .object, .array, .geojson: return json(form.type, text)
        default: return [text] + plain
        }
    }

    private static func plainCandidate(_ type: FieldType, _ text: String) -> String? {
        switch type {
        case .integer, .number: number(type, text)
        case .date: ending(groups(text, 3), text).flatMap(date)
        case .yearmonth: groups(text, 2).flatMap { pad($0[0], 4) + "-" + pad($0[1], 2) }
        case .year: groups(text, 1).map { pad($0[0], 4) }
        case .time: time(text)
        case .datetime: dateAndTime(text)
        default: nil
        }
    }

    // MARK: Numbers

    /// Without thousands separators and units; a whole number without its `.0`.
    private static func number(_ type: FieldType, _ text: String) -> String? {
        var digits = text.filter { $0 != "," && $0 != " " }
        while let last = digits.last, !last.isASCII || last.isLetter { digits.removeLast() }
        if type == .integer, let value = Double(digits), let whole = Int64(exactly: value) { return "\(whole)" }
        return digits
    }

    // MARK: Dates and times

    /// The moment that a text says in any form that is known.
    private static func moment(_ type: FieldType, _ text: String, _ plain: [String]) -> Moment? {
        for var candidate in [text] + plain {
            let found = candidate.withUTF8 { CalendarForms.read(type, $0) }
            if let found { return found }
        }
        return nil
    }

    private static func canonical(_ type: FieldType, _ moment: Moment) -> String? {
        var arena = ByteArena(capacity: 64)
        guard ScalarText.append(type, moment, to: &arena) else { return nil }
        return String(decoding: arena.array().dropFirst().dropLast(), as: UTF8.self)
    }

    private static func ending(_ groups: [Substring]?, _ text: String) -> [Substring]? {
        text.contains(":") ? nil : groups
    }

    private static func date(_ groups: [Substring]) -> String? {
        guard groups[0].count == 4 else { return nil }
        return groups[0] + "-" + pad(groups[1], 2) + "-" + pad(groups[2], 2)
    }

    private static func time(_ text: String) -> String? {
        guard let parts = groups(text, 3) ?? groups(text, 2) else { return nil }
        return pad(parts[0], 2) + ":" + pad(parts[1], 2) + ":" + pad(parts.count > 2 ? parts[2] : "0", 2)
    }

    private static func dateAndTime(_ text: String) -> String? {
        guard let split = text.firstIndex(where: { $0 == " " || $0 == "T" }) else { return nil }
        guard let day = groups(String(text[..<split]), 3).flatMap(date) else { return nil }
        return time(String(text[text.index(after: split)...])).map { "\(day)T\($0)" }
    }

    /// The runs of digits of a text, if there are just so many and nothing but separators between them.
    private static func groups(_ text: String, _ count: Int) -> [Substring]? {
        let isDigit = { (character: Character) in character.isASCII && character.isNumber }
        let groups = text.split { !isDigit($0) }
        let isKnown = text.allSatisfy { isDigit($0) || "/-.: 年月日時分秒".contains($0) }
        return groups.count == count && isKnown ? groups : nil
    }

    private static func pad(_ digits: Substring, _ width: Int) -> String {
        String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    // MARK: Durations

    /// `1:30:00`, `1時間30分`, `90分` and the like.
    private static func duration(_ text: String) -> String? {
        let clock = text.split(separator: ":", omittingEmptySubsequences: false)
        if clock.count == 3, clock.allSatisfy({ !$0.isEmpty && $0.allSatisfy(\.isNumber) }) {
            return normal("PT\(clock[0])H\(clock[1])M\(clock[2])S")
        }
        var rest = text.filter { $0 != " " }[...]
        var date = ""
        var time = ""
        let units: [(String, String, Bool)] = [
            ("年", "Y", false), ("か月", "M", false), ("ヶ月", "M", false), ("週間", "W", false), ("日", "D", false),
            ("時間", "H", true), ("分", "M", true), ("秒", "S", true),
        ]
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            guard !digits.isEmpty, let unit = units.first(where: { rest.hasPrefix($0.0) }) else { return nil }
            rest = rest.dropFirst(unit.0.count)
            if rest.hasPrefix("間") { rest = rest.dropFirst() }
            if unit.2 { time += digits + unit.1 } else { date += digits + unit.1 }
        }
        return normal("P" + date + (time.isEmpty ? "" : "T" + time))
    }

    private static func normal(_ text: String) -> String? {
        var text = text
        return text.withUTF8 { DurationValue($0) }?.text
    }

    // MARK: Places and JSON

    /// Two numbers, in the order typed and the other way round, in each form that a place may have.
    private static func points(_ text: String) -> [String] {
        let numbers = text.split { !($0.isASCII && ($0.isNumber || "+-.".contains($0))) }
        guard numbers.count == 2 else { return [] }
        return [(numbers[0], numbers[1]), (numbers[1], numbers[0])].flatMap { lon, lat in
            ["\(lon), \(lat)", "[\(lon), \(lat)]", #"{"lon": \#(lon), "lat": \#(lat)}"#]
        }
    }

    /// With straight quotes, and with the brackets that may be missing.
    private static func json(_ type: FieldType, _ text: String) -> [String] {
        let straight = String(text.map { "“”„‟".contains($0) ? "\"" : $0 })
        let double = String(straight.map { $0 == "'" ? "\"" : $0 })
        let bracketed = type == .array ? ["[\(straight)]"] : type == .object ? ["{\(straight)}"] : []
        return [straight, double] + bracketed
    }
}
