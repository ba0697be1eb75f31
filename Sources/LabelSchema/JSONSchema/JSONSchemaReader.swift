/// Compiles a JSON Schema, and finds every mistake in it.
struct JSONSchemaReader {
    private let root: SchemaNode
    /// What the schema is, for messages.
    private let place: String
    private(set) var mistakes: SchemaMistakeCollector
    private var subschemas: [[JSONSchema.Rule]] = []
    /// The places of subschemas by their JSON pointers, known before their rules are: a schema may refer to itself.
    private var places: [String: Int] = [:]
    /// For each subschema, those that it applies to the same value.
    private var applied: [Int: [Int]] = [:]

    /// Compiles a schema.
    ///
    /// - Parameters:
    ///   - node: The schema.
    ///   - place: What it is, for messages.
    ///   - mistakes: What is wrong with it is added here.
    /// - Returns: The schema ready for use; nil if there are mistakes in it.
    static func read(_ node: SchemaNode, _ place: String, _ mistakes: inout SchemaMistakeCollector) -> JSONSchema? {
        var reader = JSONSchemaReader(root: node, place: place, mistakes: mistakes)
        let before = mistakes.mistakes.count
        _ = reader.compile(node, at: "#")
        if reader.mistakes.mistakes.count == before { reader.checkCircles(node.line) }
        mistakes = reader.mistakes
        return mistakes.mistakes.count == before ? JSONSchema(subschemas: reader.subschemas) : nil
    }

    private init(root: SchemaNode, place: String, mistakes: SchemaMistakeCollector) {
        self.root = root
        self.place = place
        self.mistakes = mistakes
    }

    private static let annotations = [
        "$schema", "$id", "$comment", "$defs", "definitions", "title", "description", "default", "examples",
        "deprecated", "readOnly", "writeOnly",
    ]

    private static let assertions = [
        "type", "enum", "const", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
        "minLength", "maxLength", "pattern", "minItems", "maxItems", "uniqueItems", "items", "prefixItems", "contains",
        "minContains", "maxContains", "minProperties", "maxProperties", "required", "properties", "patternProperties",
        "additionalProperties", "propertyNames", "dependentRequired", "dependentSchemas", "allOf", "anyOf", "oneOf",
        "not", "if", "then", "else", "$ref",
    ]

    private static let unchecked = [
        "format": "it is not checked; use `pattern`", "additionalItems": "write `prefixItems` and `items`",
        "dependencies": "write `dependentRequired` or `dependentSchemas`",
        "unevaluatedProperties": "it is not checked; use `additionalProperties`",
        "unevaluatedItems": "it is not checked; use `items`", "$anchor": "it is not read; use `$defs`",
        "$dynamicRef": "it is not read; use `$ref`", "$dynamicAnchor": "it is not read; use `$defs`",
        "contentEncoding": "it is not checked", "contentMediaType": "it is not checked",
    ]

    private mutating func fail(_ line: Int, _ pointer: String, _ problem: String, _ hint: String? = nil) {
        let whole = pointer == "#" ? place : "\(place), at `\(CellText.shown(pointer))`,"
        mistakes.add(line, "\(whole) \(problem)", hint)
    }

    // MARK: Subschemas

    private mutating func compile(_ node: SchemaNode, at pointer: String) -> Int {
        if let place = places[pointer] { return place }
        let place = subschemas.count
        places[pointer] = place
        subschemas.append([])
        let rules: [JSONSchema.Rule]
        switch node.value {
        case .boolean(let isTrue): rules = isTrue ? [] : [JSONSchema.Rule(text: "false", check: .never)]
        case .mapping(let members): rules = self.rules(members, node, pointer, place)
        default:
            fail(node.line, pointer, "must be a mapping, true or false, but is \(node.found)")
            rules = []
        }
        subschemas[place] = rules
        return place
    }

