/// A schema with keys of every kind and a table, put to both validators.
struct KeyCase: Sendable {
    var version: Question.Version
    /// The fields of the primary key.
    var primaryKey: [String]
    var rows: [[String]]

    /// The columns; `parent` refers to `id`.
    static let fields = ["id", "part", "mark", "code", "parent", "boss"]

    var question: Question {
        let fields: JSONValue = [
            ["name": "id", "type": "integer"], ["name": "part", "type": "string"],
            ["name": "mark", "type": "string", "sheaf": ["role": "label"]],
            ["name": "code", "type": "number", "constraints": ["unique": true]],
            ["name": "parent", "type": "integer"], ["name": "boss", "type": "string"],
        ]
        let isOld = version == .v1
        let references: JSONValue =
            isOld
            ? [["fields": "parent", "reference": ["resource": "", "fields": "id"]]]
            : [
                ["fields": ["parent"], "reference": ["fields": ["id"]]],
                ["fields": ["parent", "boss"], "reference": ["fields": ["id", "part"]]],
            ]
        let key: JSONValue = isOld && primaryKey.count == 1 ? .string(primaryKey[0]) : .texts(primaryKey)
        let members = [
            JSONMember("fields", fields), JSONMember("primaryKey", key), JSONMember("foreignKeys", references),
        ]
        return Question(version: version, schema: Question.schema(version, members), table: [Self.fields] + rows)
    }

    /// The cells of a row, as it is numbered in the sheet.
    func cell(_ row: Int, _ field: String) -> String {
        guard let column = Self.fields.firstIndex(of: field) else { return "" }
        return rows[row - Question.firstRow][column]
    }
}

/// What a side says of one row: codes only, since frictionless names no field for a key.
struct RowVerdicts: Sendable {
    let ours: Set<String>
    let theirs: Set<String>
    let row: Int
    let asked: KeyCase
    /// For each code, the rows that hold the same as an earlier row, and the first of each.
    let firstRows: [String: Set<Int>]
    /// Rows that Sheaf refuses for a cell.
    let invalidRows: Set<Int>
    /// Rows that Sheaf refuses for anything.
    let refusedRows: Set<Int>
}

/// One way in which the two read keys differently.
struct KeyDifference: Sendable {
    let name: String
    let reason: String
    /// The codes by which they differ, and whether Sheaf is the one that gives it.
    let explains: @Sendable (RowVerdicts, _ code: String, _ isOurs: Bool) -> Bool

    var documented: String { "| \(name) | \(reason) |" }

    /// Every difference that is known.
    ///
    /// `docs/table-schema.md` lists exactly these.
    static let all = [
        KeyDifference(
            name: "The first of several rows with one key or one unique value",
            reason:
                "frictionless passes the first and reports the later ones. Sheaf reports all of them, each with the "
                + "others' cells: which of them is right, nobody can tell from the order (a stored label stays until then)",
            explains: { row, code, isOurs in isOurs && row.firstRows[code]?.contains(row.row) == true }),
        KeyDifference(
            name: "A key of several fields, one of them blank",
            reason:
                "The standard: key fields are as if `required`. frictionless complains only if all of them are blank",
            explains: { row, code, isOurs in
                isOurs && code == "primary-key" && row.asked.primaryKey.contains { row.asked.cell(row.row, $0).isEmpty }
            }),
        KeyDifference(
            name: "A key that cannot be read",
            reason:
                "Sheaf's code is always `primary-key` (with the reason `unreadable`), since such a row cannot be told "
                + "from others; frictionless gives the cell's `type-error` or `constraint-error`",
            explains: { row, code, isOurs in
                let isKey = isOurs ? code == "primary-key" : ["type-error", "constraint-error"].contains(code)
                return isKey && row.hasUnreadableKey
            }),
        KeyDifference(
            name: "A reference of several fields, one of them blank",
            reason: "The standard follows SQL, where such a reference is not checked. frictionless looks for the blank",
            explains: { row, code, isOurs in
                let cells = ["parent", "boss"].map { row.asked.cell(row.row, $0) }
                return !isOurs && code == "foreign-key" && cells.contains("")
            }),
        KeyDifference(
            name: "Rows that are refused anyway",
            reason:
                "In Sheaf a row that is refused is no label: it takes nobody's unique value, and nothing can refer "
                + "to it. frictionless counts it in",
            explains: { row, code, isOurs in
                if isOurs { return code == "foreign-key" && row.refersToRefused }
                return row.invalidRows.contains(row.row) || (code == "unique-error" && !row.invalidRows.isEmpty)
            }),
    ]
}

extension RowVerdicts {
    fileprivate var hasUnreadableKey: Bool {
        invalidRows.contains(row) && ours.contains("primary-key")
    }

    /// Whether a refused row has the key that this row refers to.
    fileprivate var refersToRefused: Bool {
        refusedRows.contains { Int(asked.cell($0, "id")) == Int(asked.cell(row, "parent")) }
    }
}
