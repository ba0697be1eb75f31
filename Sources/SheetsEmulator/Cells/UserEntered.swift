/// Reads text as a spreadsheet reads what a person types: numbers, booleans, dates, formulas, and else text.
///
/// Not done, since it would need a clock or a locale's tables: dates without a year, foreign currencies, durations.
enum UserEntered {
    static func cell(_ text: String) -> CellValue {
        guard let first = text.utf8.first else { return .empty }
        if !mayBeTyped(first) { return .text(text) }
        if first == UInt8(ascii: "'") { return .text(String(text.dropFirst())) }
        if first == UInt8(ascii: "="), text.utf8.count > 1 { return .formula(text, Formula.evaluate(text)) }
        let trimmed = text.trimmingSpaces()
        switch trimmed.uppercased() {
        case "TRUE": return .boolean(true)
        case "FALSE": return .boolean(false)
        default: return number(trimmed) ?? dateOrTime(trimmed) ?? .text(text)
        }
    }

    /// Whether text with this first byte can be anything but plain text.
    private static func mayBeTyped(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."),
            UInt8(ascii: "'"), UInt8(ascii: "="), UInt8(ascii: " "), UInt8(ascii: "T"), UInt8(ascii: "t"),
            UInt8(ascii: "F"), UInt8(ascii: "f"), UInt8(ascii: "\\"), 0xC2, 0xEF:
            true
        default: false
        }
    }

    private static func number(_ text: String) -> CellValue? {
        if text.utf8.count <= 15, text.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let whole = Int(text) {
            return .number(literal: String(whole), format: .automatic)
        }
        var digits = text
        var format = NumberFormat.automatic
        let hasDecimals = text.contains(".")
        if digits.hasSuffix("%") {
            digits.removeLast()
            format = hasDecimals ? .percentWithDecimals : .percent
        } else if let sign = digits.first, "¥￥\\".contains(sign) {
            digits.removeFirst()
            format = .yen
        }
        if digits.contains(",") {
            guard isGrouped(digits) else { return nil }
            digits.removeAll { $0 == "," }
            if format == .automatic { format = hasDecimals ? .thousandsWithDecimals : .thousands }
        }
        guard isDecimal(digits), let value = Double(digits), value.isFinite else { return nil }
        let isPercent = format == .percent || format == .percentWithDecimals
        return .number(literal: NumberLiteral.literal(isPercent ? value / 100 : value), format: format)
    }

    private static func isDecimal(_ text: String) -> Bool {
        let allowed = text.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"), UInt8(ascii: "+"),
                UInt8(ascii: "-"):
                true
            default: false
            }
        }
        return allowed && text.utf8.contains { 0x30...0x39 ~= $0 }
    }

    /// Whether commas stand only before groups of three digits, as in `-1,234,567.8`.
    private static func isGrouped(_ text: String) -> Bool {
        let whole = text.prefix { $0 != "." }.drop { $0 == "-" || $0 == "+" }
        let groups = whole.split(separator: ",", omittingEmptySubsequences: false)
        return (1...3).contains(groups[0].count) && groups.dropFirst().allSatisfy { $0.count == 3 }
            && !text.dropFirst(whole.count + 1).contains(",")
    }

    private static func dateOrTime(_ text: String) -> CellValue? {
        let parts = text.split(separator: " ")
        switch parts.count {
        case 1:
            if let time = timeOfDay(parts[0]) {
                return .number(literal: NumberLiteral.literal(time), format: .time)
            }
            guard let (serial, format) = date(parts[0]) else { return nil }
            return .number(literal: String(serial), format: format)
        case 2:
            guard let (serial, format) = date(parts[0]), let time = timeOfDay(parts[1]) else { return nil }
            return .number(
                literal: NumberLiteral.literal(Double(serial) + time),
                format: format == .dateDashed ? .dateTimeDashed : .dateTimeSlashed)
        default: return nil
        }
    }

    private static func date(_ text: Substring) -> (Int, NumberFormat)? {
        for (separators, format) in [("--", NumberFormat.dateDashed), ("//", .dateSlashed), ("年月日", .dateJapanese)] {
            guard let fields = fields(text, separators) else { continue }
            if format == .dateSlashed && text.prefix(while: { $0 != "/" }).count <= 2 {
                return SerialDate.serial(year: fields[2], month: fields[0], day: fields[1])
                    .map { ($0, .dateMonthFirst) }
            }
            guard (1900...9999).contains(fields[0]) else { return nil }
            let short = format == .dateSlashed && text.utf8.count < 10
            return SerialDate.serial(year: fields[0], month: fields[1], day: fields[2])
                .map { ($0, short ? .dateSlashedShort : format) }
        }
        return nil
    }

    /// Three numbers with exactly these separators between (and, if there is a third one, after) them.
    private static func fields(_ text: Substring, _ separators: String) -> [Int]? {
        guard text.filter({ !($0.isASCII && $0.isNumber) }) == separators else { return nil }
        let fields = text.split { !($0.isASCII && $0.isNumber) }.compactMap { Int($0) }
        return fields.count == 3 ? fields : nil
    }

    private static func timeOfDay(_ text: Substring) -> Double? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
        guard (2...3).contains(parts.count), let hours = parts[0], let minutes = parts[1], (0..<24).contains(hours),
            (0..<60).contains(minutes)
        else { return nil }
        let seconds = parts.count == 3 ? parts[2] : 0
        guard let seconds, (0..<60).contains(seconds) else { return nil }
        return Double(hours * 3600 + minutes * 60 + seconds) / 86_400
    }
}

extension String {
    /// The text without ASCII spaces at its ends.
    func trimmingSpaces() -> String {
        let start = self.drop { $0 == " " }
        return String(start.reversed().drop { $0 == " " }.reversed())
    }
}
