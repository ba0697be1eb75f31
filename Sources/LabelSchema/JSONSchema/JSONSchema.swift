/// A JSON Schema (draft 2020-12), as far as it asserts something, ready for checking values.
struct JSONSchema: Sendable {
    /// What is wrong with a value.
    struct Problem {
        /// Where in the value, as a JSON pointer; empty for all of it.
        let path: String
        /// What is asked for there: `type: "integer"`.
        let rule: String
    }

    /// One assertion of a subschema.
    struct Rule: Sendable {
        /// The keyword and its value, for messages.
        let text: String
        let check: Check
    }

    /// What an assertion asks for; other subschemas are named by their place in `subschemas`.
    enum Check: Sendable {
        case never
        case kinds([JSONKind])
        case values(ByteLookup)
        case bound(JSONNumber, isUpper: Bool, isExclusive: Bool)
        case multipleOf(JSONNumber)
        case length(Int, isUpper: Bool)
        case pattern(ValuePattern)
        case itemCount(Int, isUpper: Bool)
        case uniqueItems
        case items(prefix: [Int], rest: Int?)
        case contains(Int, least: Int, most: Int?)
        case memberCount(Int, isUpper: Bool)
        case required([String])
        case members(JSONMemberRules)
        case names(Int)
        case dependentRequired([String: [String]])
        case dependentSchemas([String: Int])
        case allOf([Int])
        case anyOf([Int])
        case oneOf([Int])
        case not(Int)
        case conditional(condition: Int, then: Int?, otherwise: Int?)
        case reference(Int)
    }

    /// The assertions of each subschema; the first is the whole schema.
    var subschemas: [[Rule]]

    /// The same schema with patterns of its own.
    func copy() -> JSONSchema {
        JSONSchema(
            subschemas: subschemas.map { rules in
                rules.map { rule in
                    switch rule.check {
                    case .pattern(let pattern): Rule(text: rule.text, check: .pattern(pattern.copy()))
                    case .members(let members): Rule(text: rule.text, check: .members(members.copy()))
                    default: rule
                    }
                }
            })
    }
}

/// The rules for the members of an object.
struct JSONMemberRules: Sendable {
    var named: [String: Int] = [:]
    var patterns: [(pattern: ValuePattern, place: Int)] = []
    /// For members that neither a name nor a pattern is for.
    var others: Int?

    func copy() -> JSONMemberRules {
        var copy = self
        copy.patterns = patterns.map { ($0.pattern.copy(), $0.place) }
        return copy
    }
}

/// The kinds of values that JSON Schema tells apart.
enum JSONKind: String, Sendable, CaseIterable {
    case null, boolean, object, array, number, string, integer

    func accepts(_ node: SchemaNode) -> Bool {
        switch (self, node.value) {
        case (.null, .null), (.boolean, .boolean), (.object, .mapping), (.array, .list), (.number, .number),
            (.string, .string):
            true
        case (.integer, .number(let literal)): JSONNumber(literal).isWhole
        default: false
        }
    }
}

/// A number of a JSON value, compared as exactly as its digits allow.
struct JSONNumber: Sendable {
    private let whole: Int64?
    private let value: Double
    private let literal: String

    init(_ literal: String) {
        self.literal = literal
        whole = Int64(literal)
        value = Double(literal) ?? 0
    }

    var isWhole: Bool { whole != nil || value == value.rounded() }

    /// -1, 0 or 1.
    func order(_ other: JSONNumber) -> Int {
        if let whole, let otherWhole = other.whole { return whole < otherWhole ? -1 : whole > otherWhole ? 1 : 0 }
        return value < other.value ? -1 : value > other.value ? 1 : 0
    }

    var isPositive: Bool { value > 0 }

    /// Whether this number is another one so many times, in decimal digits: 0.3 is 0.1 three times.
    func isMultiple(of other: JSONNumber) -> Bool {
        guard let (digits, exponent) = decimal, let (otherDigits, otherExponent) = other.decimal, otherDigits != 0
        else { return value.remainder(dividingBy: other.value) == 0 }
        let common = min(exponent, otherExponent)
        guard let scaled = Self.scaled(digits, exponent - common),
            let otherScaled = Self.scaled(otherDigits, otherExponent - common)
        else { return value.remainder(dividingBy: other.value) == 0 }
        return scaled % otherScaled == 0
    }

    private static func scaled(_ digits: Int64, _ exponent: Int) -> Int64? {
        guard exponent <= 18 else { return nil }
        var scaled = digits
        for _ in 0..<exponent {
            let (product, overflow) = scaled.multipliedReportingOverflow(by: 10)
            if overflow { return nil }
            scaled = product
        }
        return scaled
    }

    /// The number as digits and a power of ten.
    private var decimal: (digits: Int64, exponent: Int)? {
        let parts = literal.split(whereSeparator: { $0 == "e" || $0 == "E" })
        guard let mantissa = parts.first else { return nil }
        let exponent = parts.count > 1 ? Int(parts[1]) : 0
        let pieces = mantissa.split(separator: ".", omittingEmptySubsequences: false)
        guard let exponent, let digits = Int64(pieces.joined()) else { return nil }
        return (digits, exponent - (pieces.count > 1 ? pieces[1].count : 0))
    }
}
