import Foundation

/// Unicode composition of whole texts.
///
/// The one place that needs Foundation; cells come here only if a check of their bytes could not rule out that they
/// would change. Both forms are taken apart first and put together again: asked for a composed form at once, Foundation
/// leaves half-width ｶﾞ as カ and a mark, and a Korean syllable apart from the consonant that ends it.
enum Composition {
    static func nfc(_ text: String) -> String {
        text.decomposedStringWithCanonicalMapping.precomposedStringWithCanonicalMapping
    }

    static func nfkc(_ text: String) -> String {
        text.decomposedStringWithCompatibilityMapping.precomposedStringWithCanonicalMapping
    }
}
