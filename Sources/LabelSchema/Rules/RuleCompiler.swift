/// A field as the compiler of a rule has to know it.
struct RuleField {
    var name: String
    /// Its header texts, by which a rule might name it by mistake.
    var headerTexts: [String]
    /// Nil if there is a mistake in it; the rule is then checked as far as it goes without.
    var reader: FieldReader?
}

/// Makes a rule ready for rows, and finds what is wrong with it.
struct RuleCompiler {
    let fields: [RuleField]
    private(set) var mistakes: [RuleMistake] = []
    private(set) var program = RuleProgram()
    /// Places of the fields that the rule names, in the order in which it names them.
    private(set) var named: [Int] = []

    init(_ fields: [RuleField]) {
        self.fields = fields
    }

    /// Adds a rule or a part of one.
    ///
    /// - Parameter tree: What was written.
    /// - Returns: Its place among the nodes, or nil if there is a mistake in it.
    mutating func add(_ tree: RuleTree) -> Int? {
        switch tree {
        case .isEmpty(let name): return resolve(name).map { program.add(.isEmpty($0)) }
        case .isBoolean(let name, let flag): return addBoolean(name, flag)
        case .comparison(let name, let relation, .literal(let literal)):
            return addComparison(name, relation, literal)
        case .comparison(let name, let relation, .field(let other)): return addComparison(name, relation, other)
        case .isOneOf(let name, let literals): return addChoice(name, literals)
        case .contains(let name, let literal): return addContains(name, literal)
        case .quantity(let quantity, let names):
            var places: [Int] = []
            for name in names {
                guard let place = resolve(name) else { continue }
                if places.contains(place) {
                    add(name.position, "`\(name.text)` stands there twice", "keep one of them")
                }
                places.append(place)
            }
            guard places.count == names.count else { return nil }
            return program.add(.quantity(quantity, fields: program.add(group: places)))
        case .not(let inner): return add(inner).map { program.add(.not($0)) }
        case .and(let first, let second): return add(first, second, RuleProgram.Node.and)
        case .or(let first, let second): return add(first, second, RuleProgram.Node.or)
        case .implication(let first, let second): return add(first, second, RuleProgram.Node.implies)
        }
    }

    private mutating func add(
        _ first: RuleTree, _ second: RuleTree, _ node: (Int, Int) -> RuleProgram.Node
    ) -> Int? {
        let first = add(first)
        let second = add(second)
        guard let first, let second else { return nil }
        return program.add(node(first, second))
    }

    private mutating func add(_ position: Int, _ problem: String, _ hint: String?) {
        mistakes.append(RuleMistake(position: position, problem: problem, hint: hint))
    }

    // MARK: Fields

    private mutating func resolve(_ name: RuleTree.Name) -> Int? {
        guard let place = fields.firstIndex(where: { $0.name == name.text }) else {
            let titles = fields.flatMap { field in field.headerTexts.map { ($0, field.name) } }
            let near = NearestText(fields.map { ($0.name, $0.name) } + titles).find(name.text)
            let known = "fields are " + fields.map { "`\(CellText.shown($0.name))`" }.joined(separator: ", ")
            add(
                name.position, "`\(CellText.shown(name.text))` is no field",
                near.map { "did you mean `\(CellText.shown($0))`?" } ?? known)
            return nil
        }
        if let field = fields[place].reader?.field, !field.isCanonical {
            let problem = "`\(name.text)` is no part of a label, and a rule holds for stored labels too"
            add(name.position, problem, "name key, context and label fields only, or mark it `canonical: true`")
            return nil
        }
        if !named.contains(place) { named.append(place) }
        return place
    }

    /// The field of a name, if there is one without a mistake.
    private mutating func known(_ name: RuleTree.Name) -> (place: Int, reader: FieldReader)? {
        guard let place = resolve(name), let reader = fields[place].reader else { return nil }
        return (place, reader)
    }

