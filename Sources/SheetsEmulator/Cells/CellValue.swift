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
    case thousands
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

    func display(_ literal: String) -> String {
        guard let value = Double(literal) else { return literal }
        switch self {
        case .automatic: return Self.general(value)
        case .percent: return Self.general(value * 100) + "%"
        case .thousands: return Self.grouped(value)
        default: return SerialDate(value).display(self)
        }
    }

    /// Ten significant digits, as a cell without a format shows a number.
    private static func general(_ value: Double) -> String {
        if let whole = Int(exactly: value), abs(whole) < 1_000_000_000_000_000 { return String(whole) }
        guard value != 0, abs(value) < 1e15, abs(value) >= 1e-9 else {
            return NumberLiteral.literal(value).uppercased()
        }
        var scale = 1.0
        while abs(value) * scale < 1e9 { scale *= 10 }
        return NumberLiteral.literal((value * scale).rounded() / scale)
    }

    private static func grouped(_ value: Double) -> String {
        let text = general(value)
        let whole = text.prefix { $0.isNumber || $0 == "-" }
        var grouped = ""
        for (index, digit) in whole.reversed().enumerated() {
            if index > 0 && index % 3 == 0 && digit != "-" { grouped.append(",") }
            grouped.append(digit)
        }
        return String(grouped.reversed()) + text.dropFirst(whole.count)
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
}
