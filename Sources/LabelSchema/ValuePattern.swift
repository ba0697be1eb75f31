/// A regular expression that has to match a whole value: the `pattern` of a field.
///
/// It is an expression of XML Schema, as Table Schema says; docs/patterns.md tells what is taken beyond that. Nothing
/// here searches by trial, so that no cell, however it was made, takes longer than its length.
final class ValuePattern: Sendable {
    private let automaton: PatternAutomaton

    /// Reads an expression.
    ///
    /// - Parameter source: The expression. It sees Unicode scalars, as those of XML Schema do.
    /// - Throws: What is wrong with it, where, and what to write instead.
    init(_ source: String) throws(PatternProblem) {
        automaton = try PatternAutomaton(source)
    }

    /// A pattern to use elsewhere: the same, since it never changes.
    func copy() -> ValuePattern { self }

    func matches(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        automaton.matches(bytes)
    }
}
