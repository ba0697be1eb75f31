/// Reads the sentence of a rule.
///
/// ```
/// rule      = "if" condition "then" condition | condition
/// condition = part { "or" part }
/// part      = piece { "and" piece }
/// piece     = "not" piece | "(" condition ")" | quantity names | field test
/// quantity  = "at least one of" | "exactly one of" | "at most one of" | "all or none of"
/// names     = field { "," field }
/// test      = "is" ["not"] ("empty" | "filled" | "true" | "false" | "one of" "[" literal { "," literal } "]")
///           | ("contains" | "does not contain") literal
///           | ("=" | "!=" | "<" | "<=" | ">" | ">=") (literal | field)
/// ```
struct RuleParser {
    private let tokens: [RuleToken]
    private var index = 0

    private init(_ tokens: [RuleToken]) {
        self.tokens = tokens
    }

    /// - Parameter text: The sentence.
    /// - Returns: The rule as it was written.
    /// - Throws: The first place where it is no rule.
    static func parse(_ text: String) throws(RuleMistake) -> RuleTree {
        var parser = RuleParser(try RuleLexer.tokens(of: text))
        try parser.checkParts()
        let tree = try parser.rule()
        guard parser.token.kind == .end else { throw parser.surplus() }
        return tree
    }

    /// A rule is as deep as it has parts, and reading it goes as deep.
    private static let mostParts = 200

    private func checkParts() throws(RuleMistake) {
        let joints = tokens.filter { token in
            token.isSign("(") || ["and", "or", "not"].contains { token.isWord($0) }
        }
        guard joints.count > Self.mostParts else { return }
        throw RuleMistake(
            position: joints[Self.mostParts].position, problem: "the rule has more than \(Self.mostParts) parts",
            hint: "write several rules")
    }

    private static let keywords: Set<String> = [
        "if", "then", "and", "or", "not", "is", "empty", "filled", "true", "false", "one", "of", "contains", "contain",
        "does", "at", "least", "most", "exactly", "all", "none",
    ]

    private var token: RuleToken { tokens[index] }

    private mutating func take(_ word: String) -> Bool {
        guard token.isWord(word) else { return false }
        index += 1
        return true
    }

    private mutating func takeSign(_ sign: String) -> Bool {
        guard token.isSign(sign) else { return false }
        index += 1
        return true
    }

    private func mistake(_ problem: String, _ hint: String?) -> RuleMistake {
        RuleMistake(position: token.position, problem: problem, hint: hint)
    }

    // MARK: Conditions

    private mutating func rule() throws(RuleMistake) -> RuleTree {
        guard take("if") else { return try condition() }
        let premise = try condition()
        guard take("then") else {
            throw mistake("expected `then`, but found \(token.found)", "write `if CONDITION then CONDITION`")
        }
        return .implication(premise, try condition())
    }

    private mutating func condition() throws(RuleMistake) -> RuleTree {
        var tree = try part()
        while take("or") { tree = .or(tree, try part()) }
        return tree
    }

    private mutating func part() throws(RuleMistake) -> RuleTree {
        var tree = try piece()
        while take("and") { tree = .and(tree, try piece()) }
        return tree
    }

    private mutating func piece() throws(RuleMistake) -> RuleTree {
        if take("not") { return .not(try piece()) }
        if takeSign("(") {
            let inner = try condition()
            guard takeSign(")") else { throw mistake("expected `)`, but found \(token.found)", nil) }
            return inner
        }
        if let quantity = try quantity() { return .quantity(quantity, try names()) }
        let name = try field()
        return try test(of: name)
    }

    // MARK: So many of these fields

    private mutating func quantity() throws(RuleMistake) -> RuleQuantity? {
        for quantity in RuleQuantity.allCases where quantity != .none {
            let words = quantity.rawValue.split(separator: " ").map(String.init)
            guard token.isWord(words[0]), isFollowed(by: words[1]) else { continue }
            let matched = words.indices.prefix { tokens[min(index + $0, tokens.count - 1)].isWord(words[$0]) }.count
            guard matched == words.count else { continue }
            index += words.count
            return quantity
        }
        for first in ["at", "exactly", "all"] where token.isWord(first) {
            guard case .word = tokens[min(index + 1, tokens.count - 1)].kind else { continue }
            guard !isFollowed(by: "is"), !isFollowed(by: "contains"), !isFollowed(by: "does") else { continue }
            let known = RuleQuantity.allCases.filter { $0 != .none }.map { "`\($0.rawValue)`" }
            throw mistake("\(token.found) begins nothing that is known", "known are " + known.joined(separator: ", "))
        }
        return nil
    }

    private func isFollowed(by word: String) -> Bool {
        tokens[min(index + 1, tokens.count - 1)].isWord(word)
    }

    private mutating func names() throws(RuleMistake) -> [RuleTree.Name] {
        var names = [try field()]
        while takeSign(",") { names.append(try field()) }
        if names.count == 1 {
            throw mistake(
                "one field alone is no choice", "write `,` between the names, or `\(names[0].text) is filled`")
        }
        return names
    }

