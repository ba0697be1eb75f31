/// One word or sign of a row rule, and where it begins.
struct RuleToken: Equatable {
    enum Kind: Equatable {
        /// A keyword or the name of a field.
        case word(String)
        /// The name of a field in `` `backquotes` ``, for one that is a keyword too.
        case quotedName(String)
        /// Text in quotes, without them.
        case text(String)
        /// A number, date or time as it was written.
        case literal(String)
        /// `=`, `!=`, `<`, `<=`, `>`, `>=`, `(`, `)`, `[`, `]` or `,`.
        case sign(String)
        case end
    }

    var kind: Kind
    /// The character it begins with, counted from 1.
    var position: Int

    /// What stands here, for a message.
    var found: String {
        switch kind {
        case .word(let word), .quotedName(let word), .literal(let word), .sign(let word): "`\(CellText.shown(word))`"
        case .text(let text): "'\(CellText.shown(text))'"
        case .end: "its end"
        }
    }

    func isWord(_ word: String) -> Bool {
        kind == .word(word)
    }

    func isSign(_ sign: String) -> Bool {
        kind == .sign(sign)
    }
}

/// A mistake in the sentence of a rule.
struct RuleMistake: Error, Equatable {
    /// The character where it stands, counted from 1.
    var position: Int
    var problem: String
    var hint: String?
}

/// Takes the sentence of a rule apart.
struct RuleLexer {
    private let scalars: [Unicode.Scalar]
    private var index = 0

    private init(_ text: String) {
        scalars = Array(text.unicodeScalars)
    }

    /// - Parameter text: The sentence of a rule.
    /// - Returns: Its tokens; the last is `.end`.
    /// - Throws: The first sign that means nothing here.
    static func tokens(of text: String) throws(RuleMistake) -> [RuleToken] {
        var lexer = RuleLexer(text)
        var tokens: [RuleToken] = []
        while true {
            let token = try lexer.next()
            tokens.append(token)
            if token.kind == .end { return tokens }
        }
    }

    private mutating func next() throws(RuleMistake) -> RuleToken {
        while index < scalars.count, WhiteSpace.isSpace(scalars[index].value) { index += 1 }
        let position = index + 1
        guard index < scalars.count else { return RuleToken(kind: .end, position: position) }
        let kind: RuleToken.Kind
        switch scalars[index] {
        case "'", "\"": kind = .text(try quoted())
        case "`": kind = .quotedName(try quoted())
        case let scalar where Self.isWordStart(scalar): kind = .word(run(while: Self.isInWord))
        case let scalar where Self.isDigit(scalar) || scalar == "-" || scalar == "+":
            index += 1
            kind = .literal(String(scalar) + run(while: Self.isInLiteral))
        default: kind = .sign(try sign())
        }
        return RuleToken(kind: kind, position: position)
    }

    /// Text between two quotes of a kind; a quote in it is written twice.
    private mutating func quoted() throws(RuleMistake) -> String {
        let quote = scalars[index]
        let start = index
        var text = String.UnicodeScalarView()
        index += 1
        while index < scalars.count {
            let scalar = scalars[index]
            index += 1
            if scalar == quote {
                guard index < scalars.count, scalars[index] == quote else { return String(text) }
                index += 1
            }
            text.append(scalar)
        }
        throw RuleMistake(
            position: start + 1, problem: "a quote \(quote) is never closed",
            hint: "where a text has ` #` or `: ` in it, put the whole rule in \"double quotes\"")
    }

    private mutating func sign() throws(RuleMistake) -> String {
        let start = index
        let scalar = scalars[index]
        index += 1
        switch scalar {
        case "(", ")", "[", "]", ",": return String(scalar)
        case "≤": return "<="
        case "≥": return ">="
        case "≠": return "!="
        case "=", "<", ">", "!":
            var sign = String(scalar)
            if index < scalars.count, scalars[index] == "=" || sign == "<" && scalars[index] == ">" {
                sign.unicodeScalars.append(scalars[index])
                index += 1
            }
            let meant = ["==": "=", "<>": "!=", "!": "!="][sign]
            guard let meant else { return sign }
            throw RuleMistake(position: start + 1, problem: "`\(sign)` is no comparison", hint: "write `\(meant)`")
        default:
            let hint = Self.hint(for: scalar)
            throw RuleMistake(
                position: start + 1, problem: "“\(CellText.shown(String(scalar)))” means nothing here", hint: hint)
        }
    }

    private static func hint(for scalar: Unicode.Scalar) -> String {
        switch scalar.value {
        case 0xFF01...0xFF5E: "write it in half width"
        case 0x3001, 0x30FB: "write `,` between names"
        case 0x2018...0x201F, 0x300C...0x300F: "put text in 'straight quotes'"
        case 0x26, 0x7C: "write `and` or `or`"
        case 0x2B, 0x2A, 0x2F, 0x25: "a rule compares values; it does not compute"
        default: "a rule names fields by `name`, not by title, and has text in 'quotes'"
        }
    }

    private mutating func run(while belongs: (Unicode.Scalar) -> Bool) -> String {
        var text = String.UnicodeScalarView()
        while index < scalars.count, belongs(scalars[index]) {
            text.append(scalars[index])
            index += 1
        }
        return String(text)
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value &- 0x30 < 10
    }

    private static func isWordStart(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || scalar.isASCII && scalar.properties.isAlphabetic
    }

    private static func isInWord(_ scalar: Unicode.Scalar) -> Bool {
        isWordStart(scalar) || isDigit(scalar)
    }

    private static func isInLiteral(_ scalar: Unicode.Scalar) -> Bool {
        isInWord(scalar) || scalar == "." || scalar == ":" || scalar == "-" || scalar == "+"
    }
}
