extension RuleWords {
    func japanese(premise: Clause, conclusion: Clause) -> String? {
        guard let demand = demand(conclusion) else { return nil }
        let state = state(premise)
        return state.text + (state.isNoun ? "のときは、" : "ときは、") + demand
    }

    func japanese(_ clause: Clause) -> String? {
        demand(clause)
    }

    // MARK: What is asked for

    private struct Demand {
        /// The phrase without its verb: 「X」を空欄に.
        var phrase: String
        /// し, as it stands before another demand.
        var joining = "し"
        /// する, as it stands before か.
        var plain = "する"
        /// してください, as it stands at the end.
        var polite = "してください"
    }

    private func demand(_ clause: Clause) -> String? {
        switch clause {
        case .test(let test):
            let demand = demand(test)
            return demand.phrase + demand.polite
        case .and(let parts):
            let isSimple = parts.map { if case .test = $0 { true } else { false } }
            var text = ""
            for (index, part) in parts.enumerated() {
                let isLast = index == parts.count - 1
                if case .test(let test) = part, !isLast, isSimple[index + 1] {
                    let demand = demand(test)
                    text += demand.phrase + demand.joining + "、"
                } else {
                    guard let sentence = demand(part) else { return nil }
                    text += sentence + (isLast ? "" : "。")
                }
            }
            return text
        case .or(let parts):
            var phrases: [String] = []
            for part in parts {
                guard case .test(let test) = part else { return nil }
                let demand = demand(test)
                phrases.append(demand.phrase + demand.plain)
            }
            return phrases.joined(separator: "か、") + "か、" + (parts.count == 2 ? "どちらか" : "いずれか") + "にしてください"
        }
    }

    private func demand(_ test: Test) -> Demand {
        switch test {
        case .empty(let title): return Demand(phrase: "「\(title)」を空欄に")
        case .filled(let title): return Demand(phrase: "「\(title)」を入力")
        case .boolean(let title, let word): return Demand(phrase: "「\(title)」を「\(word)」に")
        case .value(let title, let relation, let literal):
            return Demand(phrase: "「\(title)」を" + adverb(relation, shown(literal), literal.kind))
        case .field(let title, let relation, let other):
            return Demand(phrase: "「\(title)」を" + adverb(relation, shown(other), other.kind, isField: true))
        case .oneOf(let title, let isNegated, let values):
            return Demand(phrase: "「\(title)」を" + list(values) + (isNegated ? "以外に" : several(values) + "に"))
        case .contains(let title, false, let value):
            return Demand(phrase: "「\(title)」に「\(value)」を", joining: "入れ", plain: "入れる", polite: "入れてください")
        case .contains(let title, true, let value):
            return Demand(phrase: "「\(title)」から「\(value)」を", joining: "外し", plain: "外す", polite: "外してください")
        case .quantity(let quantity, let titles):
            let list = list(titles)
            switch quantity {
            case .atLeastOne: return Demand(phrase: "\(list)のうち、少なくとも一つを入力")
            case .exactlyOne: return Demand(phrase: "\(list)のうち、どれか一つだけを入力")
            case .atMostOne: return Demand(phrase: "\(list)のうち、入力は一つまでに")
            case .allOrNone: return Demand(phrase: "\(list)は、すべて入力するか、すべて空欄に")
            case .none: return Demand(phrase: "\(list)をすべて空欄に")
            }
        }
    }

    /// What a value has to become: 5 以上に, 「終了日」以前に.
    private func adverb(_ relation: RuleRelation, _ object: String, _ kind: RuleKind, isField: Bool = false) -> String {
        switch relation {
        case .equal: object + (isField ? "と同じに" : "に")
        case .notEqual: object + (isField ? "とは違う値に" : "以外に")
        case .less: object + (kind == .number ? "より小さく" : "より前に")
        case .lessOrEqual: object + (kind == .number ? "以下に" : "以前に")
        case .greater: object + (kind == .number ? "より大きく" : "より後に")
        case .greaterOrEqual: object + (kind == .number ? "以上に" : "以降に")
        }
    }

    // MARK: What is the case

    private struct State {
        var text: String
        /// Whether の stands between it and とき.
        var isNoun: Bool
    }

    private func state(_ clause: Clause, isInside: Bool = false) -> State {
        switch clause {
        case .test(let test): return state(test)
        case .and(let parts), .or(let parts):
            let isAnd = if case .and = clause { true } else { false }
            let states = parts.map { state($0, isInside: isAnd) }
            let text = states.map(\.text).joined(separator: isAnd ? "、かつ" : "、または")
            if isInside, !isAnd { return State(text: "（\(text)）", isNoun: true) }
            return State(text: text, isNoun: states.last?.isNoun ?? false)
        }
    }

    private func state(_ test: Test) -> State {
        switch test {
        case .empty(let title): return State(text: "「\(title)」が空欄", isNoun: true)
        case .filled(let title): return State(text: "「\(title)」が入力されている", isNoun: false)
        case .boolean(let title, let word): return State(text: "「\(title)」が「\(word)」", isNoun: true)
        case .value(let title, let relation, let literal):
            return state("「\(title)」が", relation, shown(literal), literal.kind)
        case .field(let title, let relation, let other):
            return state("「\(title)」が", relation, shown(other), other.kind, isField: true)
        case .oneOf(let title, let isNegated, let values):
            return State(text: "「\(title)」が" + list(values) + (isNegated ? "以外" : several(values)), isNoun: true)
        case .contains(let title, let isNegated, let value):
            return State(text: "「\(title)」に「\(value)」が" + (isNegated ? "ない" : "ある"), isNoun: false)
        case .quantity(let quantity, let titles):
            let list = list(titles)
            switch quantity {
            case .atLeastOne: return State(text: "\(list)の少なくとも一つが入力されている", isNoun: false)
            case .exactlyOne: return State(text: "\(list)の一つだけが入力されている", isNoun: false)
            case .atMostOne: return State(text: "\(list)の入力が一つまで", isNoun: true)
            case .allOrNone: return State(text: "\(list)がすべて入力済みか、すべて空欄", isNoun: true)
            case .none: return State(text: "\(list)がすべて空欄", isNoun: true)
            }
        }
    }

    private func state(
        _ subject: String, _ relation: RuleRelation, _ object: String, _ kind: RuleKind, isField: Bool = false
    ) -> State {
        switch relation {
        case .equal: State(text: subject + object + (isField ? "と同じ" : ""), isNoun: !isField)
        case .notEqual: State(text: subject + object + (isField ? "と違う" : "以外"), isNoun: !isField)
        case .less: State(text: subject + object + (kind == .number ? "より小さい" : "より前"), isNoun: kind != .number)
        case .lessOrEqual: State(text: subject + object + (kind == .number ? "以下" : "以前"), isNoun: true)
        case .greater: State(text: subject + object + (kind == .number ? "より大きい" : "より後"), isNoun: kind != .number)
        case .greaterOrEqual: State(text: subject + object + (kind == .number ? "以上" : "以降"), isNoun: true)
        }
    }

    // MARK: Values

    private func shown(_ literal: Literal) -> String {
        literal.kind == .number ? " \(literal.text) " : "「\(literal.text)」"
    }

    private func shown(_ other: Other) -> String {
        "「\(other.title)」（\(other.place)）"
    }

    private func list(_ texts: [String]) -> String {
        texts.map { "「\($0)」" }.joined()
    }

    private func several(_ values: [String]) -> String {
        values.count > 1 ? "のいずれか" : ""
    }
}
