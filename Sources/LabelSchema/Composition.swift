import Foundation

/// Unicode composition of whole texts. The one place that needs Foundation; cells come here only if a check of their
/// bytes could not rule out that they would change.
enum Composition {
    static func nfc(_ text: String) -> String {
        text.precomposedStringWithCanonicalMapping
    }

    static func nfkc(_ text: String) -> String {
        text.precomposedStringWithCompatibilityMapping
    }
}
