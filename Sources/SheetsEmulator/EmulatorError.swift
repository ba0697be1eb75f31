/// Why the emulator could not do what it was asked to, apart from what it answers to clients.
package struct EmulatorError: Error, Sendable, CustomStringConvertible {
    /// A stable name of what went wrong.
    package enum Code: String, Sendable {
        case couldNotListen
        case notStarted
        case keyNotMade
        case folderNotReadable
        case folderNotWritable
        case unknownSpreadsheet
        case badRange
    }

    package let code: Code
    package let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
