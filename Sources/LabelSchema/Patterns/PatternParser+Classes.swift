extension PatternParser {
    /// Deeper subtractions are refused, as groups are.
    private static let deepestSubtraction = 50

    /// Reads a character class from behind its `[` to behind its `]`.
    mutating func characterClass(openedAt start: Int, depth: Int = 0) throws(PatternProblem) -> ScalarSet {
        guard depth < Self.deepestSubtraction else { throw problem(at: start, "too many `-[` in each other") }
        let isNegated = skip("^")
        var ranges: [ClosedRange<UInt32>] = []
        var isEmpty = true
        var subtracted: ScalarSet?
        while true {
            guard let scalar = next else {
                throw problem(at: start, "`[` has no `]`", hint: "for the character itself write `\\[`")
            }
            if scalar == "]" {
                if isEmpty {
                    throw problem(at: start, "there is nothing in the brackets", hint: "write `\\]` for a `]`")
                }
                position += 1
                break
            }
            if scalar == "-", peek(1) == "[", !isEmpty {
                position += 2
                subtracted = try characterClass(openedAt: position - 1, depth: depth + 1)
                guard skip("]") else {
                    throw problem("behind `-[…]` there has to be a `]`", hint: "put the `-[…]` last")
                }
                break
            }
            ranges += try classPart()
            isEmpty = false
        }
        let listed = ScalarSet(ranges)
        let set = isNegated ? listed.inverted : listed
        return subtracted.map(set.subtracting) ?? set
    }

    /// Reads a character, a range or an escape that stands for several.
    private mutating func classPart() throws(PatternProblem) -> [ClosedRange<UInt32>] {
        let start = position
        let first: Unicode.Scalar
        switch try classAtom() {
        // A range cannot begin with several characters, so a `-` behind them is itself.
        case .set(let set): return set.ranges
        case .scalar(let scalar): first = scalar
        }
        guard next == "-", let after = peek(1), after != "]", after != "[" else { return [first.value...first.value] }
        position += 1
        guard case .scalar(let last) = try classAtom() else {
            let hint = "for the character `-` put it last, or write `\\-`"
            throw problem(at: start, "the range ends in an escape for several characters", hint: hint)
        }
        guard first <= last else {
            throw problem(at: start, "the range ends before it begins", hint: "for the character `-` write `\\-`")
        }
        return [first.value...last.value]
    }

    private mutating func classAtom() throws(PatternProblem) -> Escape {
        guard let scalar = next else {
            throw problem("the brackets have no `]`", hint: "for the character `[` write `\\[`")
        }
        switch scalar {
        case "\\": return try escape()
        case "[":
            if let kind = peek(1), [":", ".", "="].contains(kind) {
                throw problem(
                    "`[\(kind)` is not part of XML Schema's expressions", hint: "write `\\p{L}`, `\\p{Nd}`, …")
            }
            let hint = "for the character itself write `\\[`; `-[…]` takes characters away"
            throw problem("`[` stands within brackets", hint: hint)
        default:
            position += 1
            return .scalar(scalar)
        }
    }
}
