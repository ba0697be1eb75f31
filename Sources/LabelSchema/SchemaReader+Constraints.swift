extension SchemaReader {
    static let constraintNames = [
        "required", "unique", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
        "pattern", "enum",
    ]

    /// Reads every constraint but `enum`.
    mutating func readConstraints(_ members: SchemaMembers, isOnlyKey: Bool, _ parts: inout FieldParts) {
        parts.constraints.required = mistakes.flag(members, "required") ?? false
        parts.constraints.unique = mistakes.flag(members, "unique") ?? false
        guard let type = parts.type else { return }
        dropUnfit(members, type)
        if type == .string || type == .list { readLengths(members, &parts) }
        if Self.hasOrder(type) { readBounds(members, type, &parts) }
        if type == .string { readPattern(members, &parts) }
    }

    /// Constraints that mean nothing for the type are mistakes: whoever wrote them expects something of them.
    private mutating func dropUnfit(_ members: SchemaMembers, _ type: FieldType) {
        var unfit: [(name: String, hint: String)] = []
        if type != .string && type != .list {
            let hint = "it is for text and lists" + (Self.hasOrder(type) ? "; use `minimum` and `maximum`" : "")
            unfit += [("minLength", hint), ("maxLength", hint)]
        }
        if !Self.hasOrder(type) {
            let hint = "it is for numbers and dates" + (type == .string ? "; use `minLength` and `maxLength`" : "")
            unfit += ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"].map { ($0, hint) }
        }
        if type != .string { unfit.append(("pattern", "it is for text")) }
        for (name, hint) in unfit {
            guard let node = members[name] else { continue }
            let problem = "`\(name)` in \(members.place) does nothing for `type: \(type.rawValue)`"
            mistakes.add(node.line, problem, hint)
        }
    }

    private static func hasOrder(_ type: FieldType) -> Bool {
        switch type {
        case .integer, .number, .date, .time, .datetime, .year, .yearmonth: true
        case .string, .boolean, .list, .any: false
        }
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
        parts.constraints.minimum = bound(members, "minimum", type)
        parts.constraints.maximum = bound(members, "maximum", type)
        parts.constraints.exclusiveMinimum = bound(members, "exclusiveMinimum", type)
        parts.constraints.exclusiveMaximum = bound(members, "exclusiveMaximum", type)
        for (lower, isLowerExclusive) in [("minimum", false), ("exclusiveMinimum", true)] {
            for (upper, isUpperExclusive) in [("maximum", false), ("exclusiveMaximum", true)] {
                let isEmptyIfEqual = isLowerExclusive || isUpperExclusive
                checkOrder(members, lower, upper, type, isEmptyIfEqual: isEmptyIfEqual, parts.constraints)
            }
        }
    }

    private mutating func bound(_ members: SchemaMembers, _ name: String, _ type: FieldType) -> String? {
        guard let text = mistakes.text(members, name) else { return nil }
        let place = "`\(name)` in \(members.place)"
        return canonicalText(text, type, place)
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

    /// The canonical text of a value given in the document; nil, with a mistake, if it is not of the type.
    mutating func canonicalText(_ text: SchemaText, _ type: FieldType, _ what: String) -> String? {
        if type == .string || type == .any { return text.text }
        let isValid = type == .boolean ? ["true", "false"].contains(text.text) : true
        if isValid, let json = ScalarText.canonical(type, text.text) {
            if type == .boolean { return text.text }
            let isQuoted = json.first == UInt8(ascii: "\"")
            return String(decoding: isQuoted ? json.dropFirst().dropLast() : json[...], as: UTF8.self)
        }
        let suggestion = LikelyValue.find(type, text.text).map { "did you mean “\($0)”?" }
        let hint = suggestion ?? (type == .boolean ? "write true or false" : nil)
        mistakes.add(
            text.line, "\(what) cannot be “\(CellText.shown(text.text))”: the type is `\(type.rawValue)`", hint)
        return nil
    }

    // MARK: Pattern

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
