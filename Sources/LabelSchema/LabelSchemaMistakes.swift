/// One mistake in a schema document: where it stands, what was found, and what was meant.
package struct LabelSchemaMistake: Sendable, Hashable, CustomStringConvertible {
    package let file: String
    /// Counted from 1; 0 where no line can be named.
    package let line: Int
    /// What is wrong.
    package let problem: String
    /// What to do about it.
    package let hint: String?

    /// One line: place, problem and hint, such as ``schemas/a.yaml:12: `typ` is not known; did you mean `type`?``.
    package var description: String {
        let place = line > 0 ? "\(file):\(line)" : file
        guard let hint else { return "\(place): \(problem)" }
        return "\(place): \(problem); \(hint)"
    }
}

/// Every mistake of one schema document, in the order of its lines.
///
/// Never empty.
package struct LabelSchemaMistakes: Error, Sendable, CustomStringConvertible {
    package let mistakes: [LabelSchemaMistake]

    /// One mistake a line.
    package var description: String {
        mistakes.map(\.description).joined(separator: "\n")
    }
}
