/// White space as people type it: what Unicode calls so, and characters without any width.
///
/// The tables stand here, and not in the standard library's Unicode data, because they are part of the canonical form:
/// they are the same in every release.
enum WhiteSpace {
    /// Space, tab, and the ASCII line separators.
    @inline(__always)
    static func isASCII(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte &- 0x09 < 5
    }

    /// What Unicode 16 gives the property `White_Space`.
    static func isSpace(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x09...0x0D, 0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
        default: false
        }
    }

    /// Characters that take no room and show nothing: soft hyphen, joiners, direction marks, byte order mark.
    static func isZeroWidth(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0xAD, 0x61C, 0x180E, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x2064, 0x2066...0x206F, 0xFEFF: true
        default: false
        }
    }

    /// White space and zero-width characters at both ends go.
    static func trimmed(_ text: String) -> String {
        let isKept = { (scalar: Unicode.Scalar) in !isSpace(scalar.value) && !isZeroWidth(scalar.value) }
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: isKept), let last = scalars.lastIndex(where: isKept) else {
            return ""
        }
        return String(scalars[first...last])
    }

    /// Each run of white space becomes one space.
    static func collapsed(_ text: String) -> String {
        var collapsed = String.UnicodeScalarView()
        var isAfterSpace = false
        for scalar in text.unicodeScalars {
            let isSpace = isSpace(scalar.value)
            if !isSpace {
                collapsed.append(scalar)
            } else if !isAfterSpace {
                collapsed.append(" ")
            }
            isAfterSpace = isSpace
        }
        return String(collapsed)
    }
}
