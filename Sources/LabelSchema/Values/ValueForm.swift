/// How one value is read from its text: type and format, compiled.
final class ValueForm: Sendable {
    let type: FieldType
    let format: FieldFormat
    private let numbers: NumberForm?
    private let calendar: CalendarPattern?
    /// Nothing but the type matters.
    private let isPlain: Bool

    init(_ type: FieldType, format: FieldFormat = .default, numbers: NumberFormat = NumberFormat()) {
        self.type = type
        self.format = format
        self.numbers = NumberForm(numbers, type: type)
        // A pattern has been compiled before by whoever read the schema.
        calendar = if case .pattern(let source) = format { try? CalendarPattern(source, type: type) } else { nil }
        isPlain = self.numbers == nil && (format == .default || type == .string)
    }

    /// Appends the canonical JSON of the value that `bytes` spell; false, with nothing appended, if they spell none.
    func append(_ bytes: UnsafeBufferPointer<UInt8>, to arena: inout ByteArena) -> Bool {
        if isPlain { return ScalarText.append(type, bytes, to: &arena) }
        if let numbers {
            guard let plain = numbers.plain(bytes) else { return false }
            return plain.withUnsafeBufferPointer { ScalarText.append(type, $0, to: &arena) }
        }
        switch type {
        case .date, .time, .datetime:
            guard let moment = moment(bytes) else { return false }
            return ScalarText.append(type, moment, to: &arena)
        case .geopoint:
            guard let point = GeoPoint(bytes, format) else { return false }
            point.append(to: &arena)
            return true
        case .geojson:
            guard let node = JSONValueText.node(bytes), TopoJSON.isObject(node) else { return false }
            arena.append(JSONValueText.bytes(node))
            return true
        default: return ScalarText.append(type, bytes, to: &arena)
        }
    }

    private func moment(_ bytes: UnsafeBufferPointer<UInt8>) -> Moment? {
        if let calendar { return calendar.read(bytes) }
        return CalendarForms.read(type, bytes)
    }

    /// The canonical JSON of a text, or nil if it is no value of this form.
    func canonical(_ text: String) -> [UInt8]? {
        var arena = ByteArena(capacity: 64)
        var text = text
        let isRead = text.withUTF8 { bytes in append(bytes, to: &arena) }
        return isRead ? arena.array() : nil
    }

    /// A value written as this form has it, for messages; nil where the type alone says it all.
    ///
    /// Of a form that is a pattern, it is a moment of one's own choice.
    func sample(_ moment: Moment = .sample) -> String? {
        switch format {
        case .pattern: calendar?.text(moment)
        case .array: "[139.76, 35.68]"
        case .object: #"{"lon": 139.76, "lat": 35.68}"#
        default: nil
        }
    }
}
