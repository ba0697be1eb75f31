extension LabelSchema {
    /// The canonical JSON array of some fields' values in a stored label; nil if one of them has none.
    package static func tuple(_ fields: [String], ofCanonicalLabel label: [UInt8]) -> [UInt8]? {
        guard let members = CanonicalLabel.parse(label) else { return nil }
        var json = [UInt8(ascii: "[")]
        for (index, name) in fields.enumerated() {
            guard let value = members.first(where: { $0.name == name })?.value, value != .null else { return nil }
            if index > 0 { json.append(UInt8(ascii: ",")) }
            value.appendJSON(to: &json)
        }
        json.append(UInt8(ascii: "]"))
        return json
    }

    /// What is wrong with a stored label that this schema's primary key tells by another key than it is stored under.
    package func keyErrors(ofStoredLabel label: [UInt8]) -> [CellError] {
        guard let field = fields.first(where: { $0.name == primaryKey.first }) else { return [] }
        let cell = key(ofCanonicalLabel: label).map(Self.keyText) ?? ""
        return [field.error(.type(field.type.rawValue), column: nil, rowNumber: 0, cell: cell)]
    }

    /// A stored label of an older schema as it stands under this one: its members by their names of now, and those that
    /// no field stands for any more left out.
    ///
    /// - Parameter label: A label in canonical form.
    /// - Returns: The label in canonical form, and the names of the members that were left out; nil if the bytes are no
    ///   label.
    package func carriedOver(canonicalLabel label: [UInt8]) -> (label: [UInt8], lost: [String])? {
        guard let renamed = translated(canonicalLabel: label), let members = CanonicalLabel.parse(renamed) else {
            return nil
        }
        let known = Set(canonicalFields.map(\.name))
        let lost = members.map(\.name).filter { !known.contains($0) }
        if lost.isEmpty { return (renamed, []) }
        var json: [UInt8] = []
        LabelValue.object(
            Dictionary(
                members.filter { known.contains($0.name) }.map { ($0.name, $0.value) },
                uniquingKeysWith: { first, _ in first })
        ).appendJSON(to: &json)
        return (json, lost)
    }
}
