/// Reads one value of a type from its text and appends its canonical form.
///
/// Text is normalised already.
enum ScalarText {
    /// Appends the canonical JSON of the value that `bytes` spell; false, with nothing appended, if they spell none.
    ///
    /// Booleans are not read here: which words mean true is for the field to say.
    static func append(_ type: FieldType, _ bytes: UnsafeBufferPointer<UInt8>, to arena: inout ByteArena) -> Bool {
        switch type {
        case .string, .any, .boolean, .list:
            arena.appendJSONString(bytes)
            return true
        case .integer: return appendInteger(bytes, to: &arena)
        case .number: return appendNumber(bytes, to: &arena)
        case .date:
            // It has one form only.
            guard CalendarText.day(bytes) != nil else { return false }
            appendQuoted(to: &arena) { $0.append(bytes) }
        case .time:
            guard let time = CalendarText.time(bytes) else { return false }
            appendQuoted(to: &arena) { $0.append(time) }
        case .datetime:
            guard let moment = CalendarText.instant(bytes) else { return false }
            return append(type, moment, to: &arena)
        case .duration:
            guard let duration = DurationValue(bytes) else { return false }
            var text = duration.text
            text.withUTF8 { arena.appendJSONString($0) }
        case .geopoint:
            guard let point = GeoPoint(bytes, .default) else { return false }
            point.append(to: &arena)
        case .object, .array, .geojson:
            guard let node = JSONValueText.node(bytes), accepts(type, node) else { return false }
            arena.append(JSONValueText.bytes(node))
        case .year:
            guard bytes.count == 4, let year = CalendarText.number(bytes, 0, 4), year > 0 else { return false }
            appendInt64(Int64(year), to: &arena)
        case .yearmonth:
            guard bytes.count == 7, bytes[4] == UInt8(ascii: "-"), let year = CalendarText.number(bytes, 0, 4),
                let month = CalendarText.number(bytes, 5, 2),
                CalendarText.Day(year: year, month: month, day: 1) != nil
            else { return false }
            arena.appendJSONString(bytes)
        }
        return true
    }

    /// Whether a JSON value is one of a type.
    static func accepts(_ type: FieldType, _ node: SchemaNode) -> Bool {
        switch (type, node.value) {
        case (.object, .mapping), (.array, .list): true
        case (.geojson, .mapping): GeoJSON.isObject(node)
        default: false
        }
    }

    /// As `append`, from a moment.
    static func append(_ type: FieldType, _ moment: Moment, to arena: inout ByteArena) -> Bool {
        if type == .time {
            appendQuoted(to: &arena) { $0.append(moment.time) }
            return true
        }
        guard let day = moment.day else { return false }
        appendQuoted(to: &arena) { arena in
            arena.append(day)
            guard type == .datetime else { return }
            arena.append(UInt8(ascii: "T"))
            arena.append(moment.time)
            if moment.isUTC { arena.append(UInt8(ascii: "Z")) }
        }
        return true
    }

    /// As `append`, from the literal of a cell that holds a number: dates are serial days from 1899-12-30.
    ///
    /// Types that are text, words or JSON are not read here, and neither is a duration: a number does not say of what.
    static func append(
        _ type: FieldType, number literal: UnsafeBufferPointer<UInt8>, to arena: inout ByteArena
    ) -> Bool {
        switch type {
        case .integer:
            if appendInteger(literal, to: &arena) { return true }
            guard let value = NumberText.double(literal), let whole = Int64(exactly: value) else { return false }
            appendInt64(whole, to: &arena)
            return true
        case .number: return appendNumber(literal, to: &arena)
        case .year:
            guard let value = NumberText.double(literal), let year = Int64(exactly: value), (1...9999).contains(year)
            else { return false }
            appendInt64(year, to: &arena)
            return true
        case .date, .time, .datetime, .yearmonth:
            guard let value = NumberText.double(literal) else { return false }
            return append(type, serial: value, to: &arena)
        case .string, .any, .list, .boolean, .duration, .object, .array, .geopoint, .geojson: return false
        }
    }

