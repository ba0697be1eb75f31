/// One field of a generated schema.
struct FieldSpec: Sendable, Equatable {
    var name = "value"
    /// Nil: the schema says none.
    var type: String?
    /// What the field says beside name, type and constraints.
    var members: [JSONMember] = []
    var constraints: [JSONMember] = []

    init(_ type: String?, _ members: [JSONMember] = [], constraints: [JSONMember] = []) {
        self.type = type
        self.members = members
        self.constraints = constraints
    }

    var format: String {
        guard case .string(let format)? = members["format"] else { return "default" }
        return format
    }

    /// The type of one value: of a list, that of its items.
    var valueType: String {
        guard type == "list" else { return type ?? "string" }
        guard case .string(let item)? = members["itemType"] else { return "string" }
        return item
    }

    /// Whether values are numbers.
    var isNumeric: Bool { ["integer", "number"].contains(valueType) }

    var json: JSONValue { .object([JSONMember("name", .string(name))] + ownMembers) }

    /// Everything but the name: what documents show of it.
    var ownMembers: [JSONMember] {
        var all: [JSONMember] = []
        if let type { all.append(JSONMember("type", .string(type))) }
        all += members
        if !constraints.isEmpty { all.append(JSONMember("constraints", .object(constraints))) }
        return all
    }
}

/// A schema and a table, put to both validators.
///
/// Beside its own fields each table has a key, and a label that is always there, so that no row is pending.
struct TableCase: Sendable {
    var version: Question.Version
    /// What the document says beside fields and key.
    var members: [JSONMember] = []
    var fields: [FieldSpec]
    /// The cells of `fields`, by row.
    var rows: [[String]]

    var schema: JSONValue {
        let key: JSONValue = ["name": "id", "type": "integer"]
        let label: JSONValue = ["name": "mark", "type": "string", "sheaf": ["role": "label"]]
        let keys: JSONValue = version == .v1 ? "id" : ["id"]
        return Question.schema(
            version,
            members + [
                JSONMember("fields", .list([key, label] + fields.map(\.json))), JSONMember("primaryKey", keys),
            ])
    }

    var header: [String] { ["id", "mark"] + fields.map(\.name) }

    /// Whole rows, key and label included.
    var cells: [[String]] {
        rows.enumerated().map { index, row in ["\(index + 1)", "done"] + row }
    }

    /// The case as both sides get it.
    var question: Question {
        Question(version: version, schema: schema, table: [header] + cells)
    }

    /// The same with one field and one row only.
    func only(field: FieldSpec, row: Int) -> TableCase {
        guard let column = fields.firstIndex(of: field), rows.indices.contains(row - Question.firstRow) else {
            return self
        }
        var smaller = self
        smaller.fields = [field]
        smaller.rows = [[rows[row - Question.firstRow][column]]]
        return smaller
    }
}
