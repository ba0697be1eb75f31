/// What a condition comes to.
///
/// A comparison with a field that has no value is neither true nor false, and a rule is broken only where it is false:
/// `start <= end` asks nothing of a row that has no end.
enum RuleTruth: Int8, Comparable {
    case no, unknown, yes

    init(_ flag: Bool) {
        self = flag ? .yes : .no
    }

    static func < (first: RuleTruth, second: RuleTruth) -> Bool {
        first.rawValue < second.rawValue
    }

    static prefix func ! (truth: RuleTruth) -> RuleTruth {
        switch truth {
        case .no: .yes
        case .unknown: .unknown
        case .yes: .no
        }
    }
}

/// The values of one row: canonical JSON, and for each place where its value stands; an empty range is no value.
struct RuleValues {
    let bytes: UnsafeBufferPointer<UInt8>
    let ranges: UnsafeBufferPointer<Range<Int>>

    @inline(__always)
    func isEmpty(_ place: Int) -> Bool {
        ranges[place].isEmpty
    }

    @inline(__always)
    subscript(place: Int) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: bytes[ranges[place]])
    }
}

/// A rule made ready for rows: conditions over places, held in one array so that judging a row allocates nothing.
struct RuleProgram: Sendable {
    /// How values are compared.
    enum Order: Sendable {
        /// As bytes: text, of which only equality is asked.
        case bytes
        case number
        /// Dates and times of one type, as `ValueOrder` has them.
        case time
    }

    /// A condition. Operands of conditions are places in `nodes`; fields are places among a row's values.
    enum Node: Sendable {
        case isEmpty(Int)
        case isBoolean(Int, Bool)
        case comparesLiteral(Int, RuleRelation, Order, literal: Int)
        case comparesFields(Int, RuleRelation, Order, Int)
        case isOneOf(Int, set: Int)
        case contains(Int, literal: Int)
        case quantity(RuleQuantity, fields: Int)
        case not(Int)
        case and(Int, Int)
        case or(Int, Int)
        case implies(Int, Int)
    }

    /// The last one is the rule.
    private(set) var nodes: [Node] = []
    /// Values given in the rule, as canonical JSON.
    private var literals: [[UInt8]] = []
    private var sets: [ByteLookup] = []
    private var groups: [[Int]] = []

    /// Adds a condition; its operands have been added before.
    mutating func add(_ node: Node) -> Int {
        nodes.append(node)
        return nodes.count - 1
    }

    mutating func add(literal json: [UInt8]) -> Int {
        literals.append(json)
        return literals.count - 1
    }

    mutating func add(set: ByteLookup) -> Int {
        sets.append(set)
        return sets.count - 1
    }

    mutating func add(group places: [Int]) -> Int {
        groups.append(places)
        return groups.count - 1
    }

    /// The same rule for values that stand in other places.
    ///
    /// - Parameter places: For each place so far, the new one.
    func moved(to places: [Int]) -> RuleProgram {
        var moved = self
        moved.nodes = nodes.map { node in
            switch node {
            case .isEmpty(let field): .isEmpty(places[field])
            case .isBoolean(let field, let flag): .isBoolean(places[field], flag)
            case .comparesLiteral(let field, let relation, let order, let literal):
                .comparesLiteral(places[field], relation, order, literal: literal)
            case .comparesFields(let first, let relation, let order, let second):
                .comparesFields(places[first], relation, order, places[second])
            case .isOneOf(let field, let set): .isOneOf(places[field], set: set)
            case .contains(let field, let literal): .contains(places[field], literal: literal)
            case .quantity, .not, .and, .or, .implies: node
            }
        }
        moved.groups = groups.map { $0.map { places[$0] } }
        return moved
    }

    /// Whether a row keeps the rule; `unknown` counts as kept.
    func judge(_ values: RuleValues) -> RuleTruth {
        truth(nodes.count - 1, values)
    }

