/// Labels of one schema as rows that say the same are read under another.
///
/// Each value is typed as the older schema takes it, and read by the newer one: so it has the names, the normalisation and
/// the aliases of now.
package struct Rereading: Sendable {
    private struct Step: Sendable {
        let name: String
        /// The names that the field may have had, the likeliest first, each with what types its values.
        let former: [(name: String, typing: FieldTyping)]
        let typing: FieldTyping
    }

    /// By the bytes of the newer names, as members stand in the canonical form.
    private let steps: [Step]

    /// A way from one schema to another.
    ///
    /// - Parameters:
    ///   - older: The schema that labels satisfy.
    ///   - newer: The schema that rows are read under now.
    package init(from older: LabelSchema, to newer: LabelSchema) {
        steps = newer.canonicalFields
            .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
            .compactMap { field in
                guard let typing = newer.typing(ofField: field.name) else { return nil }
                let former = ([field.name] + field.formerNames).compactMap { name in
                    older.typing(ofField: name).map { (name: name, typing: $0) }
                }
                return Step(name: field.name, former: former, typing: typing)
            }
    }

    /// What a label is once its row is read anew.
    ///
    /// - Parameter label: A label in canonical form.
    /// - Returns: The label in canonical form; nil if no row says it, or the newer schema takes none that does.
    package func read(canonicalLabel label: [UInt8]) -> [UInt8]? {
        guard let members = CanonicalLabel.parse(label) else { return nil }
        let values = Dictionary(members.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        var reread: [UInt8] = [UInt8(ascii: "{")]
        for step in steps {
            guard let (former, value) = Self.value(of: step, in: values) else { continue }
            guard let cell = former.cell(saying: value) else { return nil }
            switch step.typing.read(cell) {
            case .blank: continue
            case .failed: return nil
            case .value(let json):
                if reread.count > 1 { reread.append(UInt8(ascii: ",")) }
                LabelValue.string(step.name).appendJSON(to: &reread)
                reread.append(UInt8(ascii: ":"))
                reread += json
            }
        }
        reread.append(UInt8(ascii: "}"))
        return reread
    }

    private static func value(
        of step: Step, in values: [String: LabelValue]
    ) -> (typing: FieldTyping, value: LabelValue)? {
        for former in step.former {
            if let value = values[former.name] { return (former.typing, value) }
        }
        return nil
    }
}
