import Foundation

/// Unicode composition of whole texts.
///
/// The one place that needs Foundation; cells come here only if a check of their bytes could not rule out that they
/// would change. Both forms are taken apart first and put together again: asked for a composed form at once, Foundation
/// leaves half-width ｶﾞ as カ and a mark, and a Korean syllable apart from the consonant that ends it.
enum Composition {
    static func nfc(_ text: String) -> String {
        composed(text.decomposedStringWithCanonicalMapping)
    }

    static func nfkc(_ text: String) -> String {
        composed(text.decomposedStringWithCompatibilityMapping)
    }

    /// Puts together what was taken apart.
    ///
    /// Foundation takes a character beyond U+FFFF for the one with its last 16 bits where a mark follows: 𣁋 (U+2304B)
    /// and a voice mark would become が, which is か (U+304B) with the mark. No such character takes a mark from below
    /// U+10000, so the text is parted there.
    private static func composed(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 >= 0xF0 }) else { return text.precomposedStringWithCanonicalMapping }
        var composed = ""
        var piece = String.UnicodeScalarView()
        var isBehindLarge = false
        for scalar in text.unicodeScalars {
            let isLarge = scalar.value >= 0x10000
            if isBehindLarge, !isLarge {
                composed += String(piece).precomposedStringWithCanonicalMapping
                piece = String.UnicodeScalarView()
                isBehindLarge = false
            }
            piece.append(scalar)
            // Marks combine with what stands before them, whatever their own size.
            if scalar.properties.canonicalCombiningClass == .notReordered { isBehindLarge = isLarge }
        }
        return composed + String(piece).precomposedStringWithCanonicalMapping
    }
}
