/// Why the result of a query could not be unloaded.
package struct UnloadProblem: Error, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// It is not one statement that reads.
        case notOneSelect = "not-one-select"
        /// The database takes it not: what it says is for who asked.
        case refused
        /// It took too long, or has too many rows.
        case tooMuch = "too-much"
        /// A value that the format cannot hold.
        case unsuitableValue = "unsuitable-value"
        /// The database user may do more than read.
        case unsafeUser = "unsafe-user"
        /// The database is out of reach.
        case unavailable
        /// Where the parts go cannot be written.
        case output
    }

    package let code: Code
    package let message: String
    package let hint: String

    package init(_ code: Code, _ message: String, hint: String = "") {
        (self.code, self.message, self.hint) = (code, message, hint)
    }

    package var description: String { hint.isEmpty ? message : "\(message) \(hint)" }
}
