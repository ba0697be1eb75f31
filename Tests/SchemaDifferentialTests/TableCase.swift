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
    enum Version: Int, Sendable { case v1 = 1, v2 }

    var version: Version
    /// What the document says beside fields and key.
    var members: [JSONMember] = []
    var fields: [FieldSpec]
    /// The cells of `fields`, by row.
    var rows: [[String]]

    /// Rows are numbered as in a sheet with a header.
    static let firstRow = 2

    var schema: JSONValue {
        let key: JSONValue = ["name": "id", "type": "integer"]
        let label: JSONValue = ["name": "mark", "type": "string", "sheaf": ["role": "label"]]
        var document: [JSONMember] = []
        if version == .v2 {
            document.append(JSONMember("$schema", "https://datapackage.org/profiles/2.0/tableschema.json"))
        }
        document += members
        document.append(JSONMember("fields", .list([key, label] + fields.map(\.json))))
        document.append(JSONMember("primaryKey", version == .v1 ? "id" : ["id"]))
        return .object(document)
    }

    var header: [String] { ["id", "mark"] + fields.map(\.name) }

    /// Whole rows, key and label included.
    var cells: [[String]] {
        rows.enumerated().map { index, row in ["\(index + 1)", "done"] + row }
    }

    /// The case as one line for the other side.
    var line: String {
        let table = JSONValue.list(([header] + cells).map(JSONValue.texts))
        let members = [
            JSONMember("version", .number("\(version.rawValue)")), JSONMember("schema", schema),
            JSONMember("rows", table),
        ]
        return JSONValue.object(members).text
    }

    /// The same with one field and one row only.
    func only(field: FieldSpec, row: Int) -> TableCase {
        guard let column = fields.firstIndex(of: field), rows.indices.contains(row - Self.firstRow) else {
            return self
        }
        var smaller = self
        smaller.fields = [field]
        smaller.rows = [[rows[row - Self.firstRow][column]]]
        return smaller
    }
}
