extension RuleWords {
    func english(premise: Clause, conclusion: Clause) -> String? {
        "When \(clause(premise, isDemand: false)), \(clause(conclusion, isDemand: true))"
    }

    func english(_ clause: Clause) -> String? {
        let text = self.clause(clause, isDemand: true)
        return text.prefix(1).uppercased() + text.dropFirst()
    }

    private func clause(_ clause: Clause, isDemand: Bool, isInside: Bool = false) -> String {
        switch clause {
        case .test(let test): return words(test, isDemand: isDemand)
        case .and(let parts):
            let last = parts.count - 1
            let texts = parts.map { self.clause($0, isDemand: isDemand, isInside: true) }
            return texts[..<last].joined(separator: ", ") + " and " + texts[last]
        case .or(let parts):
            let last = parts.count - 1
            let texts = parts.map { self.clause($0, isDemand: isDemand) }
            let text = texts[..<last].joined(separator: ", ") + (isDemand ? ", or " : " or ") + texts[last]
            return isInside ? "(\(text))" : text
        }
    }

    private func words(_ test: Test, isDemand: Bool) -> String {
        let verb = isDemand ? "must be" : "is"
        let negated = isDemand ? "must not be" : "is not"
        switch test {
        case .empty(let title): return "“\(title)” \(verb) empty"
        case .filled(let title): return "“\(title)” \(verb) filled in"
        case .boolean(let title, let word): return "“\(title)” \(verb) “\(word)”"
        case .value(let title, .notEqual, let literal): return "“\(title)” \(negated) \(shown(literal))"
        case .value(let title, let relation, let literal):
            return "“\(title)” \(verb) " + comparison(relation, shown(literal), literal.kind)
        case .field(let title, let relation, let other):
            return "“\(title)” " + comparison(relation, other, verb, negated)
        case .oneOf(let title, let isNegated, let values):
            return "“\(title)” \(isNegated ? negated : verb) " + values.map { "“\($0)”" }.joined(separator: " or ")
        case .contains(let title, false, let value):
            return "“\(title)” \(isDemand ? "must contain" : "contains") “\(value)”"
        case .contains(let title, true, let value):
            return "“\(title)” \(isDemand ? "must not contain" : "does not contain") “\(value)”"
        case .quantity(let quantity, let titles):
            let list = titles.map { "“\($0)”" }.joined(separator: ", ")
            switch quantity {
            case .atLeastOne: return "at least one of \(list) \(verb) filled in"
            case .exactlyOne: return "exactly one of \(list) \(verb) filled in"
            case .atMostOne: return "at most one of \(list) \(isDemand ? "may be" : "is") filled in"
            case .allOrNone: return "either all of \(list) or none of them \(verb) filled in"
            case .none: return "none of \(list) \(isDemand ? "may be" : "is") filled in"
            }
        }
    }

    private func comparison(_ relation: RuleRelation, _ object: String, _ kind: RuleKind) -> String {
        switch relation {
        case .equal, .notEqual: object
        case .less: (kind == .number ? "less than " : "before ") + object
        case .lessOrEqual: object + (kind == .number ? " or less" : " or earlier")
        case .greater: (kind == .number ? "more than " : "after ") + object
        case .greaterOrEqual: object + (kind == .number ? " or more" : " or later")
        }
    }

    private func comparison(_ relation: RuleRelation, _ other: Other, _ verb: String, _ negated: String) -> String {
        let object = "“\(other.title)” (\(other.place))"
        switch relation {
        case .equal: return "\(verb) the same as \(object)"
        case .notEqual: return "\(negated) the same as \(object)"
        case .less: return "\(verb) \(other.kind == .number ? "less than" : "before") \(object)"
        case .lessOrEqual:
            return other.kind == .number ? "\(verb) at most \(object)" : "\(negated) after \(object)"
        case .greater: return "\(verb) \(other.kind == .number ? "more than" : "after") \(object)"
        case .greaterOrEqual:
            return other.kind == .number ? "\(verb) at least \(object)" : "\(negated) before \(object)"
        }
    }

    private func shown(_ literal: Literal) -> String {
        switch literal.kind {
        case .number, .time: literal.text
        case .text, .boolean, .list, .other: "“\(literal.text)”"
        }
    }
}
