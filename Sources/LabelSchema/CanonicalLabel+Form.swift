extension CanonicalLabel {
    /// What stands in place of a label that was redacted whole.
    ///
    /// No label is empty: it has its key.
    package static let redacted: [UInt8] = Array("{}".utf8)

    /// Whether bytes are written in the one way that the canonical form allows: members sorted by name, no spaces, the
    /// fewest escapes.
    ///
    /// How values of a type are written is for the schema's check to say.
    package static func isCanonical(_ bytes: [UInt8]) -> Bool {
        guard let members = parse(bytes) else { return false }
        var written: [UInt8] = []
        written.reserveCapacity(bytes.count)
        LabelValue.object(Dictionary(members.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first }))
            .appendJSON(to: &written)
        return written == bytes
    }

    /// A label without some of its fields, in canonical form; `nil` if the bytes are no label.
    package static func removing(_ fields: Set<String>, from label: [UInt8]) -> [UInt8]? {
        guard let members = parse(label) else { return nil }
        let left = members.filter { !fields.contains($0.name) }
        var written: [UInt8] = []
        LabelValue.object(Dictionary(left.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first }))
            .appendJSON(to: &written)
        return written
    }
}
