import Testing

@testable import LabelSchema

/// Normalisation is part of the canonical form, so what it makes of a character may never change with a release.
///
/// The figures were computed outside Sheaf, by Python's `unicodedata`, over every character of Unicode 14 (all but
/// surrogates and noncharacters), each in some surroundings: FNV-1a with 64 bits over the UTF-8 of the normalised text
/// and a line feed behind it. If this fails with a new toolchain, its tables are not what they were, and Sheaf needs
/// tables of its own; the figures do not change.
@Suite struct UnicodeStabilityTests {
    private static let characters = (UInt32(0)...0x10FFFF).compactMap(Unicode.Scalar.init).filter { scalar in
        guard let age = scalar.properties.age else { return false }
        return age.major <= 14 && scalar.properties.generalCategory != .unassigned
    }

    @Test(arguments: [
        (Normalization.nfc, "", "", 0xE597_2C56_1175_EE93), (.nfc, "a", "\u{301}", 0xF708_760C_3F9D_52D2),
        (.nfc, "", "か\u{3099}", 0x2E24_46F5_914D_20BB), (.nfc, "e\u{323}", "", 0xCCE7_15F9_5804_71CB),
        (.nfkc, "", "", 0xEA29_7388_A987_7229), (.nfkc, "a", "\u{301}", 0xED2D_B394_B50B_2F81),
        (.nfkc, "", "か\u{3099}", 0xF33D_CDD4_285C_53CD), (.nfkc, "e\u{323}", "", 0x68F5_52BF_C237_6F85),
    ])
    func compositionIsWhatItWas(form: Normalization, before: String, after: String, digest: UInt64) {
        #expect(Self.characters.count == 282_230)
        let normalizer = TextNormalizer([form])
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        var text = String.UnicodeScalarView()
        for (index, scalar) in Self.characters.enumerated() {
            // A line feed takes part in nothing, so many are normalised at a time.
            text.append(contentsOf: before.unicodeScalars)
            text.append(scalar)
            text.append(contentsOf: after.unicodeScalars)
            text.append("\n")
            guard index % 4096 == 4095 || index == Self.characters.count - 1 else { continue }
            for byte in normalizer.normalized(String(text)).utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
            text = String.UnicodeScalarView()
        }
        #expect(hash == digest)
    }

    /// White space and letters have tables of their own, which today agree with the toolchain's.
    @Test func ownTablesAgreeWithUnicode() {
        for scalar in Self.characters {
            #expect(WhiteSpace.isSpace(scalar.value) == scalar.properties.isWhitespace)
            let small = LetterCase.lowercased(String(scalar))
            let capital = LetterCase.uppercased(String(scalar))
            if small != String(scalar), scalar.value != 0x130 {
                #expect(small == scalar.properties.lowercaseMapping, "U+\(String(scalar.value, radix: 16))")
            }
            if capital != String(scalar) {
                #expect(capital == scalar.properties.uppercaseMapping, "U+\(String(scalar.value, radix: 16))")
            }
        }
        let expected = (UInt32(0x41)...0x24F).compactMap(Unicode.Scalar.init).filter { $0.value < 0x180 }
        for scalar in expected where scalar.properties.lowercaseMapping.unicodeScalars.count == 1 {
            #expect(LetterCase.lowercased(String(scalar)) == scalar.properties.lowercaseMapping)
        }
    }
}