    // MARK: One field

    private mutating func field() throws(RuleMistake) -> RuleTree.Name {
        let found = token
        switch found.kind {
        case .quotedName(let name):
            index += 1
            return RuleTree.Name(text: name, position: found.position)
        case .word(let name):
            guard !Self.keywords.contains(name) || startsTest(tokens[min(index + 1, tokens.count - 1)]) else { break }
            index += 1
            return RuleTree.Name(text: name, position: found.position)
        default: break
        }
        throw mistake(
            "expected the name of a field, but found \(found.found)",
            "such as `category is filled`; a field with the name of a keyword stands in `backquotes`")
    }

    /// Whether a token can stand behind the name of a field, so that a keyword before it must be meant as one.
    private func startsTest(_ token: RuleToken) -> Bool {
        switch token.kind {
        case .word(let word): ["is", "contains", "does"].contains(word)
        case .sign(let sign): RuleRelation(rawValue: sign) != nil
        default: false
        }
    }

    private mutating func test(of name: RuleTree.Name) throws(RuleMistake) -> RuleTree {
        if take("is") { return try state(of: name) }
        if take("contains") { return .contains(name, try literal()) }
        if take("does") {
            guard take("not"), take("contain") else {
                throw mistake("expected `not contain`, but found \(token.found)", nil)
            }
            return .not(.contains(name, try literal()))
        }
        if case .sign(let sign) = token.kind, let relation = RuleRelation(rawValue: sign) {
            index += 1
            return .comparison(name, relation, try operand())
        }
        let known = "`is filled`, `is empty`, `is true`, `is one of […]`, `contains …` or a comparison"
        throw mistake("expected what `\(name.text)` has to be, but found \(token.found)", "write \(known)")
    }

    private mutating func state(of name: RuleTree.Name) throws(RuleMistake) -> RuleTree {
        let isNegated = take("not")
        let tree: RuleTree
        if take("empty") {
            tree = .isEmpty(name)
        } else if take("filled") {
            tree = .not(.isEmpty(name))
        } else if take("true") {
            tree = .isBoolean(name, true)
        } else if take("false") {
            tree = .isBoolean(name, false)
        } else if take("one") {
            guard take("of") else { throw mistake("expected `of`, but found \(token.found)", nil) }
            tree = .isOneOf(name, try literals())
        } else {
            throw stateMistake()
        }
        return isNegated ? .not(tree) : tree
    }

    private func stateMistake() -> RuleMistake {
        let states = ["empty", "filled", "true", "false", "one of"]
        switch token.kind {
        case .text, .literal:
            return mistake("`is` is not for values", "write `= \(token.found.filter { $0 != "`" })`")
        case .word(let word):
            let meant = NearestText.find(word, among: states).map { "did you mean `is \($0)`?" }
            let known = "write `is empty`, `is filled`, `is true`, `is false` or `is one of […]`"
            return mistake("`is` cannot be followed by \(token.found)", meant ?? known)
        default:
            let known = "write `is empty`, `is filled`, `is true`, `is false` or `is one of […]`"
            return mistake("`is` cannot be followed by \(token.found)", known)
        }
    }

    // MARK: Values

    private mutating func operand() throws(RuleMistake) -> RuleTree.Operand {
        switch token.kind {
        case .word("true"), .word("false"):
            throw mistake("\(token.found) is not compared", "write `is \(token.found.filter { $0 != "`" })`")
        case .word, .quotedName: return .field(try field())
        default: return .literal(try literal())
        }
    }

    private mutating func literals() throws(RuleMistake) -> [RuleTree.Literal] {
        guard takeSign("[") else {
            throw mistake("expected `[`, but found \(token.found)", "write `is one of ['a', 'b']`")
        }
        var literals = [try literal()]
        while takeSign(",") { literals.append(try literal()) }
        guard takeSign("]") else { throw mistake("expected `,` or `]`, but found \(token.found)", nil) }
        return literals
    }

    private mutating func literal() throws(RuleMistake) -> RuleTree.Literal {
        let found = token
        switch found.kind {
        case .text(let text):
            index += 1
            return RuleTree.Literal(text: text, isQuoted: true, position: found.position)
        case .literal(let text):
            index += 1
            return RuleTree.Literal(text: text, isQuoted: false, position: found.position)
        case .word(let word):
            throw mistake("expected a value, but found \(found.found)", "put text in quotes: `'\(word)'`")
        default:
            throw mistake("expected a value, but found \(found.found)", "a text in quotes, a number or a date")
        }
    }

    private func surplus() -> RuleMistake {
        let words = ["and", "or", "then", "if"]
        if case .word(let word) = token.kind {
            if word == "then" { return mistake("`then` has no `if` before it", "begin the rule with `if`") }
            let meant = NearestText.find(word, among: words).map { "did you mean `\($0)`?" }
            return mistake("\(token.found) is too much", meant ?? "join conditions with `and` or `or`")
        }
        return mistake("\(token.found) is too much", "join conditions with `and` or `or`")
    }
}
