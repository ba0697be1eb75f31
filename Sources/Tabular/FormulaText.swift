/// Text that a spreadsheet would take for a formula when it opens a file, and how to keep it from doing so.
///
/// A spreadsheet that opens a CSV file runs what begins with `=`, `+`, `-` or `@` (their full-width forms too, where
/// Japanese is typed), also behind a tab or a line break. An apostrophe before it makes it text. The apostrophe can be
/// taken off again: it is put before every text that begins, behind any number of apostrophes, with one of those
/// characters, so whatever begins with apostrophes and then one of them has exactly one too many. Plain numbers, such
/// as -5, run nothing and stay numbers.
package enum FormulaText {
    /// The text, with an apostrophe before it where a spreadsheet might run it.
    package static func escaped(_ text: String) -> String {
        let rest = text.unicodeScalars.drop { $0 == "'" }
        guard let first = rest.first, begins.contains(first), !isPlainNumber(text.utf8) else { return text }
        return "'" + text
    }

    private static let begins: Set<Unicode.Scalar> = [
        "=", "+", "-", "@", "\t", "\r", "\n", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}", "\u{2212}",
    ]

    /// A sign, digits, and a point between digits: no more than a number.
    private static func isPlainNumber(_ text: String.UTF8View) -> Bool {
        guard let sign = text.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") else { return false }
        let parts = text.dropFirst().split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let areDigits = parts.allSatisfy { part in !part.isEmpty && part.allSatisfy { 0x30...0x39 ~= $0 } }
        return parts.count <= 2 && areDigits
    }
}
