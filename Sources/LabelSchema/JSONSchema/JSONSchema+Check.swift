/// Checking values.
extension JSONSchema {
    /// The first thing that is wrong with a value whose numbers are in their one form; nil if nothing is.
    func problem(of node: SchemaNode) -> Problem? {
        problem(of: node, 0, path: "")
    }

    private func accepts(_ node: SchemaNode, _ place: Int) -> Bool {
        problem(of: node, place, path: "") == nil
    }

    private func problem(of node: SchemaNode, _ place: Int, path: String) -> Problem? {
        for rule in subschemas[place] {
            if let problem = problem(of: node, rule, path) { return problem }
        }
        return nil
    }

    private func problem(of node: SchemaNode, _ rule: Rule, _ path: String) -> Problem? {
        switch rule.check {
        case .allOf(let places):
            for place in places {
                if let problem = problem(of: node, place, path: path) { return problem }
            }
            return nil
        case .reference(let place): return problem(of: node, place, path: path)
        case .conditional(let condition, let then, let otherwise):
            guard let place = accepts(node, condition) ? then : otherwise else { return nil }
            return problem(of: node, place, path: path)
        case .items(let prefix, let rest): return itemProblem(node, prefix, rest, path)
        case .members(let members): return memberProblem(node, members, path)
        case .required(let names):
            guard let members = node.memberList else { return nil }
            let missing = names.first { name in !members.contains { $0.name == name } }
            return missing.map { Problem(path: path, rule: "required: " + Self.quoted($0)) }
        case .dependentSchemas(let places):
            for member in node.memberList ?? [] {
                if let place = places[member.name], let problem = problem(of: node, place, path: path) {
                    return problem
                }
            }
            return nil
        default: return holds(rule.check, node) ? nil : Problem(path: path, rule: rule.text)
        }
    }

    /// Whether an assertion holds that looks at a value as a whole.
    private func holds(_ check: Check, _ node: SchemaNode) -> Bool {
        switch check {
        case .never: return false
        case .kinds(let kinds): return kinds.contains { $0.accepts(node) }
        case .values(let values):
            return JSONValueText.bytes(node).withUnsafeBufferPointer { values.index(of: $0) != nil }
        case .anyOf(let places): return places.contains { accepts(node, $0) }
        case .oneOf(let places): return places.filter { accepts(node, $0) }.count == 1
        case .not(let place): return !accepts(node, place)
        default: break
        }
        switch node.value {
        case .number(let literal): return holds(check, JSONNumber(literal))
        case .string(let text): return holds(check, text)
        case .list(let items): return holds(check, items)
        case .mapping(let members): return holds(check, members)
        case .null, .boolean: return true
        }
    }

    private func holds(_ check: Check, _ number: JSONNumber) -> Bool {
        switch check {
        case .bound(let limit, let isUpper, let isExclusive):
            let order = number.order(limit)
            return order == (isUpper ? -1 : 1) || (order == 0 && !isExclusive)
        case .multipleOf(let factor): return number.isMultiple(of: factor)
        default: return true
        }
    }

    private func holds(_ check: Check, _ text: String) -> Bool {
        switch check {
        case .length(let limit, let isUpper):
            let count = text.unicodeScalars.count
            return isUpper ? count <= limit : count >= limit
        case .pattern(let pattern): return Self.matches(pattern, text)
        default: return true
        }
    }

    private static func matches(_ pattern: ValuePattern, _ text: String) -> Bool {
        var text = text
        return text.withUTF8 { pattern.matches($0) }
    }

    private func holds(_ check: Check, _ items: [SchemaNode]) -> Bool {
        switch check {
        case .itemCount(let limit, let isUpper): return isUpper ? items.count <= limit : items.count >= limit
        case .uniqueItems: return Set(items.map(JSONValueText.bytes)).count == items.count
        case .contains(let place, let least, let most):
            let count = items.filter { accepts($0, place) }.count
            return count >= least && most.map { count <= $0 } ?? true
        default: return true
        }
    }

    private func holds(_ check: Check, _ members: [SchemaMember]) -> Bool {
        switch check {
        case .memberCount(let limit, let isUpper):
            return isUpper ? members.count <= limit : members.count >= limit
        case .names(let place):
            return members.allSatisfy { accepts(SchemaNode(value: .string($0.name), line: 0), place) }
        case .dependentRequired(let names):
            let present = Set(members.map(\.name))
            return members.allSatisfy { member in (names[member.name] ?? []).allSatisfy(present.contains) }
        default: return true
        }
    }

    private func itemProblem(_ node: SchemaNode, _ prefix: [Int], _ rest: Int?, _ path: String) -> Problem? {
        for (index, item) in (node.itemList ?? []).enumerated() {
            guard let place = index < prefix.count ? prefix[index] : rest else { break }
            if let problem = problem(of: item, place, path: "\(path)/\(index)") { return problem }
        }
        return nil
    }

    private func memberProblem(_ node: SchemaNode, _ rules: JSONMemberRules, _ path: String) -> Problem? {
        for member in node.memberList ?? [] {
            var places = rules.named[member.name].map { [$0] } ?? []
            places += rules.patterns.filter { Self.matches($0.pattern, member.name) }.map(\.place)
            if places.isEmpty, let others = rules.others { places = [others] }
            let escaped = member.name.split(separator: "~", omittingEmptySubsequences: false).joined(separator: "~0")
                .split(separator: "/", omittingEmptySubsequences: false).joined(separator: "~1")
            for place in places {
                if let problem = problem(of: member.value, place, path: "\(path)/\(escaped)") { return problem }
            }
        }
        return nil
    }

    static func quoted(_ text: String) -> String {
        String(decoding: JSONText.string(text), as: UTF8.self)
    }
}
