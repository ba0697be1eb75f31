/// A part of a statement, as far as the check has to tell them apart.
enum SQLToken: Equatable {
    /// A keyword or a name without quotes, in capitals.
    case word(String)
    /// A name in backticks, without them.
    case quotedName(String)
    case text
    case number
    case symbol(UInt8)
}

/// Cuts a statement into tokens as the server does with Sheaf's session: UTF-8, backslash escapes, `"` for texts.
///
/// Wherever servers might cut differently (`1e5into`, dollar quotes, comments that are executed) it refuses.
struct SQLLexer {
    struct Placed {
        let token: SQLToken
        /// Where it begins, in bytes.
        let start: Int
    }

    private let bytes: [UInt8]
    private var index = 0

    private init(_ statement: String) {
        bytes = Array(statement.utf8)
    }

    static func tokens(of statement: String) throws(UnloadProblem) -> [Placed] {
        var lexer = SQLLexer(statement)
        return try lexer.tokens()
    }

    private mutating func tokens() throws(UnloadProblem) -> [Placed] {
        guard !bytes.contains(0) else { throw refused("it holds a NUL character", "Take it out.") }
        var tokens: [Placed] = []
        while try skipBlanksAndComments() {
            let start = index
            tokens.append(Placed(token: try next(), start: start))
        }
        return tokens
    }

    private func byte(_ offset: Int) -> UInt8? {
        index + offset < bytes.count ? bytes[index + offset] : nil
    }

    private mutating func next() throws(UnloadProblem) -> SQLToken {
        let first = bytes[index]
        switch first {
        case UInt8(ascii: "'"), UInt8(ascii: "\""):
            _ = try quoted(first, escapes: true)
            return .text
        case UInt8(ascii: "`"):
            return .quotedName(String(decoding: try quoted(first, escapes: false), as: UTF8.self))
        case UInt8(ascii: "$"):
            throw refused("it has a $ outside of a name or text", "Put names with a $ in front in backticks.")
        case _ where Self.isOfName(first): return try name()
        case _ where Self.symbols.contains(first):
            index += 1
            return .symbol(first)
        case UInt8(ascii: "@"): throw refused("it uses a variable (@)", "Write the value itself.")
        case UInt8(ascii: "?"): throw refused("it has a marker (?)", "Write the value itself.")
        case UInt8(ascii: ":"): throw refused("it assigns a variable (:=)", "Leave the assignment out.")
        default:
            throw refused(
                "it has a character that no SELECT needs outside of texts (code \(first), byte \(index + 1))",
                "Take it out, or put names in backticks.")
        }
    }

    private static let symbols = Set("().,+-*/%<>=!&|^~;".utf8)

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 32) }

    private static func isOfName(_ byte: UInt8) -> Bool {
        isLetter(byte) || isDigit(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "$") || byte >= 0x80
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }

    // MARK: - Names and numbers

    private mutating func name() throws(UnloadProblem) -> SQLToken {
        let start = index
        while let byte = byte(0), Self.isOfName(byte) { index += 1 }
        let run = bytes[start..<index]
        guard Self.isDigit(bytes[start]) else { return .word(String(decoding: run, as: UTF8.self).uppercased()) }
        if isNumber(run) { return .number }
        // `1e5into` is a name to one lexer, and a number and a keyword to another.
        throw refused(
            "a number is followed by a letter without a blank (byte \(start + 1))",
            "Put a blank between them, and names that begin with a digit in backticks.")
    }

    private func isNumber(_ run: ArraySlice<UInt8>) -> Bool {
        let digits = run.prefix(while: Self.isDigit)
        let rest = run.dropFirst(digits.count)
        guard let letter = rest.first.map({ $0 | 32 }) else { return true }
        let tail = rest.dropFirst()
        switch letter {
        case UInt8(ascii: "e"):
            // 1e5, and 1e-5, whose sign and digits follow.
            guard tail.isEmpty else { return tail.allSatisfy(Self.isDigit) }
            guard let sign = byte(0), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return false }
            return byte(1).map(Self.isDigit) ?? false
        case UInt8(ascii: "x"):
            let isHex = tail.allSatisfy {
                Self.isDigit($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0 | 32)
            }
            return digits.elementsEqual([UInt8(ascii: "0")]) && !tail.isEmpty && isHex
        case UInt8(ascii: "b"):
            let isBinary = tail.allSatisfy { $0 == UInt8(ascii: "0") || $0 == UInt8(ascii: "1") }
            return digits.elementsEqual([UInt8(ascii: "0")]) && !tail.isEmpty && isBinary
        default: return false
        }
    }

    // MARK: - Quotes and comments

    private mutating func quoted(_ quote: UInt8, escapes: Bool) throws(UnloadProblem) -> [UInt8] {
        let start = index
        var content: [UInt8] = []
        index += 1
        while let byte = byte(0) {
            index += 1
            if escapes, byte == UInt8(ascii: "\\") {
                index += 1
                continue
            }
            if byte == quote {
                guard self.byte(0) == quote else { return content }
                index += 1
            }
            content.append(byte)
        }
        throw refused("a quote that opens at byte \(start + 1) is not closed", "Close it.")
    }

    /// Goes to the next token; false at the end.
    private mutating func skipBlanksAndComments() throws(UnloadProblem) -> Bool {
        while let first = byte(0) {
            if Self.isBlank(first) {
                index += 1
            } else if first == UInt8(ascii: "#") {
                skipLine()
            } else if first == UInt8(ascii: "-"), byte(1) == UInt8(ascii: "-"), byte(2).map(Self.isBlank) ?? true {
                skipLine()
            } else if first == UInt8(ascii: "/"), byte(1) == UInt8(ascii: "*") {
                try skipComment()
            } else {
                return true
            }
        }
        return false
    }

    private mutating func skipLine() {
        while let byte = byte(0), byte != UInt8(ascii: "\n") { index += 1 }
    }

    private mutating func skipComment() throws(UnloadProblem) {
        let start = index
        let third = byte(2)
        let isOfMariaDB = third.map { $0 | 32 } == UInt8(ascii: "m") && byte(3) == UInt8(ascii: "!")
        if third == UInt8(ascii: "!") || third == UInt8(ascii: "+") || isOfMariaDB {
            throw refused("it has a comment that the server obeys (/*! or /*+)", "Take the comment out.")
        }
        index += 2
        while let byte = byte(0) {
            if byte == UInt8(ascii: "*"), self.byte(1) == UInt8(ascii: "/") {
                index += 2
                return
            }
            // Servers that nest comments would go on after the first end.
            if byte == UInt8(ascii: "/"), self.byte(1) == UInt8(ascii: "*") {
                throw refused("it has a comment in a comment", "Take the inner one out.")
            }
            index += 1
        }
        throw refused("a comment that opens at byte \(start + 1) is not closed", "Close it.")
    }

    private func refused(_ what: String, _ hint: String) -> UnloadProblem {
        UnloadProblem(.notOneSelect, "The statement is refused: \(what).", hint: hint)
    }
}
