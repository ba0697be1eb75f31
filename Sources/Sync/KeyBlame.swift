package import LabelSchema

/// For each cell of a row, where its value comes from: the newest revision in which it changed.
package struct KeyBlame: Sendable {
    package struct Cell: Sendable {
        package let field: String
        package let title: String
        /// `nil` if it is blank.
        package let value: String?
        /// What it came with, also if it was blanked then.
        package let origin: KeyHistory.Step
    }

    /// The cells in schema order; blank ones that never had a value are left out.
    package private(set) var cells: [Cell] = []

    /// Finds the origins of a row's cells.
    ///
    /// - Parameters:
    ///   - history: the row's history, with a label.
    ///   - schema: the schema in whose terms the history is told.
    package init(_ history: KeyHistory, schema: LabelSchema) {
        var origins: [String: KeyHistory.Step] = [:]
        var titles: [String: String] = [:]
        var keyOrigin: KeyHistory.Step?
        var isKeyNew = true
        for step in history.steps {
            switch step.kind {
            case .delete: (origins, keyOrigin, isKeyNew) = ([:], nil, true)
            // The key came with what was published under it, and not when somebody said that it was corrected.
            case .rekey: isKeyNew = step.version != nil || isKeyNew
            case .insert, .update:
                if isKeyNew { keyOrigin = step }
                isKeyNew = false
                for cell in step.cells {
                    origins[cell.field] = step
                    titles[cell.field] = cell.title
                }
            }
        }
        let members = CanonicalLabel.parse(history.label ?? []) ?? []
        let values = Dictionary(members.map { ($0.name, $0.value.displayText) }, uniquingKeysWith: { _, last in last })
        for field in schema.canonicalFields {
            let origin = field.role == .key ? keyOrigin : origins.removeValue(forKey: field.name)
            guard let origin else { continue }
            cells.append(Cell(field: field.name, title: field.title, value: values[field.name], origin: origin))
        }
        // Fields that only an older schema had, as far as the label still holds them.
        for (name, origin) in origins.sorted(by: { $0.key < $1.key }) {
            guard let value = values[name] else { continue }
            cells.append(Cell(field: name, title: titles[name] ?? name, value: value, origin: origin))
        }
    }
}