    private mutating func rules(
        _ members: [SchemaMember], _ node: SchemaNode, _ pointer: String, _ place: Int
    ) -> [JSONSchema.Rule] {
        var rules: [JSONSchema.Rule] = []
        for member in members {
            let name = member.name
            let shown = "`\(CellText.shown(name))`"
            if let hint = Self.unchecked[name] {
                fail(member.line, pointer, "asks for \(shown), which nothing would check", hint)
                continue
            }
            guard Self.assertions.contains(name) else {
                if !Self.annotations.contains(name) {
                    let hint = SchemaMistakeCollector.meant(name, among: Self.assertions)
                    fail(member.line, pointer, "asks for \(shown), which is not known", hint)
                }
                continue
            }
            guard let check = check(member, node, "\(pointer)/\(name)", place) else { continue }
            var json: [UInt8] = []
            member.value.appendJSON(to: &json)
            let text = CellText.shown("\(name): " + String(decoding: json, as: UTF8.self))
            rules.append(JSONSchema.Rule(text: text, check: check))
        }
        return rules
    }

    /// A subschema that is applied to the same value as the one it stands in.
    private mutating func inPlace(_ node: SchemaNode, _ pointer: String, of place: Int) -> Int {
        let other = compile(node, at: pointer)
        applied[place, default: []].append(other)
        return other
    }

    private mutating func check(
        _ member: SchemaMember, _ node: SchemaNode, _ pointer: String, _ place: Int
    ) -> JSONSchema.Check? {
        let value = member.value
        switch member.name {
        case "type": return kinds(value, pointer)
        case "enum":
            guard let items = value.itemList else { return wrong(value, pointer, "a list") }
            return .values(ByteLookup(items.compactMap { canonical($0, pointer) }))
        case "const": return canonical(value, pointer).map { .values(ByteLookup([$0])) }
        case "minimum": return number(value, pointer).map { .bound($0, isUpper: false, isExclusive: false) }
        case "maximum": return number(value, pointer).map { .bound($0, isUpper: true, isExclusive: false) }
        case "exclusiveMinimum": return number(value, pointer).map { .bound($0, isUpper: false, isExclusive: true) }
        case "exclusiveMaximum": return number(value, pointer).map { .bound($0, isUpper: true, isExclusive: true) }
        case "multipleOf":
            guard let factor = number(value, pointer), factor.isPositive else {
                return wrong(value, pointer, "a number above 0")
            }
            return .multipleOf(factor)
        case "minLength": return count(value, pointer).map { .length($0, isUpper: false) }
        case "maxLength": return count(value, pointer).map { .length($0, isUpper: true) }
        case "pattern": return pattern(value, pointer).map { .pattern($0) }
        case "minItems": return count(value, pointer).map { .itemCount($0, isUpper: false) }
        case "maxItems": return count(value, pointer).map { .itemCount($0, isUpper: true) }
        case "minProperties": return count(value, pointer).map { .memberCount($0, isUpper: false) }
        case "maxProperties": return count(value, pointer).map { .memberCount($0, isUpper: true) }
        case "uniqueItems":
            guard case .boolean(let flag) = value.value else { return wrong(value, pointer, "true or false") }
            return flag ? .uniqueItems : nil
        case "required": return names(value, pointer).map { .required($0) }
        case "propertyNames": return .names(compile(value, at: pointer))
        case "dependentRequired":
            guard let members = value.memberList else { return wrong(value, pointer, "a mapping") }
            var dependent: [String: [String]] = [:]
            for member in members { dependent[member.name] = names(member.value, "\(pointer)/\(member.name)") }
            return .dependentRequired(dependent)
        case "dependentSchemas": return mapping(value, pointer, in: place).map { .dependentSchemas($0) }
        case "allOf": return list(value, pointer, in: place).map { .allOf($0) }
        case "anyOf": return list(value, pointer, in: place).map { .anyOf($0) }
        case "oneOf": return list(value, pointer, in: place).map { .oneOf($0) }
        case "not": return .not(inPlace(value, pointer, of: place))
        case "$ref": return reference(value, pointer, place)
        case "if": return conditional(value, node, pointer, place)
        case "then", "else":
            if node["if"] == nil { fail(value.line, pointer, "does nothing without `if`") }
            return nil
        default: return ofItemsAndMembers(member, node, pointer)
        }
    }

