/// Capital and small letters, one for one.
///
/// The pairs stand here, and not in the standard library's Unicode data, because they are part of the canonical form:
/// they are the same in every release. They are those of Latin (also with accents, as in Vietnamese), Greek, Cyrillic,
/// Armenian, full-width letters, Roman numerals and circled letters. Every other character stays as it is.
enum LetterCase {
    /// First and last capital, the step between them, and how far the small letter is away.
    private static let pairs: [(first: UInt32, last: UInt32, step: UInt32, distance: Int32)] = [
        (0x41, 0x5A, 1, 32), (0xC0, 0xD6, 1, 32), (0xD8, 0xDE, 1, 32), (0x100, 0x12E, 2, 1), (0x132, 0x136, 2, 1),
        (0x139, 0x147, 2, 1), (0x14A, 0x176, 2, 1), (0x178, 0x178, 1, -121), (0x179, 0x17D, 2, 1),
        (0x370, 0x372, 2, 1), (0x376, 0x376, 1, 1), (0x37F, 0x37F, 1, 116), (0x386, 0x386, 1, 38),
        (0x388, 0x38A, 1, 37), (0x38C, 0x38C, 1, 64), (0x38E, 0x38F, 1, 63), (0x391, 0x3A1, 1, 32),
        (0x3A3, 0x3AB, 1, 32), (0x3CF, 0x3CF, 1, 8), (0x3D8, 0x3EE, 2, 1), (0x3F7, 0x3F7, 1, 1), (0x3F9, 0x3F9, 1, -7),
        (0x3FA, 0x3FA, 1, 1), (0x3FD, 0x3FF, 1, -130), (0x400, 0x40F, 1, 80), (0x410, 0x42F, 1, 32),
        (0x460, 0x480, 2, 1), (0x48A, 0x4BE, 2, 1), (0x4C0, 0x4C0, 1, 15), (0x4C1, 0x4CD, 2, 1), (0x4D0, 0x52E, 2, 1),
        (0x531, 0x556, 1, 48), (0x1E00, 0x1E94, 2, 1), (0x1EA0, 0x1EFE, 2, 1), (0x2160, 0x216F, 1, 16),
        (0x24B6, 0x24CF, 1, 26), (0xFF21, 0xFF3A, 1, 32),
    ]

    private static let small: [UInt32: UInt32] = {
        // İ and ẞ, which are the capitals of no letter of their own here.
        var small: [UInt32: UInt32] = [0x130: 0x69, 0x1E9E: 0xDF]
        forEachPair { small[$0] = $1 }
        return small
    }()

    private static let capital: [UInt32: UInt32] = {
        // ı, and ς at the end of a Greek word.
        var capital: [UInt32: UInt32] = [0x131: 0x49, 0x3C2: 0x3A3]
        forEachPair { capital[$1] = $0 }
        return capital
    }()

    private static func forEachPair(_ body: (UInt32, UInt32) -> Void) {
        for (first, last, step, distance) in pairs {
            for letter in stride(from: first, through: last, by: Int(step)) {
                body(letter, UInt32(truncatingIfNeeded: Int64(letter) + Int64(distance)))
            }
        }
    }

    static func lowercased(_ text: String) -> String {
        mapped(text, small)
    }

    static func uppercased(_ text: String) -> String {
        mapped(text, capital)
    }

    private static func mapped(_ text: String, _ letters: [UInt32: UInt32]) -> String {
        var mapped = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            mapped.append(letters[scalar.value].flatMap(Unicode.Scalar.init) ?? scalar)
        }
        return String(mapped)
    }
}
