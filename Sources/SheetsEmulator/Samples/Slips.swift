/// What happens to text when people type it.
enum Slips {
    /// Digits and a few signs in their full-width forms, as an input method leaves them.
    static func fullWidth(_ text: String) -> String {
        var wide = ""
        for scalar in text.unicodeScalars {
            let isWide = "0"..."9" ~= scalar || scalar == "/" || scalar == "-"
            wide.unicodeScalars.append(isWide ? Unicode.Scalar(scalar.value + 0xFEE0) ?? scalar : scalar)
        }
        return wide
    }

    /// Now and then a blank too many at one of the ends.
    static func blanks(_ text: String, _ random: inout SampleRandom) -> String {
        switch random.below(1_000) {
        case 0..<12: text + " "
        case 12..<18: text + "　"
        case 18..<22: " " + text
        default: text
        }
    }

    /// A day of 2026, typed in one of the usual ways.
    static func date(month: Int, day: Int, _ random: inout SampleRandom) -> String {
        let (twoMonth, twoDay) = (two(month), two(day))
        switch random.below(100) {
        case 0..<55: return "2026/\(twoMonth)/\(twoDay)"
        case 55..<85: return "2026-\(twoMonth)-\(twoDay)"
        case 85..<95: return "2026/\(month)/\(day)"
        default: return "2026年\(month)月\(day)日"
        }
    }

    /// A day from April to November of 2026.
    static func someDate(_ random: inout SampleRandom) -> String {
        date(month: 4 + random.below(8), day: 1 + random.below(28), &random)
    }

    static func two(_ number: Int) -> String {
        number < 10 ? "0\(number)" : String(number)
    }
}
