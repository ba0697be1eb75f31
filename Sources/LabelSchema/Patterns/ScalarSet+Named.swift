/// The sets that XML Schema gives names to.
extension ScalarSet {
    // MARK: Escapes of several characters

    /// `.`: anything but a line's end.
    static let wildcard = ScalarSet([0x0A...0x0A, 0x0D...0x0D]).inverted

    /// `\s`: the white space of XML, which has neither the no-break nor the full-width space.
    static let space = ScalarSet([0x09...0x0A, 0x0D...0x0D, 0x20...0x20])

    /// `\d`: the digits of every script, which are those of the category Nd.
    ///
    /// Most patterns have it and nothing else of Unicode's categories, so it stands here: to ask for the category of
    /// every character takes longer than to validate a small file.
    static let digit = ScalarSet(zeros.map { $0...($0 + 9) })

    /// The zeros of all scripts; the other nine digits follow each.
    private static let zeros: [UInt32] = [
        0x30, 0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6, 0xE50,
        0xED0, 0xF20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40,
        0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10, 0x104A0, 0x10D30, 0x10D40, 0x11066,
        0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x116D0, 0x116DA, 0x11730, 0x118E0,
        0x11950, 0x11BF0, 0x11C50, 0x11D50, 0x11DA0, 0x11DE0, 0x11F50, 0x16130, 0x16A60, 0x16AC0, 0x16B50, 0x16D70,
        0x1CCF0, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E4F0, 0x1E5F1, 0x1E950, 0x1FBF0,
    ]

    /// `\w`: anything but punctuation, separators and what is no character; so symbols, but not `_`.
    static let word = ["P", "Z", "C"].reduce(ScalarSet([])) { $0.union(categories[$1] ?? $0) }.inverted

    /// `\i`: what a name in XML begins with.
    static let nameStart = ScalarSet([
        0x3A...0x3A, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A, 0xC0...0xD6, 0xD8...0xF6, 0xF8...0x2FF, 0x370...0x37D,
        0x37F...0x1FFF, 0x200C...0x200D, 0x2070...0x218F, 0x2C00...0x2FEF, 0x3001...0xD7FF, 0xF900...0xFDCF,
        0xFDF0...0xFFFD, 0x10000...0xEFFFF,
    ])

    /// `\c`: what a name in XML goes on with.
    static let name = nameStart.union(
        ScalarSet([0x2D...0x2E, 0x30...0x39, 0xB7...0xB7, 0x300...0x36F, 0x203F...0x2040]))

    // MARK: Categories

    /// The general categories of Unicode by their names of one and two letters.
    ///
    /// `Cs` is left out, as XML Schema does: no text has surrogates.
    static let categories: [String: ScalarSet] = {
        var ranges: [String: [ClosedRange<UInt32>]] = [:]
        var start: UInt32 = 0
        var current = categoryName(of: 0)
        // Planes 4 to 13 have never been assigned, and the last two are for private use; asking each of their scalars
        // would take four times as long as all the others.
        let lastOfPlane3: UInt32 = 0x3FFFF
        for value in 0...lastOfPlane3 {
            let name = categoryName(of: value)
            guard name != current else { continue }
            ranges[current, default: []].append(start...(value - 1))
            (start, current) = (value, name)
        }
        ranges[current, default: []].append(start...lastOfPlane3)
        ranges["Cn", default: []].append(0x40000...0xDFFFF)
        for value in UInt32(0xE0000)...0xE0FFF { ranges[categoryName(of: value), default: []].append(value...value) }
        ranges["Cn", default: []] += [0xE1000...0xEFFFF, 0xFFFFE...0xFFFFF, 0x10FFFE...0x10FFFF]
        ranges["Co", default: []] += [0xF0000...0xFFFFD, 0x100000...0x10FFFD]
        ranges["Cs"] = nil

        var sets: [String: ScalarSet] = [:]
        for (name, ranges) in ranges {
            sets[name] = ScalarSet(ranges)
            sets[String(name.prefix(1)), default: ScalarSet([])] = ScalarSet(
                ranges + (sets[String(name.prefix(1))]?.ranges ?? []))
        }
        return sets
    }()

    private static func categoryName(of value: UInt32) -> String {
        guard let scalar = Unicode.Scalar(value) else { return "Cs" }
        return switch scalar.properties.generalCategory {
        case .uppercaseLetter: "Lu"
        case .lowercaseLetter: "Ll"
        case .titlecaseLetter: "Lt"
        case .modifierLetter: "Lm"
        case .otherLetter: "Lo"
        case .nonspacingMark: "Mn"
        case .spacingMark: "Mc"
        case .enclosingMark: "Me"
        case .decimalNumber: "Nd"
        case .letterNumber: "Nl"
        case .otherNumber: "No"
        case .connectorPunctuation: "Pc"
        case .dashPunctuation: "Pd"
        case .openPunctuation: "Ps"
        case .closePunctuation: "Pe"
        case .initialPunctuation: "Pi"
        case .finalPunctuation: "Pf"
        case .otherPunctuation: "Po"
        case .mathSymbol: "Sm"
        case .currencySymbol: "Sc"
        case .modifierSymbol: "Sk"
        case .otherSymbol: "So"
        case .spaceSeparator: "Zs"
        case .lineSeparator: "Zl"
        case .paragraphSeparator: "Zp"
        case .control: "Cc"
        case .format: "Cf"
        case .surrogate: "Cs"
        case .privateUse: "Co"
        case .unassigned: "Cn"
        @unknown default: "Cn"
        }
    }
}