    private mutating func addBoolean(_ name: RuleTree.Name, _ flag: Bool) -> Int? {
        guard let (place, reader) = known(name) else { return nil }
        guard reader.field.type == .boolean else {
            let problem = "`\(name.text)` is neither true nor false: its type is `\(reader.field.type.rawValue)`"
            add(name.position, problem, "compare it with `=`, or write `is filled`")
            return nil
        }
        return program.add(.isBoolean(place, flag))
    }

    // MARK: Comparisons

    private mutating func addComparison(
        _ name: RuleTree.Name, _ relation: RuleRelation, _ literal: RuleTree.Literal
    ) -> Int? {
        guard let (place, reader) = known(name) else { return nil }
        let kind = RuleKind(reader.field.type)
        if kind == .boolean {
            add(name.position, "`\(name.text)` is true or false", "write `\(name.text) is true` or `is false`")
            return nil
        }
        guard isComparable(name, relation, kind, reader.field.type), let order = kind.order else { return nil }
        guard let json = value(literal, of: reader, reader.field.type) else { return nil }
        return program.add(.comparesLiteral(place, relation, order, literal: program.add(literal: json)))
    }

    private mutating func addComparison(
        _ name: RuleTree.Name, _ relation: RuleRelation, _ other: RuleTree.Name
    ) -> Int? {
        let first = known(name)
        let second = known(other)
        guard let first, let second else { return nil }
        let kind = RuleKind(first.reader.field.type)
        guard isComparable(name, relation, kind, first.reader.field.type), let order = kind.order else { return nil }
        guard kind == RuleKind(second.reader.field.type) else {
            let types = [first.reader, second.reader].map { "`\($0.field.type.rawValue)`" }
            let problem = "`\(name.text)` is of type \(types[0]) and `\(other.text)` of type \(types[1])"
            add(other.position, problem, "only values of one kind can be compared")
            return nil
        }
        if first.place == second.place {
            add(other.position, "`\(name.text)` is compared with itself", "name two fields, or give a value")
            return nil
        }
        return program.add(.comparesFields(first.place, relation, order, second.place))
    }

    private mutating func isComparable(
        _ name: RuleTree.Name, _ relation: RuleRelation, _ kind: RuleKind, _ type: FieldType
    ) -> Bool {
        switch kind {
        case .list:
            add(name.position, "`\(name.text)` is a list", "write `contains …`, `is empty` or `is filled`")
        case .other:
            add(name.position, "values of type `\(type.rawValue)` are not compared", "write `is empty` or `is filled`")
        case .text, .boolean:
            guard relation.needsOrder else { return true }
            let problem = "`\(name.text)` has no order that `\(relation.rawValue)` could ask for"
            add(name.position, "\(problem): its type is `\(type.rawValue)`", "use `=`, `!=` or `is one of […]`")
        case .number, .time: return true
        }
        return false
    }

    private mutating func addChoice(_ name: RuleTree.Name, _ literals: [RuleTree.Literal]) -> Int? {
        guard let (place, reader) = known(name) else { return nil }
        let kind = RuleKind(reader.field.type)
        if kind == .boolean {
            add(name.position, "`\(name.text)` is true or false", "write `\(name.text) is true` or `is false`")
            return nil
        }
        guard isComparable(name, .equal, kind, reader.field.type) else { return nil }
        var values: [[UInt8]] = []
        for literal in literals {
            guard let json = value(literal, of: reader, reader.field.type) else { continue }
            if values.contains(json) {
                add(literal.position, "'\(CellText.shown(literal.text))' stands there twice", "keep one of them")
            }
            values.append(json)
        }
        guard values.count == literals.count else { return nil }
        return program.add(.isOneOf(place, set: program.add(set: ByteLookup(values))))
    }

    private mutating func addContains(_ name: RuleTree.Name, _ literal: RuleTree.Literal) -> Int? {
        guard let (place, reader) = known(name) else { return nil }
        guard reader.field.type == .list else {
            let problem = "`\(name.text)` is no list: its type is `\(reader.field.type.rawValue)`"
            add(name.position, problem, "compare it with `=`; what a text looks like is for `pattern`")
            return nil
        }
        guard let json = value(literal, of: reader, reader.field.items.type) else { return nil }
        return program.add(.contains(place, literal: program.add(literal: json)))
    }

