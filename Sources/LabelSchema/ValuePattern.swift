import Synchronization

/// A regular expression that has to match a whole value.
///
/// `Regex` cannot be sent between tasks, since one built from closures may capture anything. The lock makes sharing
/// sound without a promise about its insides; whoever reads many rows takes a pattern of their own (`copy()`), and so
/// never waits.
final class ValuePattern: Sendable {
    private let source: String
    private let regex: Mutex<Regex<AnyRegexOutput>>

    /// Compiles an expression.
    ///
    /// - Parameter source: The expression. It sees Unicode scalars, as the expressions of XML Schema do.
    /// - Throws: What is wrong with the expression, in the compiler's words.
    init(_ source: String) throws {
        self.source = source
        regex = Mutex(try Regex(source).matchingSemantics(.unicodeScalar))
    }

    func copy() -> ValuePattern {
        // The source has been compiled once, so it compiles again.
        (try? ValuePattern(source)) ?? self
    }

    func matches(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let text = String(decoding: bytes, as: UTF8.self)
        return regex.withLock { regex in (try? regex.wholeMatch(in: text)) != nil }
    }
}
