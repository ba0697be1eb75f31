/// Reads a regular expression of XML Schema (XSD 1.1 part 2, appendix G), and what others write that means the same.
///
/// Taken beyond the standard: `^` and `$` as anchors, groups that say they do not capture or have a name, lazy
/// quantifiers (a whole value matches or not, however it is searched), escaped punctuation, and characters by number.
struct PatternParser {
    /// Deeper groups are refused: reading them takes a stack frame each.
    private static let deepest = 200
    /// No value is so long that a larger count would mean something else.
    private static let largestCount = 1_000_000

    let scalars: [Unicode.Scalar]
    var position = 0
    private var depth = 0

    private init(_ source: String) {
        scalars = Array(source.unicodeScalars)
    }

    /// Reads a whole expression; anchors are resolved.
    static func parse(_ source: String) throws(PatternProblem) -> PatternNode {
        var parser = PatternParser(source)
        let node = try parser.choice()
        if parser.next != nil {
            throw parser.problem("`)` closes nothing", hint: "for the character itself write `\\)`")
        }
        return node.withoutAnchors()
    }

    // MARK: Reading on

    var next: Unicode.Scalar? { peek(0) }

    func peek(_ offset: Int) -> Unicode.Scalar? {
        position + offset < scalars.count ? scalars[position + offset] : nil
    }

    mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
        guard next == scalar else { return false }
        position += 1
        return true
    }

    /// A problem at a place, which is where the parser stands unless told otherwise.
    func problem(at place: Int? = nil, _ message: String, hint: String? = nil) -> PatternProblem {
        PatternProblem((place ?? position) + 1, message, hint: hint)
    }

    // MARK: Branches and pieces

    private mutating func choice() throws(PatternProblem) -> PatternNode {
        var branches = [try branch()]
        while skip("|") { branches.append(try branch()) }
        return branches.count == 1 ? branches[0] : .choice(branches)
    }

    private mutating func branch() throws(PatternProblem) -> PatternNode {
        var pieces: [PatternNode] = []
        while let scalar = next, scalar != "|", scalar != ")" {
            let atom = try atom(scalar)
            pieces.append(try quantified(atom))
        }
        return pieces.count == 1 ? pieces[0] : pieces.isEmpty ? .empty : .sequence(pieces)
    }

    private mutating func atom(_ first: Unicode.Scalar) throws(PatternProblem) -> PatternNode {
        switch first {
        case "(": return try group()
        case "[":
            position += 1
            return .scalar(try characterClass(openedAt: position - 1))
        case "\\":
            switch try escape() {
            case .scalar(let scalar): return .scalar(ScalarSet(scalar))
            case .set(let set): return .scalar(set)
            }
        case "]", "}":
            throw problem("`\(first)` closes nothing", hint: "for the character itself write `\\\(first)`")
        case "{":
            throw problem("`{` has nothing before it to repeat", hint: "for the character itself write `\\{`")
        case "?", "*", "+":
            let hint = "for the character itself write `\\\(first)`"
            throw problem("`\(first)` has nothing before it to repeat", hint: hint)
        default: break
        }
        position += 1
        return switch first {
        case ".": .scalar(.wildcard)
        case "^": .anchor(.start)
        case "$": .anchor(.end)
        default: .scalar(ScalarSet(first))
        }
    }

    // MARK: Groups

    private mutating func group() throws(PatternProblem) -> PatternNode {
        let start = position
        position += 1
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.deepest else {
            throw problem(at: start, "groups stand more than \(Self.deepest) deep in each other")
        }
        if skip("?") { try groupKind(start) }
        let node = try choice()
        guard skip(")") else {
            throw problem(at: start, "the group has no `)`", hint: "for the character itself write `\\(`")
        }
        return node
    }

    /// Reads what stands behind `(?`.
    private mutating func groupKind(_ start: Int) throws(PatternProblem) {
        if skip(":") { return }
        let named = skip("P")
        if next == "<", peek(1) != "=", peek(1) != "!" {
            position += 1
            while let scalar = next, scalar != ">", scalar != ")" { position += 1 }
            guard skip(">") else { throw problem(at: start, "the name of the group has no `>`") }
            return
        }
        let wanted: (what: String, hint: String)
        switch next {
        case "=" where !named, "!" where !named, "<" where !named:
            let hint = "say what the whole value may be, or use `enum` or a rule across columns for the rest"
            wanted = ("looking ahead or behind", hint)
        case "=",
            ">" where named:
            wanted = ("a reference back to a group", "write out what may stand there")
        case ">": wanted = ("an atomic group", "write `(…)`")
        case "#": wanted = ("a comment", "leave it out")
        case "(": wanted = ("a condition", "write a branch for each case: `(…|…)`")
        default: wanted = ("a flag", "write both cases, such as `[Aa]`")
        }
        throw problem(at: start, "\(wanted.what) is not part of XML Schema's expressions", hint: wanted.hint)
    }

    // MARK: Quantifiers

    private mutating func quantified(_ atom: PatternNode) throws(PatternProblem) -> PatternNode {
        let start = position
        var node = atom
        switch next {
        case "?": node = .repetition(atom, least: 0, most: 1)
        case "*": node = .repetition(atom, least: 0, most: nil)
        case "+": node = .repetition(atom, least: 1, most: nil)
        case "{":
            position += 1
            node = try counted(atom, start)
        default: return atom
        }
        if scalars[start] != "{" { position += 1 }
        _ = skip("?")
        switch next {
        case "+":
            throw problem("`+` stands behind another quantifier", hint: "leave it out, or put the first into a group")
        case "*", "?", "{":
            throw problem("two quantifiers follow each other", hint: "put the first with what it repeats into a group")
        default: return node
        }
    }

    private mutating func counted(_ atom: PatternNode, _ start: Int) throws(PatternProblem) -> PatternNode {
        guard let least = try count() else {
            if next == "," {
                throw problem(at: start, "`{,` has no lower number", hint: "write `{0,…}`")
            }
            let hint = "write `{2}`, `{2,}` or `{2,5}`; for the character itself `\\{`"
            throw problem(at: start, "`{` is followed by no number", hint: hint)
        }
        var most: Int? = least
        if skip(",") { most = try count() }
        guard skip("}") else {
            throw problem(at: start, "the quantifier has no `}`", hint: "write `{2}`, `{2,}` or `{2,5}`")
        }
        if let most, most < least {
            throw problem(at: start, "`{\(least),\(most)}` asks for at least \(least) and at most \(most)")
        }
        return .repetition(atom, least: least, most: most)
    }

    private mutating func count() throws(PatternProblem) -> Int? {
        let start = position
        var number = 0
        while let scalar = next, ("0"..."9").contains(scalar) {
            number = min(number * 10 + Int(scalar.value - 0x30), Self.largestCount + 1)
            position += 1
        }
        guard number <= Self.largestCount else {
            throw problem(at: start, "the number is too large", hint: "use `maxLength`")
        }
        return position > start ? number : nil
    }
}
