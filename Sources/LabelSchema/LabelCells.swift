internal import Tabular

extension LabelSchema {
    /// The cells of a stored label, as an annotator would type them and as exports have them.
    ///
    /// - Parameters:
    ///   - label: a label in canonical form.
    ///   - fields: which cells, in which order.
    ///   - escapesFormulas: put an apostrophe before text that a spreadsheet would run.
    /// - Returns: a text for each field; empty where the label has no value.
    package static func cells(
        ofCanonicalLabel label: [UInt8], fields: [LabelField], escapesFormulas: Bool
    ) -> [String] {
        let members = CanonicalLabel.parse(label) ?? []
        let values = Dictionary(members.map { ($0.name, $0.value) }, uniquingKeysWith: { _, last in last })
        return fields.map { field in
            guard let value = values[field.name] else { return "" }
            let text = value.cellText(of: field)
            if case .number = value { return text }
            return escapesFormulas ? FormulaText.escaped(text) : text
        }
    }
}
