/// Whether a text is one SELECT that reads and does nothing else.
///
/// The second line of defence. The first is the server: it prepares one statement, which must give columns, and runs it
/// in a READ ONLY transaction as a user that may SELECT and no more. But a lock taken by a function, or a file written
/// by a user who was granted too much, is stopped by nobody else.
package struct SelectCheck: Sendable {
    private let functions: Set<String>

    /// A check.
    ///
    /// - Parameter functions: names of further functions that may be called, such as stored ones that have no effects.
    package init(allowing functions: [String] = []) {
        self.functions = SQLFunctions.harmless.union(functions.map { $0.uppercased() })
            .subtracting(SQLFunctions.harmful)
    }

    /// Checks a statement.
    ///
    /// - Parameter statement: what a client sent.
    /// - Returns: the statement without the semicolon at its end.
    /// - Throws: `UnloadProblem` of code `notOneSelect`, which says what is refused.
    package func check(_ statement: String) throws(UnloadProblem) -> String {
        var placed = try SQLLexer.tokens(of: statement)
        var end = statement.utf8.count
        while let last = placed.last, last.token == .symbol(Self.semicolon) {
            end = last.start
            placed.removeLast()
        }
        let tokens = placed.map(\.token)
        guard !tokens.isEmpty else { throw Self.refused("it is empty", "Send one SELECT.") }
        guard !tokens.contains(.symbol(Self.semicolon)) else {
            throw Self.refused("it is more than one statement", "Send one SELECT at a time.")
        }
        try Self.checkBeginning(tokens)
        let closing = try Self.matchParentheses(tokens)
        for index in tokens.indices {
            try Self.checkWord(at: index, tokens)
            if closing[index] != nil, index > 0 { try checkCall(at: index - 1, tokens, closing) }
        }
        return String(decoding: statement.utf8.prefix(end), as: UTF8.self)
    }

    private static let semicolon = UInt8(ascii: ";")
    private static let opening = SQLToken.symbol(UInt8(ascii: "("))
    private static let closing = SQLToken.symbol(UInt8(ascii: ")"))

    private static func refused(_ what: String, _ hint: String) -> UnloadProblem {
        UnloadProblem(.notOneSelect, "The statement is refused: \(what).", hint: hint)
    }

    private static func checkBeginning(_ tokens: [SQLToken]) throws(UnloadProblem) {
        let first = tokens.first { $0 != opening }
        guard first == .word("SELECT") || first == .word("WITH") else {
            throw refused("it is no SELECT", "Send one SELECT; it may begin with WITH or a parenthesis.")
        }
    }

    /// For each opening parenthesis, where it closes.
    private static func matchParentheses(_ tokens: [SQLToken]) throws(UnloadProblem) -> [Int?] {
        var ends = [Int?](repeating: nil, count: tokens.count)
        var open: [Int] = []
        let mismatch = refused("its parentheses do not match", "Count them.")
        for (index, token) in tokens.enumerated() {
            if token == opening { open.append(index) }
            if token == closing {
                guard let start = open.popLast() else { throw mismatch }
                ends[start] = index
            }
        }
        guard open.isEmpty else { throw mismatch }
        return ends
    }

    // MARK: - Words

    /// Reserved words with which a SELECT would write, lock or keep something, or would be no SELECT.
    private static let refusedWords: [String: String] = [
        "INTO": "INTO writes to a file or a variable", "OUTFILE": "OUTFILE writes a file",
        "DUMPFILE": "DUMPFILE writes a file", "PROCEDURE": "PROCEDURE runs code on the server",
        "LOCK": "LOCK takes locks", "UPDATE": "UPDATE writes or takes locks", "DELETE": "DELETE writes",
        "CALL": "CALL runs code on the server", "PURGE": "PURGE writes", "GRANT": "GRANT changes rights",
    ]

    private static func checkWord(at index: Int, _ tokens: [SQLToken]) throws(UnloadProblem) {
        guard case .word(let word) = tokens[index] else { return }
        let next = index + 1 < tokens.count ? tokens[index + 1] : nil
        if let reason = refusedWords[word] {
            throw refused(reason, "If it is the name of a column, put it in backticks.")
        }
        if word == "FOR", next == .word("SHARE") { throw refused("FOR SHARE takes locks", "Leave it out.") }
        if word == "VALUE", next == .word("FOR") {
            throw refused("VALUE FOR counts a sequence on", "Leave it out.")
        }
        // As functions they only make texts.
        if ["INSERT", "REPLACE"].contains(word), next != opening {
            throw refused("\(word) writes", "If it is the name of a column, put it in backticks.")
        }
    }

    // MARK: - Functions

    /// Checks a name before an opening parenthesis.
    private func checkCall(at index: Int, _ tokens: [SQLToken], _ ends: [Int?]) throws(UnloadProblem) {
        let before = index > 0 ? tokens[index - 1] : nil
        let name: String
        switch tokens[index] {
        case .word(let word):
            if SQLFunctions.words.contains(word), before != .symbol(UInt8(ascii: ".")) { return }
            name = word
        case .quotedName(let quoted): name = quoted.uppercased()
        case .text, .number, .symbol: return
        }
        if Self.isListOfColumns(after: index, before, tokens, ends) { return }
        guard before != .symbol(UInt8(ascii: ".")) else {
            throw Self.refused(
                "it calls a stored function", "What such a function does cannot be known; write the expression itself.")
        }
        guard !SQLFunctions.harmful.contains(name) else {
            throw Self.refused("the function \(name) waits, locks, reads files or changes something", "Leave it out.")
        }
        guard functions.contains(name) else {
            throw Self.refused(
                "the function \(Self.shown(name)) is not one that is known to have no effects",
                "If it has none, whoever runs Sheaf can allow it: queries.functions in sheaf.yaml.")
        }
    }

    /// Names from a hostile statement may be long, and go into messages.
    private static func shown(_ name: String) -> String {
        let plain = name.unicodeScalars.prefix(64).map { $0.isASCII && $0.value > 32 ? String($0) : "?" }
        return plain.joined()
    }

    /// Whether the parentheses hold the names of a table's columns: `WITH t (a, b) AS (…)`, `(…) AS t (a, b)`.
    private static func isListOfColumns(
        after index: Int, _ before: SQLToken?, _ tokens: [SQLToken], _ ends: [Int?]
    ) -> Bool {
        guard let end = ends[index + 1], end > index + 2 else { return false }
        for (offset, token) in tokens[(index + 2)..<end].enumerated() {
            switch token {
            case .word, .quotedName: if offset % 2 != 0 { return false }
            case .symbol(UInt8(ascii: ",")): if offset % 2 == 0 { return false }
            default: return false
            }
        }
        if before == .word("AS") || before == closing { return true }
        return end + 2 < tokens.count && tokens[end + 1] == .word("AS") && tokens[end + 2] == opening
    }
}
