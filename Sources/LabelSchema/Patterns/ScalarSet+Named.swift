/// The sets that XML Schema gives names to.
extension ScalarSet {
    // MARK: Escapes of several characters

    /// `.`: anything but a line's end.
    static let wildcard = ScalarSet([0x0A...0x0A, 0x0D...0x0D]).inverted

    /// `\s`: the white space of XML, which has neither the no-break nor the full-width space.
    static let space = ScalarSet([0x09...0x0A, 0x0D...0x0D, 0x20...0x20])

    /// `\d`: the digits of every script.
    static let digit = categories["Nd"] ?? ScalarSet([])

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
