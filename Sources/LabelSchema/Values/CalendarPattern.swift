/// A day, a time of the day, or both.
struct Moment: Equatable {
    /// Nil of a time of the day.
    var day: CalendarText.Day?
    var time = CalendarText.Time(seconds: 0)
    /// An offset was given, and day and time are in UTC.
    var isUTC = false

    /// What examples show.
    static let sample = Moment(
        day: CalendarText.Day(year: 2024, month: 5, day: 1), time: CalendarText.Time(seconds: 37800))

    /// The moment in UTC, `offset` minutes west of which it was given.
    func utc(offset: Int) -> Moment? {
        guard let day else { return nil }
        let seconds = day.serial * 86400 + time.seconds - offset * 60
        let serial = Int((Double(seconds) / 86400).rounded(.down))
        guard let shifted = CalendarText.Day(serial: serial) else { return nil }
        var moment = Moment(day: shifted, time: time, isUTC: true)
        moment.time.seconds = seconds - serial * 86400
        return moment
    }
}

/// A pattern of dates and times, as `strptime` of C and Python reads it: `%d/%m/%Y`.
struct CalendarPattern: Sendable {
    /// Why a pattern cannot be used.
    struct Problem: Error {
        let message: String
        let hint: String
    }

    enum Element: Sendable, Equatable {
        case year, shortYear, month, day, dayOfYear, hour, halfDayHour, minute, second, fraction
        case monthName(isShort: Bool)
        case weekdayName(isShort: Bool)
        case halfDay, offset
        /// One or more spaces.
        case space
        case literal(UInt8)
    }

    let elements: [Element]

    /// - Parameters:
    ///   - source: The pattern; `fmt:` before it is that of the standard's version 0.
    ///   - type: `date`, `time` or `datetime`.
    /// - Throws: What cannot be read, or what is missing for a value of the type.
    init(_ source: String, type: FieldType) throws(Problem) {
        elements = try Self.elements(source)
        try check(type)
    }

    private static func elements(_ source: String) throws(Problem) -> [Element] {
        var elements: [Element] = []
        var bytes = Array(source.utf8)[...]
        while let byte = bytes.popFirst() {
            if WhiteSpace.isASCII(byte) {
                if elements.last != .space { elements.append(.space) }
                continue
            }
            guard byte == UInt8(ascii: "%") else {
                elements.append(.literal(byte))
                continue
            }
            guard let letter = bytes.popFirst(), let directive = directive(letter) else {
                throw unknown(bytes.isEmpty ? "%" : "%…", source)
            }
            guard !directive.isEmpty else { throw unknown("%" + String(Unicode.Scalar(letter)), source) }
            elements += directive
        }
        return elements
    }

    private static func unknown(_ directive: String, _ source: String) -> Problem {
        Problem(
            message: "`\(directive)` of “\(CellText.shown(source))” cannot be read",
            hint: "use %Y %y %m %d %j %b %B %a %A %H %I %p %M %S %f %z %F %T %R %D %e and %%")
    }

    /// What a letter after `%` stands for; empty if it is not known.
    private static func directive(_ letter: UInt8) -> [Element]? {
        switch letter {
        case UInt8(ascii: "Y"): [.year]
        case UInt8(ascii: "y"): [.shortYear]
        case UInt8(ascii: "m"): [.month]
        case UInt8(ascii: "d"), UInt8(ascii: "e"): [.day]
        case UInt8(ascii: "j"): [.dayOfYear]
        case UInt8(ascii: "b"), UInt8(ascii: "h"): [.monthName(isShort: true)]
        case UInt8(ascii: "B"): [.monthName(isShort: false)]
        case UInt8(ascii: "a"): [.weekdayName(isShort: true)]
        case UInt8(ascii: "A"): [.weekdayName(isShort: false)]
        case UInt8(ascii: "H"): [.hour]
        case UInt8(ascii: "I"): [.halfDayHour]
        case UInt8(ascii: "p"): [.halfDay]
        case UInt8(ascii: "M"): [.minute]
        case UInt8(ascii: "S"): [.second]
        case UInt8(ascii: "f"): [.fraction]
        case UInt8(ascii: "z"): [.offset]
        case UInt8(ascii: "%"): [.literal(letter)]
        case UInt8(ascii: "F"): [.year, .literal(0x2D), .month, .literal(0x2D), .day]
        case UInt8(ascii: "T"): [.hour, .literal(0x3A), .minute, .literal(0x3A), .second]
        case UInt8(ascii: "R"): [.hour, .literal(0x3A), .minute]
        case UInt8(ascii: "D"): [.month, .literal(0x2F), .day, .literal(0x2F), .shortYear]
        default: []
        }
    }

    // MARK: Whether it gives a value

    private func has(_ wanted: Element...) -> Bool {
        wanted.contains { elements.contains($0) }
    }

    private var hasDay: Bool {
        let hasMonth = has(.month, .monthName(isShort: true), .monthName(isShort: false))
        return has(.year, .shortYear) && (has(.dayOfYear) || (hasMonth && has(.day)))
    }

    private var hasAnyOfDay: Bool {
        has(.year, .shortYear, .month, .day, .dayOfYear, .monthName(isShort: true), .monthName(isShort: false))
            || has(.weekdayName(isShort: true), .weekdayName(isShort: false))
    }

    private var hasAnyOfTime: Bool { has(.hour, .halfDayHour, .halfDay, .minute, .second, .fraction) }

    /// What a pattern leaves out would have to be made up, and what the type leaves out would be lost.
    private func check(_ type: FieldType) throws(Problem) {
        func fail(_ message: String, _ hint: String) -> Problem { Problem(message: message, hint: hint) }
        if type != .time, !hasDay { throw fail("it says no whole date", "it needs %Y, %m and %d") }
        if type == .date, hasAnyOfTime || has(.offset) {
            throw fail("it says a time, which a date does not keep", "use `type: datetime`")
        }
        if type == .time, hasAnyOfDay || has(.offset) {
            throw fail("it says more than a time of the day, which would be lost", "use `type: datetime`")
        }
        if type == .time, !has(.hour, .halfDayHour) { throw fail("it says no hour", "it needs %H, or %I and %p") }
        if has(.halfDayHour) != has(.halfDay), !has(.hour) {
            throw fail("it does not say which half of the day", "use %I with %p, or %H")
        }
        if has(.halfDayHour), has(.hour) { throw fail("it says the hour twice", "use %I with %p, or %H") }
        if hasAnyOfTime, !has(.hour, .halfDayHour) { throw fail("it says no hour", "it needs %H, or %I and %p") }
        let isHole = (has(.fraction) && !has(.second)) || (has(.second) && !has(.minute))
        if isHole { throw fail("it leaves out minutes or seconds", "it needs %M before %S, and %S before %f") }
        for (index, element) in elements.enumerated() where elements[..<index].contains(element) {
            if case .literal = element { continue }
            if element != .space { throw fail("it says something twice", "keep one of them") }
        }
    }
}
