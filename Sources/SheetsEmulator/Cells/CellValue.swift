/// What one cell of an emulated sheet holds.
enum CellValue: Sendable, Equatable {
    case empty
    case text(String)
    /// A number as the JSON literal that an unformatted read answers, and how the cell shows it.
    case number(literal: String, format: NumberFormat)
    case boolean(Bool)
    /// A formula as typed, with `=`, and its computed value.
    indirect case formula(String, CellValue)

    var isEmpty: Bool { self == .empty }

    /// The value without its formula.
    var computed: CellValue {
        if case .formula(_, let value) = self { value } else { self }
    }

    /// The value without the format that typing gave it.
    var withoutFormat: CellValue {
        if case .number(let literal, _) = computed { .number(literal: literal, format: .automatic) } else { self }
    }

    /// What the cell shows on screen, and a read with `FORMATTED_VALUE` answers.
    var displayText: String {
        switch self {
        case .empty: ""
        case .text(let text): text
        case .number(let literal, let format): format.display(literal)
        case .boolean(let value): value ? "TRUE" : "FALSE"
        case .formula(_, let value): value.displayText
        }
    }
}

/// How a cell shows its number.
///
/// A serial date is a number with one of the date formats, as in the real thing.
enum NumberFormat: UInt8, Sendable, CaseIterable {
    case automatic
    case percent
    case percentWithDecimals
    case thousands
    case thousandsWithDecimals
    case yen
    /// `2024-04-01`
    case dateDashed
    /// `2024/04/01`
    case dateSlashed
    /// `2024/4/1`
    case dateSlashedShort
    /// `4/1/2024`
    case dateMonthFirst
    /// `2024年4月1日`
    case dateJapanese
    /// `9:05:00`
    case time
    /// `2024-04-01 9:05:00`
    case dateTimeDashed
    /// `2024/04/01 9:05:00`
    case dateTimeSlashed

    /// Whether the number is a serial date or time.
    var isDateOrTime: Bool { rawValue >= NumberFormat.dateDashed.rawValue }

    /// The NumberFormat that the API tells for it; nil for a cell without a format.
    var pattern: NumberPattern? {
        switch self {
        case .automatic: nil
        case .percent: NumberPattern(.percent, "0%")
        case .percentWithDecimals: NumberPattern(.percent, "0.00%")
        case .thousands: NumberPattern(.number, "#,##0")
        case .thousandsWithDecimals: NumberPattern(.number, "#,##0.00")
        case .yen: NumberPattern(.currency, "[$¥-411]#,##0")
        case .dateDashed: NumberPattern(.date, "yyyy-mm-dd")
        case .dateSlashed: NumberPattern(.date, "yyyy/mm/dd")
        case .dateSlashedShort: NumberPattern(.date, "yyyy/m/d")
        case .dateMonthFirst: NumberPattern(.date, "m/d/yyyy")
        case .dateJapanese: NumberPattern(.date, #"yyyy"年"m"月"d"日""#)
        case .time: NumberPattern(.time, "h:mm:ss")
        case .dateTimeDashed: NumberPattern(.dateTime, "yyyy-mm-dd h:mm:ss")
        case .dateTimeSlashed: NumberPattern(.dateTime, "yyyy/mm/dd h:mm:ss")
        }
    }

    func display(_ literal: String) -> String {
        guard let value = Double(literal) else { return literal }
        return pattern?.display(value) ?? NumberLiteral.general(value)
    }
}

/// The literal with which an unformatted read answers a number.
enum NumberLiteral {
    static func literal(_ value: Double) -> String {
        if let whole = Int(exactly: value), abs(whole) < 1_000_000_000_000_000 { return String(whole) }
        return String(value)
    }

    /// The literal of a number that a client sent as JSON.
    static func canonical(_ literal: String) -> String {
        Double(literal).map { Self.literal($0) } ?? literal
    }

    /// Ten significant digits, as a cell without a format shows a number.
    static func general(_ value: Double) -> String {
        if let whole = Int(exactly: value), abs(whole) < 1_000_000_000_000_000 { return String(whole) }
        guard value != 0, abs(value) < 1e15, abs(value) >= 1e-9 else { return literal(value).uppercased() }
        var scale = 1.0
        while abs(value) * scale < 1e9 { scale *= 10 }
        return literal((value * scale).rounded() / scale)
    }
}
