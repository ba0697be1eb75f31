/// Labels that were stored under an older schema, whose fields may have had other names.
extension LabelSchema {
    /// Whether any field had another name before.
    package var hasFormerNames: Bool {
        fields.contains { $0.isCanonical && !$0.formerNames.isEmpty }
    }

    /// A stored label of an older schema, with its members under the names of this one.
    ///
    /// A member takes its field's new name where the label has none of that name; of several former names the first
    /// that is there is taken. Nothing is left out: what no field stands for any more is still there.
    ///
    /// - Parameter label: a label in canonical form.
    /// - Returns: the label in canonical form; as it is where this schema renames nothing, and `nil` where it does and
    ///   the bytes are no label.
    package func translated(canonicalLabel label: [UInt8]) -> [UInt8]? {
        if !hasFormerNames { return label }
        guard let root = try? JSONReader.read(label), case .mapping(var members) = root.value else { return nil }
        var places: [String: Int] = [:]
        for (place, member) in members.enumerated() {
            guard places.updateValue(place, forKey: member.name) == nil else { return nil }
        }
        var isRenamed = false
        for field in fields where field.isCanonical && places[field.name] == nil {
            guard let former = field.formerNames.first(where: { places[$0] != nil }),
                let place = places.removeValue(forKey: former)
            else { continue }
            members[place].name = field.name
            isRenamed = true
        }
        if !isRenamed { return label }
        var translated: [UInt8] = []
        translated.reserveCapacity(label.count + 64)
        SchemaNode(value: .mapping(members), line: 0).appendJSON(to: &translated)
        return translated
    }

    /// The names of a label's members for which this schema has no field, in their order.
    ///
    /// - Parameter label: a label in canonical form, translated.
    /// - Returns: the names; none if the bytes are no label.
    package func formerMembers(of label: [UInt8]) -> [String] {
        let known = Set(canonicalFields.map(\.name))
        return (CanonicalLabel.parse(label) ?? []).map(\.name).filter { !known.contains($0) }
    }
}
