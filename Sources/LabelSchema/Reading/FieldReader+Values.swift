/// Values of a field from their text.
extension FieldReader {
    /// Appends a value from its normalised text, if it satisfies type and constraints.
    ///
    /// - Parameters:
    ///   - text: The text.
    ///   - form: How it is written: as people type it, or as the canonical form has it.
    ///   - arena: What the value's canonical JSON is appended to.
    ///   - failures: What is wrong is added here.
    /// - Returns: A value, or a failure; then nothing was appended.
    func appendValue(
        _ text: UnsafeBufferPointer<UInt8>, _ form: ValueForm, to arena: inout ByteArena,
        failures: inout [CellFailure]
    ) -> CellOutcome {
        let start = arena.count
        switch field.type {
        case .string, .any: return appendText(text, to: &arena, failures: &failures)
        case .object, .array: return appendJSON(text, to: &arena, failures: &failures)
        case .boolean:
            guard let index = booleans.index(of: text) else {
                failures.append(booleanFailure(text))
                return .failed
            }
            _ = appendBoolean(index < field.trueValues.count, to: &arena)
        case .integer, .number, .date, .time, .datetime, .year, .yearmonth, .duration, .geopoint, .geojson, .list:
            guard form.append(text, to: &arena) else {
                failures.append(typeFailure(text))
                return .failed
            }
        }
        return finish(start, into: &arena, failures: &failures)
    }

    func appendBoolean(_ isTrue: Bool, to arena: inout ByteArena) -> Int {
        let start = arena.count
        arena.append(isTrue ? "true" : "false")
        return start
    }

    /// Checks what was appended from `start` on against bounds and allowed values.
    func finish(
        _ start: Int, into arena: inout ByteArena, failures: inout [CellFailure]
    ) -> CellOutcome {
        guard bounds != nil || allowed != nil else { return .value }
        var isFailed = false
        let json = arena.bytes(from: start)
        if let bounds, !bounds.accept(json) {
            for failure in bounds.failures(of: json) where add(failure, to: &failures) { isFailed = true }
        }
        if let allowed, !allowed.contains(json) {
            let failure = allowedFailure(String(decoding: json, as: UTF8.self), allowed)
            if add(failure, to: &failures) { isFailed = true }
        }
        if isFailed { arena.truncate(to: start) }
        return isFailed ? .failed : .value
    }

    // MARK: Text

    private func appendText(
        _ text: UnsafeBufferPointer<UInt8>, to arena: inout ByteArena, failures: inout [CellFailure]
    ) -> CellOutcome {
        if let allowed {
            if allowed.append(text, to: &arena) { return .value }
            if add(allowedFailure(String(decoding: text, as: UTF8.self), allowed), to: &failures) { return .failed }
        }
        // What is no e-mail address has no length as one.
        if field.format != .default, !field.format.accepts(text) {
            failures.append(.type(field.format.name))
            return .failed
        }
        var isFailed = isTooShortOrLong(text, failures: &failures)
        if let pattern, !pattern.matches(text), add(patternFailure(), to: &failures) { isFailed = true }
        if isFailed { return .failed }
        let start = arena.count
        arena.appendJSONString(text)
        // What JSON escapes is longer than the text and its quotes: most text is done here.
        if arena.count - start != text.count + 2, Self.hasControls(text) { failures.append(.controlCharacter) }
        return .value
    }

    /// Whether a text has a character that nobody types: a control character that is neither a tab nor a line break.
    private static func hasControls(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        text.contains { $0 < 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }
    }

    private func isTooShortOrLong(_ text: UnsafeBufferPointer<UInt8>, failures: inout [CellFailure]) -> Bool {
        // A character has four bytes at most, and one at least: few bytes are not too long, many not too short.
        if text.count / 4 >= leastLength, text.count <= mostLength { return false }
        var count = 0
        for byte in text where byte & 0xC0 != 0x80 { count += 1 }
        return isTooShortOrLong(count, failures: &failures)
    }

    /// Checks a number of characters, items or members; true if it rejects the value.
    func isTooShortOrLong(_ count: Int, failures: inout [CellFailure]) -> Bool {
        if count >= leastLength, count <= mostLength { return false }
        var isFailed = false
        if let least = field.constraints.minLength, count < least {
            isFailed = add(lengthFailure("minLength", least), to: &failures)
        }
        if let most = field.constraints.maxLength, count > most, add(lengthFailure("maxLength", most), to: &failures) {
            isFailed = true
        }
        return isFailed
    }

    // MARK: JSON

    private func appendJSON(
        _ text: UnsafeBufferPointer<UInt8>, to arena: inout ByteArena, failures: inout [CellFailure]
    ) -> CellOutcome {
        let start = arena.count
        guard let node = JSONValueText.node(text), ScalarText.accepts(field.type, node) else {
            failures.append(typeFailure(text))
            return .failed
        }
        let count = node.itemList?.count ?? node.memberList?.count ?? 0
        var isFailed = isTooShortOrLong(count, failures: &failures)
        if let jsonSchema, let problem = jsonSchema.problem(of: node) {
            var failure = CellFailure.constraint("jsonSchema", limit: problem.rule)
            failure.detail["path"] = problem.path
            if add(failure, to: &failures) { isFailed = true }
        }
        if isFailed { return .failed }
        arena.append(JSONValueText.bytes(node))
        return finish(start, into: &arena, failures: &failures)
    }

    // MARK: What is wrong

    /// The value is not of the field's type, or of a list, the item.
    ///
    /// The text is what was typed; nil for a cell that is no text.
    func typeFailure(_ text: UnsafeBufferPointer<UInt8>?) -> CellFailure {
        let typed = text.map { String(decoding: $0, as: UTF8.self) }
        var failure = CellFailure.type(form.type.rawValue, suggestion: typed.flatMap { LikelyValue.find(form, $0) })
        failure.detail["sample"] = form.sample()
        guard let typed else { return failure }
        if form.type == .number, Self.isSpecialNumber(typed) { failure.detail["special"] = CellText.kept(typed) }
        if form.type == .object || form.type == .array || form.type == .geojson {
            failure.detail["problem"] = JSONValueText.problem(typed)
        }
        return failure
    }

    /// Numbers that Table Schema knows and a label cannot hold.
    private static func isSpecialNumber(_ text: String) -> Bool {
        ["nan", "inf", "-inf", "+inf"].contains(text.lowercased())
    }

    func booleanFailure(_ text: UnsafeBufferPointer<UInt8>) -> CellFailure {
        var failure = CellFailure.type("boolean", suggestion: nearest.find(String(decoding: text, as: UTF8.self)))
        failure.detail["allowed"] = (field.trueValues + field.falseValues).joined(separator: " / ")
        return failure
    }

    private func lengthFailure(_ name: String, _ limit: Int) -> CellFailure {
        var failure = CellFailure.constraint(name, limit: "\(limit)")
        failure.detail["type"] = field.type.rawValue
        return failure
    }

    private func patternFailure() -> CellFailure {
        var failure = CellFailure.constraint("pattern", limit: field.constraints.pattern)
        failure.detail["example"] = field.example
        return failure
    }

    func allowedFailure(_ typed: String, _ allowed: AllowedValues) -> CellFailure {
        var failure = CellFailure.constraint("enum")
        failure.detail["suggestion"] = nearest.find(typed)
        failure.detail["allowed"] = allowed.shown
        return failure
    }
}
