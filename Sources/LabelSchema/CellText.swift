/// Text that somebody typed, made fit to be shown.
package enum CellText {
    /// The greatest number of characters (Unicode scalars) of a cell that an error keeps.
    static let keptScalars = 200
    /// The greatest number of characters of a cell that a message shows.
    package static let shownScalars = 60

    /// The text as far as an error keeps it.
    static func kept(_ text: String) -> String {
        prefix(of: text, keptScalars)
    }

    /// The text on one line, with control, direction and zero-width characters as escapes, cut at `limit`.
    ///
    /// Nothing a cell holds can move the cursor, colour a terminal or turn the text around it.
    package static func shown(_ text: String, limit: Int = shownScalars) -> String {
        var shown = ""
        for scalar in text.unicodeScalars.prefix(limit) {
            switch scalar {
            case "\n": shown += "\\n"
            case "\r": shown += "\\r"
            case "\t": shown += "\\t"
            case _ where isHidden(scalar): shown += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            default: shown.unicodeScalars.append(scalar)
            }
        }
        return text.unicodeScalars.count > limit ? shown + "…" : shown
    }

    private static func prefix(of text: String, _ limit: Int) -> String {
        guard text.unicodeScalars.count > limit else { return text }
        var kept = String.UnicodeScalarView()
        kept.append(contentsOf: text.unicodeScalars.prefix(limit))
        return String(kept)
    }

    /// Whether a character cannot be seen, or changes how others are seen.
    static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: true
        // A joiner inside an emoji sequence is part of what people see.
        case .format: scalar.value != 0x200D
        default: false
        }
    }
}
