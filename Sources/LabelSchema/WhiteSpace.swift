/// White space as people type it: what Unicode calls so, and characters without any width.
enum WhiteSpace {
    /// Space, tab, and the ASCII line separators.
    @inline(__always)
    static func isASCII(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte &- 0x09 < 5
    }

    /// White space and zero-width characters at both ends go.
    static func trimmed(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { !isTrimmed($0) }),
            let last = scalars.lastIndex(where: { !isTrimmed($0) })
        else { return "" }
        return String(scalars[first...last])
    }

    /// Each run of white space becomes one space.
    static func collapsed(_ text: String) -> String {
        var collapsed = String.UnicodeScalarView()
        var isAfterSpace = false
        for scalar in text.unicodeScalars {
            let isSpace = scalar.properties.isWhitespace
            if !isSpace {
                collapsed.append(scalar)
            } else if !isAfterSpace {
                collapsed.append(" ")
            }
            isAfterSpace = isSpace
        }
        return String(collapsed)
    }

    private static func isTrimmed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x200B...0x200D, 0x2060, 0xFEFF: true
        default: scalar.properties.isWhitespace
        }
    }
}
