/// Why a version cannot be given out as asked.
package struct ExportProblem: Error, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// A column that labels of this version do not have.
        case unknownColumn = "unknown-column"
        /// A condition that is none, or names no field.
        case badCondition = "bad-condition"
        /// Shares that do not add up, or a split that is none of them.
        case badSplit = "bad-split"
        /// A version to compare with that is not an older one.
        case badSince = "bad-since"
        /// Tombstones of a version that is not given out whole.
        case badTombstones = "bad-tombstones"
        /// A label was redacted while the labels were read.
        case redacted
        /// Where it should go, there is something else.
        case occupied
        /// It could not be written.
        case output
    }

    package let code: Code
    /// What is wrong, and where.
    package let message: String
    /// What to do about it.
    package let hint: String

    package init(_ code: Code, _ message: String, hint: String = "") {
        (self.code, self.message, self.hint) = (code, message, hint)
    }

    package var description: String { hint.isEmpty ? message : "\(message) \(hint)" }
}
