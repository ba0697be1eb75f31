/// One mistake in `sheaf.yaml`: where it stands, what was found, and what was meant.
struct ConfigurationMistake: Sendable, Equatable, CustomStringConvertible {
    var file: String
    /// Counted from 1; 0 where no line can be named.
    var line: Int
    var problem: String

    var description: String {
        line > 0 ? "\(file):\(line): \(problem)" : "\(file): \(problem)"
    }
}

/// Every mistake of the configuration at once, in the order of its lines.
struct ConfigurationMistakes: Error, CustomStringConvertible {
    var mistakes: [ConfigurationMistake]

    var description: String { mistakes.map(\.description).joined(separator: "\n") }
}
