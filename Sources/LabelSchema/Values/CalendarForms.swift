/// Dates and times in the forms that people use, for fields with `format: any`.
///
/// Only forms that can be read in one way: a year has four digits or an era, and stands first where a month has no name.
/// - Days: `2024-5-1`, `2024/5/1`, `2024.5.1`, `20240501`, `2024年5月1日`, `令和6年5月1日` (and 元年), `1 May 2024`,
///   `May 1, 2024`; a weekday in brackets may follow, and has to be right.
/// - Times: `9:30`, `9:30:15.5`, `9時`, `9時半`, `9時30分`, `9時30分15秒`, with 午前 or 午後 before or AM or PM behind.
/// - Both: a day, a space or `T` (after 日 nothing), a time, and `Z` or an offset; or a day alone, which is its midnight.
struct CalendarForms {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0

    private init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    /// The moment that a text says; nil if it says none, or none that a value of the type keeps whole.
    static func read(_ type: FieldType, _ bytes: UnsafeBufferPointer<UInt8>) -> Moment? {
        var forms = CalendarForms(bytes)
        let moment =
            switch type {
            case .date: forms.day().map { Moment(day: $0) }
            case .time: forms.time().map { Moment(day: nil, time: $0) }
            default: forms.instant()
            }
        return forms.position == bytes.count ? moment : nil
    }

    private mutating func instant() -> Moment? {
        guard let day = day() else { return nil }
        if position == bytes.count { return Moment(day: day) }
        let hasMark = skip("T") || skipSpaces()
        guard hasMark || position > 0 && bytes[position - 1] >= 0x80, let time = time() else { return nil }
        let moment = Moment(day: day, time: time)
        if position == bytes.count { return moment }
        _ = skipSpaces()
        guard let (offset, end) = CalendarText.offset(bytes, position) else { return nil }
        position = end
        return moment.utc(offset: offset)
    }

    // MARK: Days

    private mutating func day() -> CalendarText.Day? {
        guard let day = eraDay() ?? numericDay() ?? namedDay() else { return nil }
        let end = position
        _ = skipSpaces()
        guard skip("(") || skip("（") else {
            position = end
            return day
        }
        let places = ["月", "火", "水", "木", "金", "土", "日"]
        guard let weekday = places.firstIndex(where: { skip($0) }) else { return nil }
        _ = skip("曜日") || skip("曜")
        guard skip(")") || skip("）"), weekday == day.weekday else { return nil }
        return day
    }

    /// Eras, each with the serial number of its first day and the year before its first.
    ///
    /// Days of 明治 count from its sixth year, when Japan took up this calendar.
    private static let eras: [(name: String, first: Int, before: Int)] = [
        ("令和", 43586, 2018), ("平成", 32516, 1988), ("昭和", 9856, 1925), ("大正", 4595, 1911), ("明治", -9859, 1867),
    ]

    private mutating func eraDay() -> CalendarText.Day? {
        for (index, era) in Self.eras.enumerated() where skip(era.name) {
            guard let year = skip("元") ? 1 : number(1...2), skip("年"), let day = monthAndDay(year: era.before + year)
            else { return nil }
            // On the day on which an era began, it is both the last of the old and the first of the new.
            let last = index == 0 ? Int.max : Self.eras[index - 1].first
            return (era.first...last).contains(day.serial) ? day : nil
        }
        return nil
    }

    private mutating func numericDay() -> CalendarText.Day? {
        let start = position
        if let digits = number(8...8) {
            return CalendarText.Day(year: digits / 10000, month: digits / 100 % 100, day: digits % 100)
        }
        guard let year = number(4...4) else { return nil }
        if skip("年") { return monthAndDay(year: year) }
        for separator in ["-", "/", "."] where skip(separator) {
            guard let month = number(1...2), skip(separator), let day = number(1...2) else { return nil }
            return CalendarText.Day(year: year, month: month, day: day)
        }
        position = start
        return nil
    }