    private func truth(_ place: Int, _ values: RuleValues) -> RuleTruth {
        switch nodes[place] {
        case .isEmpty(let field): return RuleTruth(values.isEmpty(field))
        case .isBoolean(let field, let flag):
            if values.isEmpty(field) { return .unknown }
            return RuleTruth((values[field].first == UInt8(ascii: "t")) == flag)
        case .comparesLiteral(let field, let relation, let order, let literal):
            if values.isEmpty(field) { return .unknown }
            return literals[literal].withUnsafeBufferPointer { compare(values[field], relation, order, $0) }
        case .comparesFields(let first, let relation, let order, let second):
            if values.isEmpty(first) || values.isEmpty(second) { return .unknown }
            return compare(values[first], relation, order, values[second])
        case .isOneOf(let field, let set):
            if values.isEmpty(field) { return .unknown }
            return RuleTruth(sets[set].index(of: values[field]) != nil)
        case .contains(let field, let literal):
            // A list without items holds nothing: that is known.
            if values.isEmpty(field) { return .no }
            return literals[literal].withUnsafeBufferPointer { item in
                RuleTruth(ValueOrder.list(values[field], contains: item))
            }
        case .quantity(let quantity, let group):
            var filled = 0
            for field in groups[group] where !values.isEmpty(field) { filled += 1 }
            return RuleTruth(quantity.holds(filled: filled, of: groups[group].count))
        case .not(let inner): return !truth(inner, values)
        case .and(let first, let second): return min(truth(first, values), truth(second, values))
        case .or(let first, let second): return max(truth(first, values), truth(second, values))
        case .implies(let premise, let conclusion):
            let premise = truth(premise, values)
            return premise == .no ? .yes : max(!premise, truth(conclusion, values))
        }
    }

    private func compare(
        _ first: UnsafeBufferPointer<UInt8>, _ relation: RuleRelation, _ order: Order,
        _ second: UnsafeBufferPointer<UInt8>
    ) -> RuleTruth {
        let found: Int? =
            switch order {
            case .bytes: first.elementsEqual(second) ? 0 : 1
            case .number: ValueOrder.numbers(first, second)
            case .time: ValueOrder.times(first, second)
            }
        return found.map { RuleTruth(relation.holds($0)) } ?? .unknown
    }
}

/// The order of values in canonical JSON.
enum ValueOrder {
    /// -1, 0 or 1; nil if one of them is no number.
    static func numbers(_ first: UnsafeBufferPointer<UInt8>, _ second: UnsafeBufferPointer<UInt8>) -> Int? {
        if let first = NumberText.integer(first), let second = NumberText.integer(second) {
            return first < second ? -1 : first > second ? 1 : 0
        }
        guard let first = NumberText.double(first), let second = NumberText.double(second) else { return nil }
        return first < second ? -1 : first > second ? 1 : 0
    }

    /// The order of two dates or times of one type, in quotes.
    ///
    /// - Returns: -1, 0 or 1; nil for a local time and one of UTC, which have no order.
    static func times(_ first: UnsafeBufferPointer<UInt8>, _ second: UnsafeBufferPointer<UInt8>) -> Int? {
        guard first.count > 2, second.count > 2 else { return nil }
        let mark = UInt8(ascii: "Z")
        let isUTC = first[first.count - 2] == mark
        guard isUTC == (second[second.count - 2] == mark) else { return nil }
        // ISO texts of one type sort as bytes, but for the `Z` behind a fraction of a second.
        let end = isUTC ? 2 : 1
        let firstEnd = first.count - end
        let secondEnd = second.count - end
        var index = 1
        while index < firstEnd, index < secondEnd {
            if first[index] != second[index] { return first[index] < second[index] ? -1 : 1 }
            index += 1
        }
        return firstEnd == secondEnd ? 0 : firstEnd < secondEnd ? -1 : 1
    }

    /// Whether a JSON array of scalars has an item; both in canonical form.
    static func list(_ list: UnsafeBufferPointer<UInt8>, contains item: UnsafeBufferPointer<UInt8>) -> Bool {
        var start = 1
        while start < list.count - 1 {
            let end = itemEnd(list, from: start)
            if end - start == item.count, list[start..<end].elementsEqual(item) { return true }
            start = end + 1
        }
        return false
    }

    private static func itemEnd(_ list: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        var index = start
        var isInText = false
        while index < list.count - 1 {
            let byte = list[index]
            if isInText, byte == UInt8(ascii: "\\") {
                index += 1
            } else if byte == UInt8(ascii: "\"") {
                isInText.toggle()
            } else if !isInText, byte == UInt8(ascii: ",") {
                break
            }
            index += 1
        }
        return min(index, list.count - 1)
    }
}
