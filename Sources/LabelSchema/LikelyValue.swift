/// Guesses what somebody meant who typed a value in another form, for the message.
///
/// Never applied to the data.
enum LikelyValue {
    /// A text of the type that says the same, or nil.
    static func find(_ type: FieldType, _ typed: String) -> String? {
        let text = WhiteSpace.trimmed(Composition.nfkc(CellText.kept(typed)))
        guard let candidate = candidate(type, text), candidate != typed else { return nil }
        return ScalarText.canonical(type, candidate) == nil ? nil : candidate
    }

    private static func candidate(_ type: FieldType, _ text: String) -> String? {
        switch type {
        case .integer, .number: return number(type, text)
        case .date: return ending(groups(text, 3), text).flatMap(date)
        case .yearmonth: return groups(text, 2).flatMap { pad($0[0], 4) + "-" + pad($0[1], 2) }
        case .year: return groups(text, 1).map { pad($0[0], 4) }
        case .time: return time(text)
        case .datetime:
            guard let split = text.firstIndex(where: { $0 == " " || $0 == "T" }) else { return nil }
            guard let day = groups(String(text[..<split]), 3).flatMap(date) else { return nil }
            return time(String(text[text.index(after: split)...])).map { "\(day)T\($0)" }
        case .string, .any, .boolean, .list: return nil
        }
    }

    /// Without thousands separators and units; a whole number without its `.0`.
    private static func number(_ type: FieldType, _ text: String) -> String? {
        var digits = text.filter { $0 != "," && $0 != " " }
        while let last = digits.last, !last.isASCII || last.isLetter { digits.removeLast() }
        if type == .integer, let value = Double(digits), let whole = Int64(exactly: value) { return "\(whole)" }
        return digits
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
}
