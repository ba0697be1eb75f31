extension SchemaReader {
    static let constraintNames = [
        "required", "unique", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
        "jsonSchema", "pattern", "enum",
    ]

    /// Reads every constraint but `enum`.
    mutating func readConstraints(_ members: SchemaMembers, _ parts: inout FieldParts) {
        parts.constraints.required = mistakes.flag(members, "required") ?? false
        parts.constraints.unique = mistakes.flag(members, "unique") ?? false
        guard let type = parts.type else { return }
        dropUnfit(members, type)
        if Self.hasLength(type) { readLengths(members, &parts) }
        if Self.hasOrder(type) { readBounds(members, type, &parts) }
        if type == .string { readPattern(members, &parts) }
        if type == .object || type == .array { readJSONSchema(members, &parts) }
    }

    /// Constraints that mean nothing for the type are mistakes: whoever wrote them expects something of them.
    private mutating func dropUnfit(_ members: SchemaMembers, _ type: FieldType) {
        var unfit: [(name: String, hint: String)] = []
        if !Self.hasLength(type) {
            let hint =
                "it is for text, lists, objects and arrays"
                + (Self.hasOrder(type) ? "; use `minimum` and `maximum`" : "")
            unfit += [("minLength", hint), ("maxLength", hint)]
        }
        if !Self.hasOrder(type) {
            let hint = "it is for numbers and dates" + (type == .string ? "; use `minLength` and `maxLength`" : "")
            unfit += ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"].map { ($0, hint) }
        }
        if type != .string { unfit.append(("pattern", "it is for text")) }
        if type != .object && type != .array { unfit.append(("jsonSchema", "it is for objects and arrays")) }
        for (name, hint) in unfit {
            guard let node = members[name] else { continue }
            let problem = "`\(name)` in \(members.place) does nothing for `type: \(type.rawValue)`"
            mistakes.add(node.line, problem, hint)
        }
    }

    private static func hasOrder(_ type: FieldType) -> Bool {
        switch type {
        case .integer, .number, .date, .time, .datetime, .year, .yearmonth, .duration: true
        case .string, .boolean, .list, .object, .array, .geopoint, .geojson, .any: false
        }
    }

    private static func hasLength(_ type: FieldType) -> Bool {
        type == .string || type == .list || type == .object || type == .array
    }

    private mutating func readLengths(_ members: SchemaMembers, _ parts: inout FieldParts) {
        parts.constraints.minLength = mistakes.count(members, "minLength")
        parts.constraints.maxLength = mistakes.count(members, "maxLength")
        guard let least = parts.constraints.minLength, let most = parts.constraints.maxLength, least > most else {
            return
        }
        let problem = "`minLength` (\(least)) is greater than `maxLength` (\(most)) in \(members.place)"
        mistakes.add(members["minLength"]?.line ?? members.line, problem, "no value can satisfy both")
    }

    // MARK: Bounds

    private mutating func readBounds(_ members: SchemaMembers, _ type: FieldType, _ parts: inout FieldParts) {
        parts.constraints.minimum = bound(members, "minimum", parts)
        parts.constraints.maximum = bound(members, "maximum", parts)
        parts.constraints.exclusiveMinimum = bound(members, "exclusiveMinimum", parts)
        parts.constraints.exclusiveMaximum = bound(members, "exclusiveMaximum", parts)
        for (lower, isLowerExclusive) in [("minimum", false), ("exclusiveMinimum", true)] {
            for (upper, isUpperExclusive) in [("maximum", false), ("exclusiveMaximum", true)] {
                let isEmptyIfEqual = isLowerExclusive || isUpperExclusive
                checkOrder(members, lower, upper, type, isEmptyIfEqual: isEmptyIfEqual, parts.constraints)
            }
        }
    }

    private mutating func bound(_ members: SchemaMembers, _ name: String, _ parts: FieldParts) -> String? {
        guard let node = members[name], mistakes.text(members, name) != nil else { return nil }
        return canonicalText(node, parts, "`\(name)` in \(members.place)")
    }

    private mutating func checkOrder(
        _ members: SchemaMembers, _ lower: String, _ upper: String, _ type: FieldType, isEmptyIfEqual: Bool,
        _ constraints: FieldConstraints
    ) {
        let limits = [
            "minimum": constraints.minimum, "maximum": constraints.maximum,
            "exclusiveMinimum": constraints.exclusiveMinimum, "exclusiveMaximum": constraints.exclusiveMaximum,
        ]
        guard let least = limits[lower] ?? nil, let most = limits[upper] ?? nil else { return }
        // The upper limit, put to the bounds' own comparison.
        var lone = FieldConstraints()
        lone.minimum = isEmptyIfEqual ? nil : least
        lone.exclusiveMinimum = isEmptyIfEqual ? least : nil
        let json = type.isNumeric ? Array(most.utf8) : JSONText.string(most)
        let failures = json.withUnsafeBufferPointer { ValueBounds(lone, type: type)?.failures(of: $0) ?? [] }
        guard !failures.isEmpty else { return }
        let relation = isEmptyIfEqual ? "not less than" : "greater than"
        let problem = "`\(lower)` (\(least)) is \(relation) `\(upper)` (\(most)) in \(members.place)"
        mistakes.add(members[lower]?.line ?? members.line, problem, "no value can satisfy both")
    }

    // MARK: Pattern and JSON Schema

    private mutating func readJSONSchema(_ members: SchemaMembers, _ parts: inout FieldParts) {
        guard let node = members["jsonSchema"] else { return }
        parts.jsonSchema = JSONSchemaReader.read(node, "`jsonSchema` in \(members.place)", &mistakes)
        var json: [UInt8] = []
        node.appendJSON(to: &json)
        parts.constraints.jsonSchema = String(decoding: json, as: UTF8.self)
    }

    private mutating func readPattern(_ members: SchemaMembers, _ parts: inout FieldParts) {
        guard let text = mistakes.text(members, "pattern") else { return }
        do {
            parts.pattern = try ValuePattern(text.text)
            parts.constraints.pattern = text.text
        } catch {
            let shown = CellText.shown(text.text)
            let problem = "`pattern` in \(members.place) cannot be “\(shown)”: \(error)"
            mistakes.add(text.line, problem, error.hint)
        }
    }
}
