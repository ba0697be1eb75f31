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
    /// What is wrong with a stored value, which is in canonical form; warnings do not count.
    func check(_ value: LabelValue?) -> [CellFailure] {
        guard let value else { return [blankFailure].compactMap { $0 }.filter { !$0.isWarning } }
        var failures: [CellFailure] = []
        var arena = ByteArena(capacity: 256)
        switch (field.type, value) {
        case (.list, .list(let items)):
            for item in items { check(item: item, &arena, &failures) }
            _ = isTooShortOrLong(items.count, failures: &failures)
            arena.truncate(to: 0)
            arena.append(value.canonicalJSON)
            _ = finish(0, into: &arena, failures: &failures)
        case (.boolean, .boolean(let flag)):
            let start = appendBoolean(flag, to: &arena)
            _ = finish(start, into: &arena, failures: &failures)
        case (.list, _), (.boolean, _):
            failures.append(.type(field.type.rawValue))
        default:
            guard let text = storedText(of: value) else {
                failures.append(.type(field.type.rawValue))
                break
            }
            let form = ValueForm(storedIn: field)
            let outcome = text.withUnsafeBufferPointer { appendValue($0, form, to: &arena, failures: &failures) }
            if outcome == .value, !arena.bytes(from: 0).elementsEqual(value.canonicalJSON) {
                failures.append(.type(field.type.rawValue))
            }
        }
        return failures.filter { !$0.isWarning }
    }

    /// The text that a stored value is read from again; nil if it is of another kind than the field's values.
    private func storedText(of value: LabelValue) -> [UInt8]? {
        switch (field.type, value) {
        case (.object, .object), (.geojson, .object), (.geopoint, .object), (.array, .list): value.canonicalJSON
        case (.object, _), (.geojson, _), (.geopoint, _), (.array, _): nil
        default: value.isNumber == field.type.isNumeric ? value.scalarText.map { Array($0.utf8) } : nil
        }
    }

    private func check(item: LabelValue, _ arena: inout ByteArena, _ failures: inout [CellFailure]) {
        let type = field.items.type
        let start = arena.count
        if type == .boolean, case .boolean(let flag) = item {
            _ = appendBoolean(flag, to: &arena)
            return
        }
        guard type != .boolean, var text = item.scalarText, item.isNumber == type.isNumeric else {
            failures.append(.type(type.rawValue))
            return
        }
        let isRead = text.withUTF8 { appendItem($0, form, to: &arena, failures: &failures) }
        if isRead, !arena.bytes(from: start).elementsEqual(item.canonicalJSON) {
            failures.append(.type(type.rawValue))
        }
    }
}

extension ValueForm {
    /// How the values of a field are written in canonical form.
    convenience init(storedIn field: LabelField) {
        switch field.type {
        case .geopoint: self.init(.geopoint, format: .object)
        case .geojson: self.init(.geojson, format: field.format)
        default: self.init(field.type)
        }
    }
}

extension FieldType {
    /// Whether the canonical form of a value is a JSON number.
    var isNumeric: Bool {
        self == .integer || self == .number || self == .year
    }

    /// Whether any text is a value.
    var isText: Bool {
        self == .string || self == .any
    }

    /// Whether the canonical form of a value has a structure, so that it can be no part of a key.
    var isStructured: Bool {
        switch self {
        case .list, .object, .array, .geopoint, .geojson: true
        default: false
        }
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

    fileprivate var canonicalJSON: [UInt8] {
        var json: [UInt8] = []
        appendJSON(to: &json)
        return json
    }
}
