internal import Tabular

/// How values stand in a file.
package enum ExportedValues: Sendable, Hashable {
    /// As text in cells; where a spreadsheet would run it, behind an apostrophe.
    case cells(escapesFormulas: Bool)
    /// As JSON, in canonical form.
    case json
}

extension LabelSchema {
    /// A Table Schema of files that hold labels of this schema, for readers that know nothing of Sheaf.
    ///
    /// It says what is true of every file: what only annotators need (other spellings, missing values, messages, foreign
    /// keys) is left out, and so is what a warning only was.
    ///
    /// - Parameters:
    ///   - fields: the fields that the files have.
    ///   - values: how their values stand there.
    ///   - mayLack: labels of them may have lost values that are required: they were redacted.
    /// - Returns: the Table Schema, as a JSON object.
    package func exported(_ fields: [LabelField], _ values: ExportedValues, mayLack: Bool) -> LabelValue {
        let members = CanonicalLabel.parse(document) ?? []
        let root = Dictionary(members.map { ($0.name, $0.value) }, uniquingKeysWith: { _, last in last })
        var described: [String: [String: LabelValue]] = [:]
        if case .list(let items) = root["fields"] {
            for case .object(let field) in items {
                if case .string(let name) = field["name"] { described[name] = field }
            }
        }
        var schema: [String: LabelValue] = [
            "$schema": .string("https://datapackage.org/profiles/2.0/tableschema.json"),
            "missingValues": .list([.string("")]),
            "fields": .list(
                fields.map { field in
                    .object(ExportedField(field, described[field.name] ?? [:], values, mayLack: mayLack).members)
                }),
        ]
        let names = Set(fields.map(\.name))
        if Set(primaryKey).isSubset(of: names), !mayLack {
            schema["primaryKey"] = .list(primaryKey.map { .string($0) })
        }
        return .object(schema)
    }
}

/// A field as a Table Schema of files has it.
private struct ExportedField {
    let members: [String: LabelValue]

    /// What of a field's own document is true of its values whatever they stand in.
    private static let plain = ["title", "description", "example", "rdfType"]
    /// What is true of their text in cells only.
    private static let ofCells = [
        "format", "delimiter", "itemType", "trueValues", "falseValues", "decimalChar", "groupChar", "bareNumber",
    ]

    init(
        _ field: LabelField, _ document: [String: LabelValue], _ values: ExportedValues, mayLack: Bool
    ) {
        var members: [String: LabelValue] = ["name": .string(field.name), "type": .string(field.type.rawValue)]
        for name in Self.plain { members[name] = document[name] }
        if case .cells = values {
            for name in Self.ofCells { members[name] = document[name] }
        } else {
            switch field.type {
            case .list: members["type"] = .string("array")
            case .geopoint: members["type"] = .string("object")
            case .string, .geojson: members["format"] = document["format"]
            default: break
            }
        }
        let constraints = Self.constraints(field, document, values, mayLack: mayLack)
        if !constraints.isEmpty { members["constraints"] = .object(constraints) }
        self.members = members
    }

    private static func constraints(
        _ field: LabelField, _ document: [String: LabelValue], _ values: ExportedValues, mayLack: Bool
    ) -> [String: LabelValue] {
        guard case .object(var constraints) = document["constraints"] else { return [:] }
        for name in field.warnings { constraints[name] = nil }
        // Checked against a JSON Schema by Sheaf; readers have no such thing, or another one.
        constraints["jsonSchema"] = nil
        if mayLack { constraints["required"] = nil }
        switch field.type {
        case .string, .any:
            guard case .cells(escapesFormulas: true) = values else { break }
            // An apostrophe may stand before any text, which none of these know.
            for name in ["pattern", "maxLength"] { constraints[name] = nil }
            if case .list(let items) = constraints["enum"] {
                constraints["enum"] = .list(
                    items.map { item in
                        if case .string(let text) = item { return .string(FormulaText.escaped(text)) }
                        return item
                    })
            }
        case .integer, .number, .year, .date: break
        default:
            // How bounds and allowed values of these are written, readers disagree on.
            for name in ["enum", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "pattern"] {
                constraints[name] = nil
            }
        }
        return constraints
    }
}