    private mutating func monthAndDay(year: Int) -> CalendarText.Day? {
        _ = skipSpaces()
        guard let month = number(1...2), skip("月") else { return nil }
        _ = skipSpaces()
        guard let day = number(1...2), skip("日") else { return nil }
        return CalendarText.Day(year: year, month: month, day: day)
    }

    private mutating func namedDay() -> CalendarText.Day? {
        let day = number(1...2)
        if day != nil { guard skipSpaces() || skip("-") else { return nil } }
        let full = CalendarNames.month(bytes, position, isShort: false)
        guard let (month, end) = full ?? CalendarNames.month(bytes, position, isShort: true) else { return nil }
        position = end
        guard skipSpaces() || (day != nil && skip("-")) else { return nil }
        if let day {
            return number(4...4).flatMap { CalendarText.Day(year: $0, month: month, day: day) }
        }
        guard let day = number(1...2) else { return nil }
        _ = skip(",")
        guard skipSpaces(), let year = number(4...4) else { return nil }
        return CalendarText.Day(year: year, month: month, day: day)
    }

    // MARK: Times

    private mutating func time() -> CalendarText.Time? {
        var isAfternoon: Bool? = skip("午前") ? false : skip("午後") ? true : nil
        let isMarkedBefore = isAfternoon != nil
        guard var hour = number(1...2), hour < 24 else { return nil }
        guard var time = skip(":") ? clockTime() : skip("時") ? kanjiTime() : nil else { return nil }
        if !isMarkedBefore {
            let end = position
            _ = skipSpaces()
            isAfternoon = CalendarNames.isAfternoon(bytes, position)
            position = isAfternoon == nil ? end : position + 2
        }
        if let isAfternoon {
            // 午後0時 is noon, and 12 PM too; what 午後12時 is, people do not agree on.
            guard isMarkedBefore ? hour < 12 : (1...12).contains(hour) else { return nil }
            hour = hour % 12 + (isAfternoon ? 12 : 0)
        }
        time.seconds += hour * 3600
        return time
    }

    private mutating func clockTime() -> CalendarText.Time? {
        guard let minute = number(2...2), minute < 60 else { return nil }
        var time = CalendarText.Time(seconds: minute * 60)
        guard skip(":") else { return time }
        guard let second = number(2...2), second < 60 else { return nil }
        time.seconds += second
        guard skip(".") else { return time }
        let start = position
        while position < bytes.count, NumberText.isDigit(bytes[position]) { position += 1 }
        guard (1...9).contains(position - start), let value = CalendarText.number(bytes, start, position - start)
        else { return nil }
        time.setFraction(value, digits: position - start)
        return time
    }

    private mutating func kanjiTime() -> CalendarText.Time? {
        if skip("半") { return CalendarText.Time(seconds: 1800) }
        guard let minute = number(1...2) else { return CalendarText.Time(seconds: 0) }
        guard minute < 60, skip("分") else { return nil }
        guard let second = number(1...2) else { return CalendarText.Time(seconds: minute * 60) }
        guard second < 60, skip("秒") else { return nil }
        return CalendarText.Time(seconds: minute * 60 + second)
    }

    // MARK: Steps

    /// Digits that no other digit follows, as a number; nil, staying where it is, if there are not just so many.
    private mutating func number(_ widths: ClosedRange<Int>) -> Int? {
        var end = position
        while end < bytes.count, NumberText.isDigit(bytes[end]) { end += 1 }
        guard widths.contains(end - position), let value = CalendarText.number(bytes, position, end - position) else {
            return nil
        }
        position = end
        return value
    }

    private mutating func skip(_ text: String) -> Bool {
        let length = text.utf8.count
        guard position + length <= bytes.count, bytes[position..<position + length].elementsEqual(text.utf8) else {
            return false
        }
        position += length
        return true
    }

    private mutating func skipSpaces() -> Bool {
        let start = position
        while position < bytes.count, bytes[position] == 0x20 { position += 1 }
        return position > start
    }
}
