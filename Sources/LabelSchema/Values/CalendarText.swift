/// Dates and times as bytes, in ISO 8601 and as the serial days of a spreadsheet.
enum CalendarText {
    /// A day of the proleptic Gregorian calendar, in the years 1 to 9999.
    struct Day: Equatable {
        var year: Int
        var month: Int
        var day: Int

        init?(year: Int, month: Int, day: Int) {
            guard (1...9999).contains(year), (1...12).contains(month), day >= 1 else { return nil }
            guard day <= Day.length(ofMonth: month, year: year) else { return nil }
            self.year = year
            self.month = month
            self.day = day
        }

        private static func length(ofMonth month: Int, year: Int) -> Int {
            switch month {
            case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
            case 4, 6, 9, 11: 30
            default: 31
            }
        }

        /// The day that a spreadsheet counts as `serial` days after 1899-12-30.
        ///
        /// Days are counted in years that begin in March, so that the leap day is the last of its year.
        init?(serial: Int) {
            guard abs(serial) < 4_000_000 else { return nil }
            let days = serial + 693_899
            let era = (days >= 0 ? days : days - 146_096) / 146_097
            let dayOfEra = days - era * 146_097
            let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
            let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
            let shifted = (5 * dayOfYear + 2) / 153
            let month = shifted < 10 ? shifted + 3 : shifted - 9
            let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
            self.init(year: year, month: month, day: dayOfYear - (153 * shifted + 2) / 5 + 1)
        }

        /// Days after 1899-12-30.
        var serial: Int {
            let shiftedYear = month <= 2 ? year - 1 : year
            let era = shiftedYear / 400
            let yearOfEra = shiftedYear - era * 400
            let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
            let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
            return era * 146_097 + dayOfEra - 693_899
        }

        /// The day of the week, counted from Monday, 0.
        var weekday: Int {
            ((serial + 5) % 7 + 7) % 7
        }
    }

    /// A time of the day.
    struct Time: Equatable {
        var seconds: Int
        /// Digits of the fraction of a second, without zeros at the end.
        var fraction: [UInt8] = []

        /// Sets the fraction from a number of so many digits.
        mutating func setFraction(_ value: Int, digits: Int) {
            fraction =
                Array(String(repeating: "0", count: max(0, digits - "\(value)".count)).utf8) + Array("\(value)".utf8)
            while fraction.last == UInt8(ascii: "0") { fraction.removeLast() }
        }
    }

    /// `YYYY-MM-DD`.
    static func day(_ bytes: UnsafeBufferPointer<UInt8>) -> Day? {
        guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            let year = number(bytes, 0, 4), let month = number(bytes, 5, 2), let day = number(bytes, 8, 2)
        else { return nil }
        return Day(year: year, month: month, day: day)
    }

    /// `hh:mm:ss`, with up to nine digits of a fraction.
    static func time(_ bytes: UnsafeBufferPointer<UInt8>) -> Time? {
        guard bytes.count >= 8, bytes[2] == UInt8(ascii: ":"), bytes[5] == UInt8(ascii: ":"),
            let hour = number(bytes, 0, 2), let minute = number(bytes, 3, 2), let second = number(bytes, 6, 2),
            hour < 24, minute < 60, second < 60
        else { return nil }
        var time = Time(seconds: (hour * 60 + minute) * 60 + second)
        if bytes.count > 8 {
            guard bytes[8] == UInt8(ascii: "."), (10...18).contains(bytes.count) else { return nil }
            time.fraction = Array(bytes[9...])
            guard time.fraction.allSatisfy(NumberText.isDigit) else { return nil }
            while time.fraction.last == UInt8(ascii: "0") { time.fraction.removeLast() }
        }
        return time
    }

    /// `YYYY-MM-DDThh:mm:ss`, with an optional fraction, and optionally `Z` or an offset such as `+09:00`.
    ///
    /// With an offset the instant is given in UTC, so that one instant has one form; without one it stays local.
    static func instant(_ bytes: UnsafeBufferPointer<UInt8>) -> Moment? {
        guard bytes.count >= 19, bytes[10] == UInt8(ascii: "T") else { return nil }
        guard let day = day(UnsafeBufferPointer(rebasing: bytes[..<10])) else { return nil }
        var end = bytes.count
        var offset: Int?
        if bytes[end - 1] == UInt8(ascii: "Z") {
            offset = 0
            end -= 1
        } else if end >= 25, bytes[end - 3] == UInt8(ascii: ":"), let minutes = offsetMinutes(bytes, end - 6) {
            offset = minutes
            end -= 6
        }
        let clock = UnsafeBufferPointer(rebasing: bytes[11..<end])
        guard let moment = time(clock).map({ Moment(day: day, time: $0) }) ?? midnight(after: day, clock) else {
            return nil
        }
        guard let offset else { return moment }
        return moment.utc(offset: offset)
    }

