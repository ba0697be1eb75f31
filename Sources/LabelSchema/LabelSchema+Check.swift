extension LabelSchema {
    /// Checks a stored label against this schema, by type and constraints; empty if it fits.
    ///
    /// Values are taken as they are: normalisation and aliases belong to what people type. Errors have row 0 and no
    /// column. A member without a field is an error too, since the canonical form is exactly what is exported.
    package func check(canonicalLabel bytes: [UInt8]) -> [CellError] {
        guard let members = CanonicalLabel.parse(bytes) else {
            let cell = String(decoding: bytes.prefix(CellText.keptScalars), as: UTF8.self)
            return [CellError(code: "type-error", field: nil, column: nil, rowNumber: 0, cell: cell, detail: [:])]
        }
        var values: [String: LabelValue] = [:]
        for member in members { values[member.name] = member.value }
        let all = values
        var errors: [CellError] = []
        for reader in readers where reader.field.isCanonical {
            let value = values.removeValue(forKey: reader.field.name)
            let cell = value?.displayText ?? ""
            for failure in reader.check(value) {
                errors.append(reader.field.error(failure, column: nil, rowNumber: 0, cell: cell))
            }
        }
        errors += ruleErrors(all, unreadable: Set(errors.compactMap(\.field)))
        errors += listErrors(members)
        for member in members {
            guard let value = values[member.name] else { continue }
            errors.append(
                CellError(
                    code: CellFailure.unknownMember.code, field: member.name, column: nil, rowNumber: 0,
                    cell: value.displayText, detail: [:]))
        }
        return errors
    }
}

extension LabelSchema {
    /// The foreign keys to lists that a stored label breaks.
    private func listErrors(_ members: [(name: String, value: LabelValue)]) -> [CellError] {
        if listReferences.isEmpty { return [] }
        let values = Dictionary(members.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        return listReferences.compactMap { reference in
            guard let failure = reference.check(values),
                let reader = readers.first(where: { $0.field.name == reference.key.fields[0] })
            else { return nil }
            let cell = values[reference.key.fields[0]]?.displayText ?? ""
            return reader.field.error(failure, column: nil, rowNumber: 0, cell: cell)
        }
    }
}

extension FieldReader {
    /// What is wrong with a stored value, which is in canonical form.
    func check(_ value: LabelValue?) -> [CellFailure] {
        guard let value else {
            let isNeeded = field.role == .key || field.constraints.required
            return isNeeded ? [.constraint("required")] : []
        }
        var failures: [CellFailure] = []
        var arena = ByteArena(capacity: 256)
        switch (field.type, value) {
        case (.list, .list(let items)):
            for item in items { check(item: item, &arena, &failures) }
            checkLength(items.count, failures: &failures)
        case (.boolean, .boolean(let flag)):
            let start = appendBoolean(flag, to: &arena)
            _ = finish(start, into: &arena, failures: &failures)
        case (.list, _), (.boolean, _):
            failures.append(.type(field.type.rawValue))
        default:
            guard var text = value.scalarText, value.isNumber == field.type.isNumeric else {
                failures.append(.type(field.type.rawValue))
                break
            }
            let outcome = text.withUTF8 { appendValue($0, to: &arena, failures: &failures) }
            if outcome == .value, !arena.bytes(from: 0).elementsEqual(value.scalarJSON) {
                failures.append(.type(field.type.rawValue))
            }
        }
        return failures
    }

    private func check(item: LabelValue, _ arena: inout ByteArena, _ failures: inout [CellFailure]) {
        let type = field.items.type
        let before = failures.count
        let start = arena.count
        if type == .boolean, case .boolean(let flag) = item {
            _ = appendBoolean(flag, to: &arena)
            return
        }
        guard type != .boolean, var text = item.scalarText, item.isNumber == type.isNumeric else {
            failures.append(.type(type.rawValue))
            return
        }
        text.withUTF8 { appendItem($0, to: &arena, failures: &failures) }
        if failures.count == before, !arena.bytes(from: start).elementsEqual(item.scalarJSON) {
            failures.append(.type(type.rawValue))
        }
    }
}

extension FieldType {
    /// Whether the canonical form of a value is a JSON number.
    var isNumeric: Bool {
        self == .integer || self == .number || self == .year
    }
}

extension LabelValue {
    fileprivate var isNumber: Bool {
        if case .number = self { true } else { false }
    }

    /// The text of a string or number.
    fileprivate var scalarText: String? {
        switch self {
        case .number(let literal): literal
        case .string(let text): text
        case .null, .boolean, .list, .object: nil
        }
    }

    fileprivate var scalarJSON: [UInt8] {
        switch self {
        case .number(let literal): Array(literal.utf8)
        case .string(let text): JSONText.string(text)
        case .null, .boolean, .list, .object: []
        }
    }
}
