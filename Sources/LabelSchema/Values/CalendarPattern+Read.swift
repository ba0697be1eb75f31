/// Reading and writing by a pattern.
extension CalendarPattern {
    /// What has been read so far.
    private struct Parts {
        var year = 1900
        var month = 1
        var day = 1
        var dayOfYear: Int?
        var weekday: Int?
        var hour = 0
        var isAfternoon: Bool?
        var minute = 0
        var second = 0
        var microseconds = 0
        var offset: Int?
    }

    /// The moment that a text says, or nil if it has not this form or says a moment that does not exist.
    func read(_ bytes: UnsafeBufferPointer<UInt8>) -> Moment? {
        match(0, bytes, 0, Parts()).flatMap(moment)
    }

    private func moment(_ parts: Parts) -> Moment? {
        guard var day = CalendarText.Day(year: parts.year, month: parts.month, day: parts.day) else { return nil }
        if let dayOfYear = parts.dayOfYear {
            guard let counted = CalendarText.Day(serial: day.serial + dayOfYear - 1), counted.year == parts.year else {
                return nil
            }
            day = counted
        }
        // A weekday that is another one says that one of the two was mistyped.
        if let weekday = parts.weekday, weekday != day.weekday { return nil }
        var hour = parts.hour
        if let isAfternoon = parts.isAfternoon { hour = hour % 12 + (isAfternoon ? 12 : 0) }
        var time = CalendarText.Time(seconds: (hour * 60 + parts.minute) * 60 + parts.second)
        if parts.microseconds > 0 { time.setFraction(parts.microseconds, digits: 6) }
        let moment = Moment(day: day, time: time)
        guard let offset = parts.offset else { return moment }
        return moment.utc(offset: offset)
    }

    /// Matches elements from one on; where a number may have one digit or two, both are tried.
    private func match(
        _ index: Int, _ bytes: UnsafeBufferPointer<UInt8>, _ position: Int, _ parts: Parts
    ) -> Parts? {
        guard index < elements.count else { return position == bytes.count ? parts : nil }
        func go(_ next: Int, _ change: (inout Parts) -> Void = { _ in }) -> Parts? {
            var changed = parts
            change(&changed)
            return match(index + 1, bytes, next, changed)
        }
        func number(_ widths: ClosedRange<Int>, _ range: ClosedRange<Int>, _ set: (inout Parts, Int) -> Void) -> Parts?
        {
            for width in widths.reversed() where position + width <= bytes.count {
                guard let value = CalendarText.number(bytes, position, width), range.contains(value) else { continue }
                if let found = go(position + width, { set(&$0, value) }) { return found }
            }
            return nil
        }
        switch elements[index] {
        case .literal(let byte):
            guard position < bytes.count, Self.isSame(bytes[position], byte) else { return nil }
            return go(position + 1)
        case .space:
            var next = position
            while next < bytes.count, WhiteSpace.isASCII(bytes[next]) { next += 1 }
            return next > position ? go(next) : nil
        case .year: return number(4...4, 1...9999) { $0.year = $1 }
        case .shortYear: return number(2...2, 0...99) { $0.year = $1 + ($1 < 69 ? 2000 : 1900) }
        case .month: return number(1...2, 1...12) { $0.month = $1 }
        case .day:
            if position < bytes.count, bytes[position] == 0x20, position + 1 < bytes.count,
                let value = CalendarText.number(bytes, position + 1, 1), value > 0
            {
                return go(position + 2) { $0.day = value }
            }
            return number(1...2, 1...31) { $0.day = $1 }
        case .dayOfYear: return number(1...3, 1...366) { $0.dayOfYear = $1 }
        case .hour: return number(1...2, 0...23) { $0.hour = $1 }
        case .halfDayHour: return number(1...2, 1...12) { $0.hour = $1 }
        case .minute: return number(1...2, 0...59) { $0.minute = $1 }
        case .second: return number(1...2, 0...59) { $0.second = $1 }
        case .fraction:
            var width = 0
            while width < 6, position + width < bytes.count, NumberText.isDigit(bytes[position + width]) { width += 1 }
            guard width > 0, let value = CalendarText.number(bytes, position, width) else { return nil }
            var scale = 1
            for _ in width..<6 { scale *= 10 }
            return go(position + width) { $0.microseconds = value * scale }
        case .monthName(let isShort):
            guard let (place, next) = CalendarNames.month(bytes, position, isShort: isShort) else { return nil }
            return go(next) { $0.month = place }
        case .weekdayName(let isShort):
            guard let (place, next) = CalendarNames.weekday(bytes, position, isShort: isShort) else { return nil }
            return go(next) { $0.weekday = place }
        case .halfDay:
            guard let isAfternoon = CalendarNames.isAfternoon(bytes, position) else { return nil }
            return go(position + 2) { $0.isAfternoon = isAfternoon }
        case .offset:
            guard let (minutes, next) = CalendarText.offset(bytes, position) else { return nil }
            return go(next) { $0.offset = minutes }
        }
    }

    /// Letters of either case are the same, as they are in Python.
    private static func isSame(_ first: UInt8, _ second: UInt8) -> Bool {
        if first == second { return true }
        return first ^ second == 0x20 && (first | 0x20) &- 0x61 < 26
    }

    // MARK: Writing

    /// A moment in this form.
    func text(_ moment: Moment) -> String {
        let day = moment.day ?? CalendarText.Day(serial: 0)
        var bytes: [UInt8] = []
        func add(_ text: String) { bytes.append(contentsOf: text.utf8) }
        func add(_ value: Int, _ width: Int) {
            add(String(repeating: "0", count: max(0, width - "\(value)".count)) + "\(value)")
        }
        let hour = moment.time.seconds / 3600
        for element in elements {
            switch element {
            case .literal(let byte): bytes.append(byte)
            case .space: add(" ")
            case .year: add(day?.year ?? 0, 4)
            case .shortYear: add((day?.year ?? 0) % 100, 2)
            case .month: add(day?.month ?? 0, 2)
            case .day: add(day?.day ?? 0, 2)
            case .dayOfYear:
                let first = day.flatMap { CalendarText.Day(year: $0.year, month: 1, day: 1) }
                add((day?.serial ?? 0) - (first?.serial ?? 0) + 1, 3)
            case .hour: add(hour, 2)
            case .halfDayHour: add((hour + 11) % 12 + 1, 2)
            case .minute: add(moment.time.seconds / 60 % 60, 2)
            case .second: add(moment.time.seconds % 60, 2)
            case .fraction:
                add((String(decoding: moment.time.fraction, as: UTF8.self) + "000000").prefix(6).description)
            case .monthName(let isShort): add(CalendarNames.month(day?.month ?? 1, isShort: isShort))
            case .weekdayName(let isShort): add(CalendarNames.weekday(day?.weekday ?? 0, isShort: isShort))
            case .halfDay: add(hour < 12 ? "AM" : "PM")
            case .offset: add("+0000")
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