    /// Keywords that are read together with others beside them.
    private mutating func ofItemsAndMembers(
        _ member: SchemaMember, _ node: SchemaNode, _ pointer: String
    ) -> JSONSchema.Check? {
        let value = member.value
        switch member.name {
        case "prefixItems":
            guard let prefix = list(value, pointer, in: nil) else { return nil }
            let rest = node["items"].map { compile($0, at: parent(pointer) + "/items") }
            return .items(prefix: prefix, rest: rest)
        case "items":
            if value.itemList != nil {
                return wrong(value, pointer, "a schema", "for one schema a place, use `prefixItems`")
            }
            return node["prefixItems"] == nil ? .items(prefix: [], rest: compile(value, at: pointer)) : nil
        case "contains":
            let least = node["minContains"].flatMap { count($0, parent(pointer) + "/minContains") }
            let most = node["maxContains"].flatMap { count($0, parent(pointer) + "/maxContains") }
            return .contains(compile(value, at: pointer), least: least ?? 1, most: most)
        case "minContains", "maxContains":
            if node["contains"] == nil { fail(value.line, pointer, "does nothing without `contains`") }
            return nil
        default: return members(member, node, pointer)
        }
    }

    /// `properties`, `patternProperties` and `additionalProperties` make one rule, where the first of them stands.
    private mutating func members(
        _ member: SchemaMember, _ node: SchemaNode, _ pointer: String
    ) -> JSONSchema.Check? {
        let names = ["properties", "patternProperties", "additionalProperties"]
        guard node.memberList?.first(where: { names.contains($0.name) })?.name == member.name else { return nil }
        let base = parent(pointer)
        var rules = JSONMemberRules()
        if let value = node["properties"] { rules.named = mapping(value, base + "/properties", in: nil) ?? [:] }
        if let value = node["patternProperties"] {
            for member in value.memberList ?? [] {
                let key = SchemaNode(value: .string(member.name), line: member.line)
                let place = compile(member.value, at: "\(base)/patternProperties/\(member.name)")
                if let pattern = pattern(key, base + "/patternProperties") { rules.patterns.append((pattern, place)) }
            }
            if value.memberList == nil { _ = wrong(value, base + "/patternProperties", "a mapping") }
        }
        rules.others = node["additionalProperties"].map { compile($0, at: base + "/additionalProperties") }
        return .members(rules)
    }

    private func parent(_ pointer: String) -> String {
        String(pointer[..<(pointer.lastIndex(of: "/") ?? pointer.endIndex)])
    }

    private mutating func conditional(
        _ value: SchemaNode, _ node: SchemaNode, _ pointer: String, _ place: Int
    ) -> JSONSchema.Check {
        let base = parent(pointer)
        let condition = inPlace(value, pointer, of: place)
        let then = node["then"].map { inPlace($0, base + "/then", of: place) }
        let otherwise = node["else"].map { inPlace($0, base + "/else", of: place) }
        if then == nil, otherwise == nil { fail(value.line, pointer, "does nothing without `then` or `else`") }
        return .conditional(condition: condition, then: then, otherwise: otherwise)
    }

    // MARK: References

    private mutating func reference(_ value: SchemaNode, _ pointer: String, _ place: Int) -> JSONSchema.Check? {
        guard case .string(let target) = value.value, target == "#" || target.hasPrefix("#/") else {
            return wrong(value, pointer, "a place in the schema itself", "such as `#/$defs/name`")
        }
        var node = root
        for step in target.split(separator: "/").dropFirst() {
            let name = step.split(separator: "~1", omittingEmptySubsequences: false).joined(separator: "/")
                .split(separator: "~0", omittingEmptySubsequences: false).joined(separator: "~")
            let next = node.itemList.flatMap { items in
                Int(name).flatMap { items.indices.contains($0) ? items[$0] : nil }
            }
            guard let next = next ?? node[name] else {
                fail(value.line, pointer, "refers to `\(CellText.shown(target))`, which is not there")
                return nil
            }
            node = next
        }
        return .reference(inPlace(node, target, of: place))
    }

    /// A schema that applies itself to the same value has no end.
    private mutating func checkCircles(_ line: Int) {
        var done: Set<Int> = []
        var path: Set<Int> = []
        func hasCircle(_ place: Int) -> Bool {
            if path.contains(place) { return true }
            guard done.insert(place).inserted else { return false }
            path.insert(place)
            defer { path.remove(place) }
            return (applied[place] ?? []).contains { hasCircle($0) }
        }
        if subschemas.indices.contains(where: { hasCircle($0) }) {
            fail(line, "#", "has a `$ref` that leads back to itself", "let it refer to items or members")
        }
    }

    // MARK: Plain values

    private mutating func wrong(
        _ value: SchemaNode, _ pointer: String, _ wanted: String, _ hint: String? = nil
    ) -> JSONSchema.Check? {
        fail(value.line, pointer, "must be \(wanted), but is \(value.found)", hint)
        return nil
    }

