import LabelSchema
import Tabular

/// A schema and a table, as both sides get them.
struct Question: Sendable {
    /// Of the standard.
    enum Version: Int, Sendable { case v1 = 1, v2 }

    var version: Version
    var schema: JSONValue
    /// The header and the rows.
    var table: [[String]]

    /// Rows are numbered as in a sheet with a header.
    static let firstRow = 2

    /// One line for the other side.
    var line: String {
        let members = [
            JSONMember("version", .number("\(version.rawValue)")), JSONMember("schema", schema),
            JSONMember("rows", .list(table.map(JSONValue.texts))),
        ]
        return JSONValue.object(members).text
    }

    /// The schema's members under a version's own name for itself.
    static func schema(_ version: Version, _ members: [JSONMember]) -> JSONValue {
        let profile = JSONMember("$schema", "https://datapackage.org/profiles/2.0/tableschema.json")
        return .object(version == .v2 ? [profile] + members : members)
    }

    /// What Sheaf says.
    var ours: Verdict {
        switch bound {
        case .failure(let verdict): return verdict
        case .success(_, var validator):
            return .checked(Set(validator.validate(rows).errors.filter { $0.severity == .error }.map(Finding.init)))
        }
    }

    enum Bound {
        case failure(Verdict)
        case success(LabelSchema, RowValidator)
    }

    /// The schema and what reads its rows, if both are sound.
    var bound: Bound {
        let parsed: LabelSchema
        do {
            parsed = try LabelSchema.parse(schema.text, file: "case.json")
        } catch {
            return .failure(.refused(error.mistakes.map(\.description)))
        }
        switch parsed.bind(header: table[0], headerRow: 1) {
        case .refused(let problems): return .failure(.header(Set(problems.map(\.code))))
        case .bound(let validator): return .success(parsed, validator)
        }
    }

    /// The rows as a file of comma-separated values gives them.
    var rows: RowBatch {
        var batch = RowBatch(firstRowNumber: Self.firstRow)
        for row in table.dropFirst() {
            for text in row { batch.appendCell(text.isEmpty ? .empty : .text, text.utf8) }
            batch.endRow()
        }
        return batch
    }
}

extension Finding {
    init(_ error: CellError) {
        self.init(row: error.rowNumber, field: error.field ?? "", code: error.code)
    }
}