    // MARK: Values

    /// The canonical JSON of a value given in the rule; nil, with a mistake, if the field could never have it.
    private mutating func value(_ literal: RuleTree.Literal, of reader: FieldReader, _ type: FieldType) -> [UInt8]? {
        let shown = literal.isQuoted ? "'\(CellText.shown(literal.text))'" : "`\(CellText.shown(literal.text))`"
        let name = "`\(reader.field.name)`"
        switch RuleKind(type) {
        case .text:
            guard literal.isQuoted else {
                let problem = "\(shown) is compared with text, which stands in quotes"
                add(literal.position, problem, "write '\(CellText.shown(literal.text))'")
                return nil
            }
            return text(literal, of: reader, shown)
        case .number, .time:
            guard let json = ScalarText.canonical(type, literal.text) else {
                let likely = LikelyValue.find(ValueForm(type), literal.text).map { "did you mean `\($0)`?" }
                let problem = "\(shown) is no value of \(name), whose type is `\(type.rawValue)`"
                add(literal.position, problem, likely ?? "write a value of that type")
                return nil
            }
            guard isAllowed(json, reader, type) else {
                add(literal.position, "\(shown) is none of the values of \(name)", nil)
                return nil
            }
            return json
        case .boolean, .list, .other:
            let problem = "\(shown) cannot be compared with values of type `\(type.rawValue)`"
            add(literal.position, problem, "write `is empty` or `is filled`")
            return nil
        }
    }

    private mutating func text(_ literal: RuleTree.Literal, of reader: FieldReader, _ shown: String) -> [UInt8]? {
        let name = "`\(reader.field.name)`"
        let isSame = { (other: String) in other.utf8.elementsEqual(literal.text.utf8) }
        let normal = TextNormalizer(reader.field.normalize).normalized(literal.text)
        guard isSame(normal) else {
            let hint = normal.isEmpty ? "write `is empty`" : "write '\(CellText.shown(normal))'"
            add(literal.position, "\(shown) never is a value of \(name), since `normalize` changes it", hint)
            return nil
        }
        if let alias = reader.field.aliases.first(where: { isSame($0.spelling) }) {
            let hint = "write '\(CellText.shown(alias.value))'"
            add(literal.position, "\(shown) never is a value of \(name): it is an alias", hint)
            return nil
        }
        if literal.text.isEmpty {
            add(literal.position, "\(shown) never is a value of \(name)", "write `is empty`")
            return nil
        }
        if let failure = reader.failure(ofText: literal.text) {
            let hint = reader.field.explained(failure, cell: literal.text)
            add(literal.position, "\(shown) never is a value of \(name)", hint)
            return nil
        }
        return JSONText.string(literal.text)
    }

    private func isAllowed(_ json: [UInt8], _ reader: FieldReader, _ type: FieldType) -> Bool {
        let field = reader.field
        guard let allowed = field.type == .list ? field.items.allowed : field.constraints.allowed else { return true }
        return allowed.contains { ScalarText.canonical(type, $0) == json }
    }
}

/// What a rule can ask of values of a type.
enum RuleKind: Equatable {
    case text, number, boolean, list
    /// Values of different types of time cannot be compared with each other.
    case time(FieldType)
    /// Nothing but whether there is a value.
    case other

    init(_ type: FieldType) {
        switch type {
        case .string, .any: self = .text
        case .integer, .number, .year: self = .number
        case .date, .time, .datetime, .yearmonth: self = .time(type)
        case .boolean: self = .boolean
        case .list: self = .list
        case .duration, .object, .array, .geopoint, .geojson: self = .other
        }
    }

    var order: RuleProgram.Order? {
        switch self {
        case .text, .boolean: .bytes
        case .number: .number
        case .time: .time
        case .list, .other: nil
        }
    }
}
