/// A length of time as XML Schema has it: months, and seconds.
///
/// A month has no fixed number of days, so the two are never converted into each other; a year is 12 months, and a day
/// 86,400 seconds.
struct DurationValue: Equatable, Sendable {
    var months = 0
    var seconds = 0
    var nanoseconds = 0
    var isNegative = false

    /// `PnYnMnDTnHnMnS` with at least one part, a sign before it, and up to nine digits of a fraction of seconds.
    ///
    /// Weeks (`P2W`) may stand in place of the other parts.
    init?(_ bytes: UnsafeBufferPointer<UInt8>) {
        var index = 0
        if index < bytes.count, bytes[index] == UInt8(ascii: "-") {
            isNegative = true
            index += 1
        }
        guard index < bytes.count, bytes[index] == UInt8(ascii: "P") else { return nil }
        index += 1
        var isTime = false
        // The place of the last part in the order in which they have to come.
        var last = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "T") {
                guard !isTime else { return nil }
                isTime = true
                index += 1
                guard index < bytes.count else { return nil }
            }
            guard let part = Self.part(bytes, &index), let unit = Self.unit(part.unit, isTime: isTime) else {
                return nil
            }
            guard unit.place > last, part.fraction.isEmpty || part.unit == UInt8(ascii: "S") else { return nil }
            guard part.unit != UInt8(ascii: "W") || (last == 0 && index == bytes.count) else { return nil }
            last = unit.place
            months += part.value * unit.months
            seconds += part.value * unit.seconds
            nanoseconds += Self.nanoseconds(part.fraction)
        }
        guard last > 0 else { return nil }
        if months == 0, seconds == 0, nanoseconds == 0 { isNegative = false }
    }

    private static func part(
        _ bytes: UnsafeBufferPointer<UInt8>, _ index: inout Int
    ) -> (value: Int, fraction: Slice<UnsafeBufferPointer<UInt8>>, unit: UInt8)? {
        let start = index
        while index < bytes.count, NumberText.isDigit(bytes[index]) { index += 1 }
        // So many digits cannot overflow, whatever their unit.
        guard index > start, index - start <= 12, let value = CalendarText.number(bytes, start, index - start) else {
            return nil
        }
        var fraction = bytes[index..<index]
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            index += 1
            let fractionStart = index
            while index < bytes.count, NumberText.isDigit(bytes[index]) { index += 1 }
            fraction = bytes[fractionStart..<index]
            guard !fraction.isEmpty, fraction.count <= 9 else { return nil }
        }
        guard index < bytes.count else { return nil }
        index += 1
        return (value, fraction, bytes[index - 1])
    }

    private static func unit(_ letter: UInt8, isTime: Bool) -> (place: Int, months: Int, seconds: Int)? {
        switch (letter, isTime) {
        case (UInt8(ascii: "Y"), false): (1, 12, 0)
        case (UInt8(ascii: "M"), false): (2, 1, 0)
        case (UInt8(ascii: "W"), false): (3, 0, 604_800)
        case (UInt8(ascii: "D"), false): (4, 0, 86400)
        case (UInt8(ascii: "H"), true): (5, 0, 3600)
        case (UInt8(ascii: "M"), true): (6, 0, 60)
        case (UInt8(ascii: "S"), true): (7, 0, 1)
        default: nil
        }
    }

    private static func nanoseconds(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> Int {
        var value = 0
        for place in 0..<9 {
            let index = digits.startIndex + place
            value = value * 10 + (index < digits.endIndex ? Int(digits[index] &- 0x30) : 0)
        }
        return value
    }

    /// The one text of a length of time: the largest units, without those that are zero; `PT0S` for none at all.
    var text: String {
        var text = isNegative ? "-P" : "P"
        func add(_ value: Int, _ unit: String) { if value > 0 { text += "\(value)\(unit)" } }
        add(months / 12, "Y")
        add(months % 12, "M")
        add(seconds / 86400, "D")
        let rest = seconds % 86400
        if rest > 0 || nanoseconds > 0 { text += "T" }
        add(rest / 3600, "H")
        add(rest / 60 % 60, "M")
        if nanoseconds > 0 {
            var fraction = String("\(1_000_000_000 + nanoseconds)".dropFirst())
            while fraction.hasSuffix("0") { fraction.removeLast() }
            text += "\(rest % 60).\(fraction)S"
        } else {
            add(rest % 60, "S")
        }
        return text.hasSuffix("P") ? "PT0S" : text
    }

    // MARK: Order

    /// -1, 0 or 1 for each run of months: a month is shorter than 31 days, or as long.
    func orders(_ other: DurationValue) -> [Int] {
        // The four moments that XML Schema compares at: after them, every run of short and long months begins.
        [(1696, 9), (1697, 2), (1903, 3), (1903, 7)].map { year, month in
            let own = end(year: year, month: month)
            let others = other.end(year: year, month: month)
            return own < others ? -1 : own > others ? 1 : 0
        }
    }

    /// Seconds, and nanoseconds, from year 0 until a moment that lies so much after the first of a month.
    private func end(year: Int, month: Int) -> (Int, Int) {
        let sign = isNegative ? -1 : 1
        let total = year * 12 + month - 1 + sign * months
        let endYear = total >= 0 ? total / 12 : (total - 11) / 12
        let days = Self.days(year: endYear, month: total - endYear * 12 + 1)
        return (days * 86400 + sign * seconds, sign * nanoseconds)
    }

    /// Days from the first of March of year 0 until the first of a month.
    private static func days(year: Int, month: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted >= 0 ? shifted / 400 : (shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    }
}