    private static func append(_ type: FieldType, serial: Double, to arena: inout ByteArena) -> Bool {
        if type == .time, serial < 0 || serial >= 1 { return false }
        guard let (day, time) = CalendarText.instant(serial: serial) else { return false }
        switch type {
        case .date:
            guard serial == serial.rounded() else { return false }
            appendQuoted(to: &arena) { $0.append(day) }
        case .time:
            guard day.serial == 0 else { return false }
            appendQuoted(to: &arena) { $0.append(time) }
        case .datetime: return append(type, Moment(day: day, time: time), to: &arena)
        default:
            // A year and month typed into a spreadsheet becomes the first day of that month.
            guard serial == serial.rounded(), day.day == 1 else { return false }
            appendQuoted(to: &arena) { arena in
                arena.appendDigits(day.year, 4)
                arena.append(UInt8(ascii: "-"))
                arena.appendDigits(day.month, 2)
            }
        }
        return true
    }

    /// The canonical JSON of a text, or nil if it is no value of the type.
    static func canonical(_ type: FieldType, _ text: String) -> [UInt8]? {
        ValueForm(type).canonical(text)
    }

    private static func appendQuoted(to arena: inout ByteArena, _ body: (inout ByteArena) -> Void) {
        arena.append(UInt8(ascii: "\""))
        body(&arena)
        arena.append(UInt8(ascii: "\""))
    }

    private static func appendInteger(_ bytes: UnsafeBufferPointer<UInt8>, to arena: inout ByteArena) -> Bool {
        if let first = bytes.first, first &- 0x31 < 9, bytes.count <= 18, bytes.allSatisfy(NumberText.isDigit) {
            arena.append(bytes)
            return true
        }
        guard let value = NumberText.integer(bytes) else { return false }
        appendInt64(value, to: &arena)
        return true
    }

    private static func appendInt64(_ value: Int64, to arena: inout ByteArena) {
        var text = "\(value)"
        text.withUTF8 { arena.append($0) }
    }

    private static func appendNumber(_ bytes: UnsafeBufferPointer<UInt8>, to arena: inout ByteArena) -> Bool {
        if isCanonicalNumber(bytes) {
            arena.append(bytes)
            return true
        }
        if let count = canonicalLength(bytes) {
            arena.append(UnsafeBufferPointer(rebasing: bytes[..<count]))
            return true
        }
        guard let value = NumberText.double(bytes) else { return false }
        arena.append(NumberText.canonical(value))
        return true
    }

    /// How many bytes of a decimal fraction are its one form.
    ///
    /// Those are the ones before the zeros at its end, and before its point if nothing else comes behind it. Nil if it is
    /// written otherwise.
    private static func canonicalLength(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        guard let point = bytes.firstIndex(of: UInt8(ascii: ".")), point > 0, point + 1 < bytes.count else {
            return nil
        }
        var end = bytes.count
        while bytes[end - 1] == UInt8(ascii: "0") { end -= 1 }
        if end - 1 == point { end = point }
        guard isCanonicalNumber(UnsafeBufferPointer(rebasing: bytes[..<end])) else { return nil }
        return end
    }

    /// Whether a number is in its one form already: at most 15 digits always come back from a binary number as they
    /// were, so such a text is the shortest if it has no needless zero.
    private static func isCanonicalNumber(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = bytes.first, let last = bytes.last, bytes.count <= 16 else { return false }
        guard first &- 0x31 < 9, NumberText.isDigit(last) else { return false }
        var hasPoint = false
        for byte in bytes where !NumberText.isDigit(byte) {
            guard byte == UInt8(ascii: "."), !hasPoint else { return false }
            hasPoint = true
        }
        return hasPoint ? last != UInt8(ascii: "0") : bytes.count <= 15
    }
}
