/// How a cell shows its number: the type and the pattern of a NumberFormat, such as `DATE` and `yyyy-mm-dd`.
///
/// It knows digits (`0 # ?`), grouping, percent, exponents, literals, sections for negative and zero, dates, times and
/// elapsed hours. It does not know colours, conditions and fractions, and leaves them out.
struct NumberPattern: Sendable, Equatable {
    enum Kind: String, Sendable {
        case text = "TEXT"
        case number = "NUMBER"
        case percent = "PERCENT"
        case currency = "CURRENCY"
        case date = "DATE"
        case time = "TIME"
        case dateTime = "DATE_TIME"
        case scientific = "SCIENTIFIC"

        /// What the type shows without a pattern of its own, in Japan.
        var usualPattern: String {
            switch self {
            case .text: "@"
            case .number: "#,##0.00"
            case .percent: "0.00%"
            case .currency: "[$¥-411]#,##0"
            case .date: "yyyy/mm/dd"
            case .time: "h:mm:ss"
            case .dateTime: "yyyy/mm/dd h:mm:ss"
            case .scientific: "0.00E+00"
            }
        }
    }

    let kind: Kind
    let pattern: String

    init(_ kind: Kind, _ pattern: String) {
        self.kind = kind
        self.pattern = pattern
    }

    /// From a NumberFormat; nil if it names no type.
    init?(_ format: JSONValue) {
        guard let kind = format["type"]?.text.flatMap({ Kind(rawValue: $0) }) else { return nil }
        self.init(kind, format["pattern"]?.text ?? "")
    }

    var isDateOrTime: Bool { [.date, .time, .dateTime].contains(kind) }

    var json: JSONValue {
        .object(["type": .string(kind.rawValue), "pattern": pattern.isEmpty ? nil : .string(pattern)])
    }

    func display(_ value: Double) -> String {
        let sections = Self.sections(pattern.isEmpty ? kind.usualPattern : pattern)
        var tokens = sections[0]
        var shown = value
        var sign = value < 0 ? "-" : ""
        if value < 0, sections.count > 1 {
            (tokens, shown, sign) = (sections[1], -value, "")
        } else if value == 0, sections.count > 2 {
            tokens = sections[2]
        }
        if tokens.contains(where: \.isDateOrTime) { return DatePattern.display(shown, tokens) }
        if tokens == [.general] { return NumberLiteral.general(value) }
        return sign + DigitPattern.display(abs(shown), tokens)
    }

    // MARK: Tokens

    enum Token: Equatable {
        case literal(String)
        /// A letter of a date or time, and how often it stands there; upper case for an elapsed time.
        case date(Character, Int)
        case halfDay
        /// One of `0 # ? . ,`
        case digit(Character)
        case percent
        /// `E+00`, by how many digits.
        case exponent(Int)
        /// `@`
        case general

        var isDateOrTime: Bool {
            switch self {
            case .date, .halfDay: true
            default: false
            }
        }
    }

    private static func sections(_ pattern: String) -> [[Token]] {
        var sections: [[Token]] = [[]]
        var rest = pattern[...]
        while let character = rest.first {
            if character == ";" {
                sections.append([])
                rest.removeFirst()
            } else if let token = token(&rest) {
                sections[sections.count - 1].append(token)
            }
        }
        return sections
    }

    private static func token(_ rest: inout Substring) -> Token? {
        let character = rest.removeFirst()
        switch character {
        case "\"":
            let text = rest.prefix { $0 != "\"" }
            rest = rest.dropFirst(text.count + 1)
            return .literal(String(text))
        case "\\": return rest.popFirst().map { .literal(String($0)) }
        case "_", "*":
            // Room as wide as the next character, or filled with it.
            rest = rest.dropFirst()
            return character == "_" ? .literal(" ") : nil
        case "[":
            let inner = rest.prefix { $0 != "]" }
            rest = rest.dropFirst(inner.count + 1)
            if inner.hasPrefix("$") { return .literal(String(inner.dropFirst().prefix { $0 != "-" })) }
            guard let first = inner.lowercased().first, "hms".contains(first) else { return nil }
            return .date(Character(first.uppercased()), inner.count)
        case "0", "#", "?", ".", ",": return .digit(character)
        case "%": return .percent
        case "@": return .general
        case let letter where "Ee".contains(letter) && (rest.first == "+" || rest.first == "-"):
            let digits = rest.dropFirst().prefix { $0 == "0" }
            rest = rest.dropFirst(digits.count + 1)
            return .exponent(digits.count)
        case let letter where "Aa".contains(letter) && rest.lowercased().hasPrefix("m/pm"):
            rest = rest.dropFirst(4)
            return .halfDay
        case let letter where "yYmMdDhHsS".contains(letter):
            let lower = Character(letter.lowercased())
            let more = rest.prefix { $0.lowercased() == String(lower) }
            rest = rest.dropFirst(more.count)
            return .date(lower, more.count + 1)
        default: return .literal(String(character))
        }
    }
}

