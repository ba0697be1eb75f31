/// Why bytes could not be read as rows.
///
/// Says what and where, and never what a cell holds.
package struct ScanError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A stable name for the reason.
    package enum Code: String, Sendable, CaseIterable {
        /// The bytes end before what they describe is complete.
        case cutShort = "cut-short"
        /// Something follows the end of the document.
        case trailingBytes = "trailing-bytes"
        /// A byte that the grammar does not allow here.
        case malformed
        /// A string holds a raw control character.
        case controlCharacter = "control-character"
        /// A string holds an escape that does not exist, or half of a surrogate pair.
        case invalidEscape = "invalid-escape"
        /// The bytes are not UTF-8.
        case invalidUTF8 = "invalid-utf8"
        /// Values are nested deeper than any such document is.
        case tooDeep = "too-deep"
        /// One row is larger than the limit.
        case rowTooLong = "row-too-long"
        /// More bytes were fed than one batch can hold, without a batch being taken.
        case windowFull = "window-full"
        /// Well formed, and not the document that was expected.
        case unexpectedShape = "unexpected-shape"
        /// The document is an error message, with no values in it.
        case errorAnswer = "error-answer"
        /// A quote in the middle of a field that does not begin with one, or text after a closing quote.
        case strayQuote = "stray-quote"
        /// A quoted field that is never closed.
        case unclosedQuote = "unclosed-quote"
    }

    /// Where scanning stopped.
    package enum Place: Sendable, Equatable {
        /// Bytes from the beginning of the document, counted from 0.
        case byte(Int)
        /// A line of a text file, counted from 1.
        case line(Int)
    }

    package let code: Code
    package let place: Place

    package init(_ code: Code, at place: Place) {
        self.code = code
        self.place = place
    }

    package var description: String {
        switch place {
        case .byte(let offset): "\(code.explanation) (at byte \(offset))"
        case .line(let line): "\(code.explanation) (line \(line))"
        }
    }
}

extension ScanError.Code {
    /// What is wrong, in words.
    var explanation: String {
        switch self {
        case .cutShort: "it ends before it is complete"
        case .trailingBytes: "something follows its end"
        case .malformed: "it is malformed"
        case .controlCharacter: "a string holds a raw control character"
        case .invalidEscape: "a string holds an invalid escape"
        case .invalidUTF8: "it is not valid UTF-8"
        case .tooDeep: "it is nested too deeply"
        case .rowTooLong: "a row is larger than the limit"
        case .windowFull: "too much was read at once"
        case .unexpectedShape: "it is not the answer that was asked for"
        case .errorAnswer: "it is an error message and holds no values"
        case .strayQuote: "a quotation mark stands where none may stand; quote the whole field and double it"
        case .unclosedQuote: "a quoted field is never closed"
        }
    }
}
