/// Why an object could not be written or read.
package struct ObjectStorageError: Error, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// The store says no: wrong credentials, or no right to do this.
        case denied
        /// There is no such bucket or object.
        case missing
        /// An object of this name is there already.
        case exists
        /// Nobody answers, or the answer is no good, also after some attempts.
        case unavailable
        /// What was asked for makes no sense: a bucket's name, say.
        case invalid
    }

    package let code: Code
    /// What is wrong, where; no secret.
    package let message: String
    /// What to do about it.
    package let hint: String

    package init(_ code: Code, _ message: String, hint: String = "") {
        (self.code, self.message, self.hint) = (code, message, hint)
    }

    package var description: String { hint.isEmpty ? message : "\(message) \(hint)" }
}
