/// A date and time as spreadsheets count them: days since 1899-12-30, the fraction being the time of day.
struct SerialDate {
    let value: Double

    init(_ value: Double) {
        self.value = value
    }

    /// The serial of a day of the proleptic Gregorian calendar; nil if there is no such day.
    static func serial(year: Int, month: Int, day: Int) -> Int? {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1, day <= days(inMonth: month, of: year)
        else { return nil }
        // Days from civil: years are counted from March, so that the leap day comes last.
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468 + Self.unixEpoch
    }

    /// The serial of 1970-01-01.
    private static let unixEpoch = 25_569

    private static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Year, month and day.
    var civil: (year: Int, month: Int, day: Int) {
        let days = Int(value.rounded(.down)) - Self.unixEpoch + 719_468
        let era = (days >= 0 ? days : days - 146_096) / 146_097
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    /// The time of day, rounded to seconds.
    var secondsOfDay: Int {
        min(86_399, Int(((value - value.rounded(.down)) * 86_400).rounded()))
    }

    /// 0 for Sunday.
    var weekday: Int { ((Int(value.rounded(.down)) - 1) % 7 + 7) % 7 }
}
