/// What is wrong with a regular expression: where, and what was probably meant.
struct PatternProblem: Error, Hashable, CustomStringConvertible {
    /// The character at which it shows, counted from 1; nil if it is the expression as a whole.
    let position: Int?
    let message: String
    /// What to write instead.
    let hint: String?

    init(_ position: Int?, _ message: String, hint: String? = nil) {
        self.position = position
        self.message = message
        self.hint = hint
    }

    /// The message with its place, without the hint: ``the group has no `)` (character 3)``.
    var description: String {
        position.map { "\(message) (character \($0))" } ?? message
    }
}
