/// Says in words what a rule asks for: the usual message of a row that breaks it.
///
/// What is said is a template: `{value.NAME}` stands for the value of a field in the row at hand, and a brace that
/// stands in a title or a value is doubled.
struct RuleWords {
    /// A test of fields without `not`, `and` and `or` around it.
    enum Test {
        case empty(String)
        case filled(String)
        /// A field and the word for its value.
        case boolean(String, word: String)
        case value(String, RuleRelation, Literal)
        case field(String, RuleRelation, Other)
        case oneOf(String, isNegated: Bool, [String])
        case contains(String, isNegated: Bool, String)
        case quantity(RuleQuantity, [String])
    }

    struct Literal {
        var text: String
        var kind: RuleKind
    }

    /// A field that another is compared with.
    struct Other {
        /// Its title.
        var title: String
        /// The place of its value in a template.
        var place: String
        var kind: RuleKind
    }

    indirect enum Clause {
        case test(Test)
        case and([Clause])
        case or([Clause])
    }

    let language: MessageLanguage
    let fields: [LabelField]
    /// The field in whose cell the message stands.
    let anchor: String

    /// What a rule asks for, or nil where the sentence as it was written says it better.
    ///
    /// - Parameter tree: A rule without mistakes.
    /// - Returns: One or more sentences, without the stop of the last.
    func sentence(_ tree: RuleTree) -> String? {
        if case .implication(let premise, let conclusion) = tree {
            guard let premise = clause(premise, isNegated: false),
                let conclusion = clause(conclusion, isNegated: false)
            else { return nil }
            return language == .ja
                ? japanese(premise: premise, conclusion: conclusion)
                : english(premise: premise, conclusion: conclusion)
        }
        guard let clause = clause(tree, isNegated: false) else { return nil }
        return language == .ja ? japanese(clause) : english(clause)
    }

    /// Whether a rule asks something of the cell in which its message stands, so that it helps to quote the cell.
    func isAboutAnchor(_ tree: RuleTree) -> Bool {
        switch tree {
        case .implication(_, let conclusion): isAboutAnchor(conclusion)
        case .not(let inner): isAboutAnchor(inner)
        case .isEmpty(let name), .isBoolean(let name, _), .isOneOf(let name, _), .contains(let name, _):
            name.text == anchor
        case .comparison(let name, _, .literal): name.text == anchor
        case .comparison(let name, _, .field(let other)): name.text == anchor || other.text == anchor
        case .quantity, .and, .or: false
        }
    }

    // MARK: From what was written to what is said

    /// The clause, with every `not` taken down to the tests; nil if one of them has no opposite that could be said.
    private func clause(_ tree: RuleTree, isNegated: Bool) -> Clause? {
        switch tree {
        case .not(let inner): return clause(inner, isNegated: !isNegated)
        case .and(let first, let second): return joined(first, second, isNegated: isNegated, isAnd: !isNegated)
        case .or(let first, let second): return joined(first, second, isNegated: isNegated, isAnd: isNegated)
        case .implication: return nil
        case .isEmpty(let name): return .test(isNegated ? .filled(title(name.text)) : .empty(title(name.text)))
        case .isBoolean(let name, let flag):
            return .test(.boolean(title(name.text), word: word(name.text, flag != isNegated)))
        case .comparison(let name, let relation, let operand):
            return .test(comparison(name.text, isNegated ? relation.opposite : relation, operand))
        case .isOneOf(let name, let literals):
            return .test(.oneOf(title(name.text), isNegated: isNegated, literals.map { escaped($0.text) }))
        case .contains(let name, let literal):
            return .test(.contains(title(name.text), isNegated: isNegated, escaped(literal.text)))
        case .quantity(let quantity, let names):
            let said: RuleQuantity? = !isNegated ? quantity : quantity == .atLeastOne ? RuleQuantity.none : nil
            return said.map { .test(.quantity($0, names.map { title($0.text) })) }
        }
    }

    private func joined(_ first: RuleTree, _ second: RuleTree, isNegated: Bool, isAnd: Bool) -> Clause? {
        guard let first = clause(first, isNegated: isNegated), let second = clause(second, isNegated: isNegated)
        else { return nil }
        let parts = [first, second].flatMap { clause in
            switch clause {
            case .and(let parts) where isAnd: parts
            case .or(let parts) where !isAnd: parts
            default: [clause]
            }
        }
        return isAnd ? .and(parts) : .or(parts)
    }

    /// A comparison, turned round if it is the second field's cell that the message stands in.
    private func comparison(_ name: String, _ relation: RuleRelation, _ operand: RuleTree.Operand) -> Test {
        let kind = field(name).map { RuleKind($0.type) } ?? .other
        switch operand {
        case .literal(let literal):
            return .value(title(name), relation, Literal(text: escaped(literal.text), kind: kind))
        case .field(let other):
            let isTurned = other.text == anchor
            let (subject, object) = isTurned ? (other.text, name) : (name, other.text)
            let place = "{value.\(object)}"
            let said = Other(title: title(object), place: place, kind: kind)
            return .field(title(subject), isTurned ? relation.mirrored : relation, said)
        }
    }

    private func field(_ name: String) -> LabelField? {
        fields.first { $0.name == name }
    }

    private func title(_ name: String) -> String {
        escaped(field(name)?.title(language) ?? name)
    }

    private func word(_ name: String, _ flag: Bool) -> String {
        guard let field = field(name) else { return "\(flag)" }
        return escaped((flag ? field.trueValues : field.falseValues).first ?? "\(flag)")
    }

    private func escaped(_ text: String) -> String {
        CellText.shown(text).replacing("{", with: "{{").replacing("}", with: "}}")
    }
}

extension RuleRelation {
    /// The relation of the second value to the first.
    var mirrored: RuleRelation {
        switch self {
        case .equal, .notEqual: self
        case .less: .greater
        case .lessOrEqual: .greaterOrEqual
        case .greater: .less
        case .greaterOrEqual: .lessOrEqual
        }
    }
}
