/// How two values may stand to each other.
enum RuleRelation: String, CaseIterable, Sendable {
    case equal = "="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="

    /// Whether it asks for more than being the same or not.
    var needsOrder: Bool {
        self != .equal && self != .notEqual
    }

    /// The relation that holds exactly where this one does not.
    var opposite: RuleRelation {
        switch self {
        case .equal: .notEqual
        case .notEqual: .equal
        case .less: .greaterOrEqual
        case .lessOrEqual: .greater
        case .greater: .lessOrEqual
        case .greaterOrEqual: .less
        }
    }

    /// Whether it holds for an order: -1, 0 or 1.
    @inline(__always)
    func holds(_ order: Int) -> Bool {
        switch self {
        case .equal: order == 0
        case .notEqual: order != 0
        case .less: order < 0
        case .lessOrEqual: order <= 0
        case .greater: order > 0
        case .greaterOrEqual: order >= 0
        }
    }
}

/// How many of some fields have to be filled.
enum RuleQuantity: String, CaseIterable, Sendable {
    case atLeastOne = "at least one of"
    case exactlyOne = "exactly one of"
    case atMostOne = "at most one of"
    case allOrNone = "all or none of"
    /// Only ever the opposite of `atLeastOne`.
    case none = "none of"

    @inline(__always)
    func holds(filled: Int, of count: Int) -> Bool {
        switch self {
        case .atLeastOne: filled > 0
        case .exactlyOne: filled == 1
        case .atMostOne: filled <= 1
        case .allOrNone: filled == 0 || filled == count
        case .none: filled == 0
        }
    }
}

/// A rule as it was written, before anything is known of the fields it names.
indirect enum RuleTree {
    /// The name of a field and where it stands.
    struct Name {
        var text: String
        var position: Int
    }

    /// A value given in the rule.
    struct Literal {
        var text: String
        /// Whether it stood in quotes.
        var isQuoted: Bool
        var position: Int
    }

    enum Operand {
        case field(Name)
        case literal(Literal)
    }

    case isEmpty(Name)
    case isBoolean(Name, Bool)
    case comparison(Name, RuleRelation, Operand)
    case isOneOf(Name, [Literal])
    case contains(Name, Literal)
    case quantity(RuleQuantity, [Name])
    case not(RuleTree)
    case and(RuleTree, RuleTree)
    case or(RuleTree, RuleTree)
    /// If the first holds, the second must.
    case implication(RuleTree, RuleTree)
}