    /// `24:00:00` is the first moment of the next day.
    private static func midnight(after day: Day, _ clock: UnsafeBufferPointer<UInt8>) -> Moment? {
        guard clock.starts(with: "24:00:00".utf8), clock.count == 8, let next = Day(serial: day.serial + 1) else {
            return nil
        }
        return Moment(day: next)
    }

    /// The minutes of an offset that stands at a position, and where it ends: `Z`, `+09:00` or `+0900`.
    static func offset(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> (minutes: Int, end: Int)? {
        guard start < bytes.count else { return nil }
        if bytes[start] == UInt8(ascii: "Z") { return (0, start + 1) }
        let isNegative = bytes[start] == UInt8(ascii: "-")
        guard isNegative || bytes[start] == UInt8(ascii: "+"), start + 5 <= bytes.count else { return nil }
        let minuteStart = bytes[start + 3] == UInt8(ascii: ":") ? start + 4 : start + 3
        guard minuteStart + 2 <= bytes.count, let hours = number(bytes, start + 1, 2), hours <= 14,
            let minutes = number(bytes, minuteStart, 2), minutes < 60
        else { return nil }
        let total = hours * 60 + minutes
        return (isNegative ? -total : total, minuteStart + 2)
    }

    private static func offsetMinutes(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int? {
        guard let hours = number(bytes, start + 1, 2), let minutes = number(bytes, start + 4, 2) else { return nil }
        guard hours <= 14, minutes < 60 else { return nil }
        switch bytes[start] {
        case UInt8(ascii: "+"): return hours * 60 + minutes
        case UInt8(ascii: "-"): return -(hours * 60 + minutes)
        default: return nil
        }
    }

    /// Splits a spreadsheet's serial number, rounded to milliseconds, into a day and a time.
    static func instant(serial: Double) -> (day: Day, time: Time)? {
        guard serial.magnitude < 4_000_000 else { return nil }
        var days = Int(serial.rounded(.down))
        var milliseconds = Int(((serial - serial.rounded(.down)) * 86_400_000).rounded())
        if milliseconds == 86_400_000 {
            days += 1
            milliseconds = 0
        }
        guard let day = Day(serial: days) else { return nil }
        var time = Time(seconds: milliseconds / 1000)
        if milliseconds % 1000 > 0 {
            time.fraction = Array("\(1000 + milliseconds % 1000)".utf8.dropFirst())
            while time.fraction.last == UInt8(ascii: "0") { time.fraction.removeLast() }
        }
        return (day, time)
    }

    /// Digits as a number; nil if one of them is something else.
    @inline(__always)
    static func number(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ length: Int) -> Int? {
        var value = 0
        for index in start..<start + length {
            let digit = bytes[index] &- 0x30
            guard digit < 10 else { return nil }
            value = value * 10 + Int(digit)
        }
        return value
    }
}

extension ByteArena {
    mutating func append(_ day: CalendarText.Day) {
        appendDigits(day.year, 4)
        append(UInt8(ascii: "-"))
        appendDigits(day.month, 2)
        append(UInt8(ascii: "-"))
        appendDigits(day.day, 2)
    }

    mutating func append(_ time: CalendarText.Time) {
        appendDigits(time.seconds / 3600, 2)
        append(UInt8(ascii: ":"))
        appendDigits(time.seconds / 60 % 60, 2)
        append(UInt8(ascii: ":"))
        appendDigits(time.seconds % 60, 2)
        if !time.fraction.isEmpty {
            append(UInt8(ascii: "."))
            append(time.fraction)
        }
    }

    /// Appends a number with leading zeros.
    mutating func appendDigits(_ value: Int, _ width: Int) {
        var divisor = 1
        for _ in 1..<width { divisor *= 10 }
        while divisor > 0 {
            append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
            divisor /= 10
        }
    }
}