    private mutating func kinds(_ value: SchemaNode, _ pointer: String) -> JSONSchema.Check? {
        let names = value.itemList ?? [value]
        var kinds: [JSONKind] = []
        for name in names {
            let text = name.text ?? (name.isNull ? "null" : "")
            if let kind = JSONKind(rawValue: text) {
                kinds.append(kind)
            } else {
                let hint = SchemaMistakeCollector.meant(text, among: JSONKind.allCases.map(\.rawValue))
                _ = wrong(name, pointer, "a type of JSON", hint)
            }
        }
        return .kinds(kinds)
    }

    private mutating func canonical(_ value: SchemaNode, _ pointer: String) -> [UInt8]? {
        do {
            return JSONValueText.bytes(try JSONValueText.canonical(value))
        } catch {
            fail(value.line, pointer, "cannot be read: \(error.message)")
            return nil
        }
    }

    private mutating func number(_ value: SchemaNode, _ pointer: String) -> JSONNumber? {
        guard case .number(let literal) = value.value else {
            _ = wrong(value, pointer, "a number")
            return nil
        }
        return JSONNumber(literal)
    }

    private mutating func count(_ value: SchemaNode, _ pointer: String) -> Int? {
        guard case .number(let literal) = value.value, let count = Int(literal), count >= 0 else {
            _ = wrong(value, pointer, "a whole number from 0")
            return nil
        }
        return count
    }

    private mutating func names(_ value: SchemaNode, _ pointer: String) -> [String]? {
        guard let items = value.itemList, items.allSatisfy({ $0.text != nil }) else {
            _ = wrong(value, pointer, "a list of names")
            return nil
        }
        return items.compactMap(\.text)
    }

    private mutating func list(_ value: SchemaNode, _ pointer: String, in place: Int?) -> [Int]? {
        guard let items = value.itemList, !items.isEmpty else {
            _ = wrong(value, pointer, "a list of schemas")
            return nil
        }
        return items.enumerated().map { index, item in
            place.map { inPlace(item, "\(pointer)/\(index)", of: $0) } ?? compile(item, at: "\(pointer)/\(index)")
        }
    }

    private mutating func mapping(_ value: SchemaNode, _ pointer: String, in place: Int?) -> [String: Int]? {
        guard let members = value.memberList else {
            _ = wrong(value, pointer, "a mapping")
            return nil
        }
        var places: [String: Int] = [:]
        for member in members {
            let target = "\(pointer)/\(member.name)"
            places[member.name] =
                place.map { inPlace(member.value, target, of: $0) } ?? compile(member.value, at: target)
        }
        return places
    }

    /// A pattern that may match anywhere, unless it says where: `^` at its start, `$` at its end.
    private mutating func pattern(_ value: SchemaNode, _ pointer: String) -> ValuePattern? {
        guard case .string(let source) = value.value else {
            _ = wrong(value, pointer, "a regular expression")
            return nil
        }
        var core = source[...]
        let isStart = core.hasPrefix("^")
        if isStart { core = core.dropFirst() }
        let backslashes = core.dropLast().reversed().prefix { $0 == "\\" }.count
        let isEnd = core.hasSuffix("$") && backslashes % 2 == 0
        if isEnd { core = core.dropLast() }
        let whole = (isStart ? "" : "[\\s\\S]*") + "(\(core))" + (isEnd ? "" : "[\\s\\S]*")
        if (isStart || isEnd) && Self.hasBareBar(core) {
            let hint = "put the alternatives in brackets: `^(a|b)$`"
            fail(value.line, pointer, "has alternatives, of which only the outer ones say where they stand", hint)
            return nil
        }
        do {
            return try ValuePattern(whole)
        } catch {
            fail(value.line, pointer, "is no regular expression: “\(CellText.shown(source))”", "check its brackets")
            return nil
        }
    }

    /// Whether a `|` stands outside of all brackets.
    private static func hasBareBar(_ source: Substring) -> Bool {
        var depth = 0
        var isEscaped = false
        for character in source {
            if isEscaped {
                isEscaped = false
                continue
            }
            switch character {
            case "\\": isEscaped = true
            case "(", "[": depth += 1
            case ")", "]": depth -= 1
            case "|" where depth == 0: return true
            default: break
            }
        }
        return false
    }
}
