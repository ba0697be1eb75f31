internal import Tabular

/// Primary keys in canonical form (a JSON array of the key fields' values) to and from what people type and read.
extension LabelSchema {
    /// The key of a stored label; nil if the label lacks a key field.
    package func key(ofCanonicalLabel label: [UInt8]) -> [UInt8]? {
        guard let members = CanonicalLabel.parse(label) else { return nil }
        var json = [UInt8(ascii: "[")]
        for (index, name) in primaryKey.enumerated() {
            guard let value = members.first(where: { $0.name == name })?.value else { return nil }
            if index > 0 { json.append(UInt8(ascii: ",")) }
            switch value {
            case .number(let literal): json.append(contentsOf: literal.utf8)
            case .string(let text): JSONText.append(text, to: &json)
            case .boolean(let flag): json.append(contentsOf: (flag ? "true" : "false").utf8)
            case .null, .list, .object: return nil
            }
        }
        json.append(UInt8(ascii: "]"))
        return json
    }

    /// The key that a person means, each value typed as it would be in a sheet; nil if a value cannot be read.
    ///
    /// - Parameter values: One text for each field of the primary key, in key order.
    /// - Returns: The key in canonical form.
    package func key(typed values: [String]) -> [UInt8]? {
        guard values.count == primaryKey.count else { return nil }
        guard case .bound(var validator) = bind(header: fields.map(\.title), headerRow: 1) else { return nil }
        var batch = RowBatch(firstRowNumber: 2)
        for field in fields {
            let text = primaryKey.firstIndex(of: field.name).map { values[$0] } ?? ""
            batch.appendCell(text.isEmpty ? .empty : .text, text.utf8)
        }
        batch.endRow()
        let validated = validator.validate(batch)
        guard let row = validated.rows.first, !row.key.isEmpty else { return nil }
        return Array(validated.bytes[row.key])
    }

    /// The key that a JSON array stands for, as programs hand keys on; nil if it is none of this schema.
    ///
    /// Values are taken as they are: a key of an older version may be one that nobody could type any more.
    ///
    /// - Parameter json: One value for each field of the primary key, in key order.
    /// - Returns: The key in canonical form.
    package func key(json: String) -> [UInt8]? {
        guard case .list(let items)? = Self.value(ofKey: Array(json.utf8)), items.count == primaryKey.count else {
            return nil
        }
        for item in items {
            switch item {
            case .number, .string, .boolean: continue
            case .null, .list, .object: return nil
            }
        }
        var key: [UInt8] = []
        LabelValue.list(items).appendJSON(to: &key)
        return key
    }

    private static func value(ofKey key: [UInt8]) -> LabelValue? {
        CanonicalLabel.parse(Array("{\"key\":".utf8) + key + [UInt8(ascii: "}")])?.first?.value
    }

    /// A canonical key as a person reads it: `1234`, or `1234, 2` for a composite one.
    package static func keyText(_ key: [UInt8]) -> String {
        value(ofKey: key).map { CellText.shown($0.displayText) } ?? ""
    }
}
