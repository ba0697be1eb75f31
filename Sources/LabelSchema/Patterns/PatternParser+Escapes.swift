extension PatternParser {
    /// What an escape stands for.
    enum Escape {
        case scalar(Unicode.Scalar)
        case set(ScalarSet)
    }

    /// Reads an escape from its backslash on.
    mutating func escape() throws(PatternProblem) -> Escape {
        let start = position
        position += 1
        guard let scalar = next else {
            throw problem(at: start, "`\\` stands at the end", hint: "for the character itself write `\\\\`")
        }
        position += 1
        switch scalar {
        case "n": return .scalar("\n")
        case "r": return .scalar("\r")
        case "t": return .scalar("\t")
        case "f": return .scalar("\u{0C}")
        case "s": return .set(.space)
        case "S": return .set(ScalarSet.space.inverted)
        case "d": return .set(.digit)
        case "D": return .set(ScalarSet.digit.inverted)
        case "w": return .set(.word)
        case "W": return .set(ScalarSet.word.inverted)
        case "i": return .set(.nameStart)
        case "I": return .set(ScalarSet.nameStart.inverted)
        case "c": return .set(.name)
        case "C": return .set(ScalarSet.name.inverted)
        case "p": return .set(try property(start))
        case "P": return .set(try property(start).inverted)
        case "x": return .scalar(try numbered(start, digits: 2))
        case "u": return .scalar(try numbered(start, digits: 4))
        case "U": return .scalar(try numbered(start, digits: 8))
        default:
            // Letters are kept for meanings; all else may be escaped, needed or not.
            guard scalar.properties.isAlphabetic || scalar.properties.numericType != nil else {
                return .scalar(scalar)
            }
            throw unknownEscape(scalar, start)
        }
    }

    private func unknownEscape(_ scalar: Unicode.Scalar, _ start: Int) -> PatternProblem {
        let what = "`\\\(scalar)`"
        return switch scalar {
        case "1"..."9", "k", "g":
            problem(
                at: start, "\(what), a reference back to a group, is not part of XML Schema's expressions",
                hint: "write out what may stand there")
        case "A", "z", "Z", "G":
            problem(at: start, "\(what) is not needed: a pattern is of the whole value", hint: "leave it out")
        case "b", "B":
            problem(
                at: start, "\(what), the edge of a word, is not part of XML Schema's expressions",
                hint: "say what stands there, such as `\\s`")
        case "h", "H":
            problem(at: start, "\(what) is not known", hint: "write the spaces meant, such as `[ \\t\\u3000]`")
        case "R", "v", "V", "N":
            problem(at: start, "\(what) is not known", hint: "write the line ends meant, such as `\\r?\\n`")
        case "Q", "E":
            problem(at: start, "\(what) is not known", hint: "put a `\\` before each character that needs it")
        case "X": problem(at: start, "\(what) is not known", hint: "for any character write `.`")
        default:
            problem(
                at: start, "\(what) is not known",
                hint: "for the character itself write `\(scalar)`, for a backslash `\\\\`")
        }
    }

    /// Reads the hexadecimal number of a character: so many digits, or any in braces.
    private mutating func numbered(_ start: Int, digits: Int) throws(PatternProblem) -> Unicode.Scalar {
        let isBraced = skip("{")
        var text = ""
        while let scalar = next, scalar.properties.isASCIIHexDigit, text.count < (isBraced ? 8 : digits) {
            text.unicodeScalars.append(scalar)
            position += 1
        }
        let isWhole = isBraced ? skip("}") && !text.isEmpty : text.count == digits
        guard isWhole else {
            let hint = "write `\\x41`, `\\u3042`, `\\U0001F363` or `\\u{1F363}`"
            throw problem(at: start, "the number of the character is not complete", hint: hint)
        }
        guard let scalar = UInt32(text, radix: 16).flatMap(Unicode.Scalar.init) else {
            throw problem(at: start, "there is no character with the number \(text)")
        }
        return scalar
    }

    // MARK: Categories and blocks

    /// Reads what stands behind `\p`.
    private mutating func property(_ start: Int) throws(PatternProblem) -> ScalarSet {
        guard skip("{") else {
            throw problem(at: start, "`\\\(scalars[start + 1])` has no `{…}`", hint: "write `\\p{Lu}`")
        }
        var name = ""
        while let scalar = next, scalar != "}" {
            name.unicodeScalars.append(scalar)
            position += 1
        }
        guard skip("}") else { throw problem(at: start, "`\\p{` has no `}`") }
        if name.hasPrefix("Is") {
            if let range = UnicodeBlocks.ranges[String(name.dropFirst(2))] { return ScalarSet([range]) }
        } else if let set = ScalarSet.categories[name] {
            return set
        }
        throw problem(
            at: start, "“\(CellText.shown(name))” is no category or block of Unicode", hint: Self.likelyProperty(name))
    }

    private static func likelyProperty(_ name: String) -> String {
        if ["Han", "Script=Han", "sc=Han", "IsHan", "Ideographic"].contains(name) {
            return "write `[\\p{IsCJKUnifiedIdeographs}々]`"
        }
        let bare = name.split(separator: "=").last.map(String.init) ?? name
        let block = bare.hasPrefix("Is") || bare.hasPrefix("In") ? String(bare.dropFirst(2)) : bare
        let joined = String(block.filter { $0 != " " && $0 != "_" })
        if UnicodeBlocks.ranges[joined] != nil { return "did you mean `\\p{Is\(joined)}`?" }
        if let near = NearestText.find(joined, among: UnicodeBlocks.ranges.keys.sorted()), joined.count > 3 {
            return "did you mean `\\p{Is\(near)}`?"
        }
        return "categories are such as `L`, `Lu`, `Nd`; blocks such as `IsHiragana`"
    }
}