/// Shows a serial date or time.
private enum DatePattern {
    static func display(_ value: Double, _ tokens: [NumberPattern.Token]) -> String {
        let serial = SerialDate(value)
        let (year, month, day) = serial.civil
        let seconds = serial.secondsOfDay
        let isHalved = tokens.contains(.halfDay)
        var text = ""
        for (index, token) in tokens.enumerated() {
            switch token {
            case .literal(let literal): text += literal
            case .digit(let character): text.append(character)
            case .halfDay: text += seconds < 43_200 ? "AM" : "PM"
            case .date("y", let count): text += count <= 2 ? padded(year % 100, 2) : String(year)
            case .date("m", let count) where isMinutes(at: index, in: tokens):
                text += padded(seconds / 60 % 60, count)
            case .date("m", let count): text += padded(month, count)
            case .date("d", let count) where count > 2:
                text += ["日", "月", "火", "水", "木", "金", "土"][serial.weekday] + (count > 3 ? "曜日" : "")
            case .date("d", let count): text += padded(day, count)
            case .date("h", let count):
                let hour = seconds / 3600
                text += padded(isHalved ? (hour + 11) % 12 + 1 : hour, count)
            case .date("s", let count): text += padded(seconds % 60, count)
            case .date("H", let count): text += padded(Int((value * 86_400).rounded()) / 3600, count)
            case .date("M", let count): text += padded(Int((value * 86_400).rounded()) / 60, count)
            case .date("S", let count): text += padded(Int((value * 86_400).rounded()), count)
            default: break
            }
        }
        return text
    }

    /// An `m` means minutes after an hour or before a second, and else the month.
    private static func isMinutes(at index: Int, in tokens: [NumberPattern.Token]) -> Bool {
        func letter(_ tokens: some Sequence<NumberPattern.Token>) -> Character? {
            for case .date(let letter, _) in tokens { return letter }
            return nil
        }
        let before = letter(tokens[..<index].reversed())
        return before == "h" || before == "H" || letter(tokens[(index + 1)...]) == "s"
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

/// Shows a number by digit places.
private enum DigitPattern {
    static func display(_ value: Double, _ tokens: [NumberPattern.Token]) -> String {
        let places: [Character] = tokens.compactMap { if case .digit(let place) = $0 { place } else { nil } }
        guard !places.isEmpty else { return literals(tokens[...]) }
        let whole = places.prefix { $0 != "." }
        let decimals = places.dropFirst(whole.count).filter { $0 != "." && $0 != "," }
        // Commas behind the last digit divide by a thousand each; one between digits groups them.
        let behindWhole = whole.reversed().prefix { $0 == "," }.count
        let trailing = behindWhole + places.dropFirst(whole.count).count { $0 == "," }
        let isGrouped = whole.dropLast(behindWhole).contains(",")
        var scaled = value
        for token in tokens where token == .percent { scaled *= 100 }
        for _ in 0..<trailing { scaled /= 1000 }
        var exponent = 0
        let wantsExponent = tokens.contains { if case .exponent = $0 { true } else { false } }
        while wantsExponent, scaled >= 10 { (scaled, exponent) = (scaled / 10, exponent + 1) }
        while wantsExponent, scaled > 0, scaled < 1 { (scaled, exponent) = (scaled * 10, exponent - 1) }
        var digits = rounded(scaled, decimals: decimals.count)
        let needed = whole.count { $0 == "0" }
        while digits.whole.count < needed { digits.whole = "0" + digits.whole }
        if needed == 0, digits.whole == "0" { digits.whole = "" }
        var shown = isGrouped ? grouped(digits.whole) : digits.whole
        var fraction = digits.fraction
        while fraction.last == "0", decimals[decimals.index(decimals.startIndex, offsetBy: fraction.count - 1)] == "#" {
            fraction.removeLast()
        }
        if places.contains("."), !fraction.isEmpty || decimals.isEmpty { shown += "." + fraction }
        return assemble(shown, tokens, exponent: exponent)
    }

    private static func rounded(_ value: Double, decimals: Int) -> (whole: String, fraction: String) {
        var scale = 1.0
        for _ in 0..<min(decimals, 15) { scale *= 10 }
        // The literal is the shortest that reads back, so 0.285 rounds as a person would round it.
        let units = (value * scale * (1 + 1e-15)).rounded()
        guard let whole = Int(exactly: units) else { return (NumberLiteral.literal(value), "") }
        let digits = String(whole)
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        return (String(padded.dropLast(decimals)), String(padded.suffix(decimals)))
    }

    static func grouped(_ digits: String) -> String {
        var grouped = ""
        for (index, digit) in digits.reversed().enumerated() {
            if index > 0 && index % 3 == 0 { grouped.append(",") }
            grouped.append(digit)
        }
        return String(grouped.reversed())
    }

    /// The digits where the first place stands, and the literals around them.
    private static func assemble(_ digits: String, _ tokens: [NumberPattern.Token], exponent: Int) -> String {
        var text = ""
        var isPlaced = false
        for token in tokens {
            switch token {
            case .digit:
                if !isPlaced { text += digits }
                isPlaced = true
            case .exponent(let count):
                let number = String(abs(exponent))
                text +=
                    (exponent < 0 ? "E-" : "E+") + String(repeating: "0", count: max(0, count - number.count)) + number
            default: text += literals([token])
            }
        }
        return text
    }

    private static func literals(_ tokens: ArraySlice<NumberPattern.Token>) -> String {
        tokens.reduce(into: "") { text, token in
            switch token {
            case .literal(let literal): text += literal
            case .percent: text += "%"
            default: break
            }
        }
    }
}
