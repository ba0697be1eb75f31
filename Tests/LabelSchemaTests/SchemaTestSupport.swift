import LabelSchema
import Tabular
import Testing

/// A cell as a test writes it.
///
/// A string literal is a text cell, an empty one an empty cell.
enum Typed: ExpressibleByStringLiteral, Sendable {
    case text(String)
    case number(String)
    case boolean(Bool)

    init(stringLiteral text: String) {
        self = .text(text)
    }
}

extension RowBatch {
    init(_ rows: [[Typed]], firstRowNumber: Int = 2) {
        self.init(firstRowNumber: firstRowNumber)
        for row in rows {
            for cell in row {
                switch cell {
                case .text(let text): appendCell(text.isEmpty ? .empty : .text, text.utf8)
                case .number(let literal): appendCell(.number, literal.utf8)
                case .boolean(let flag): appendCell(.boolean, (flag ? "TRUE" : "FALSE").utf8)
                }
            }
            endRow()
        }
    }
}

/// A validated row with its ranges as texts.
struct CheckedRow {
    var rowNumber: Int
    var kind: RowKind
    var key: String
    var canonical: String
    var seen: String
    var annotator: String
    var errors: [CellError]

    /// `code/field`, and the constraint if there is one.
    var errorNames: [String] {
        errors.map { error in
            [error.code, error.field ?? "", error.detail["constraint"]].compactMap { $0 }.joined(separator: "/")
        }
    }
}

extension ValidatedBatch {
    var checked: [CheckedRow] {
        rows.map { row in
            CheckedRow(
                rowNumber: row.rowNumber, kind: row.kind, key: text(row.key), canonical: text(row.canonical),
                seen: text(row.seen), annotator: text(row.annotator), errors: Array(errors[row.errors]))
        }
    }
}

extension LabelSchema {
    /// A validator for a sheet whose columns are the fields in schema order.
    func validator() throws -> RowValidator {
        let binding = bind(header: fields.map(\.name), headerRow: 1)
        guard case .bound(let validator) = binding else { throw Refused() }
        return validator
    }

    func check(_ rows: [[Typed]], firstRowNumber: Int = 2) throws -> [CheckedRow] {
        var validator = try validator()
        return validator.validate(RowBatch(rows, firstRowNumber: firstRowNumber)).checked
    }

    struct Refused: Error {}
}

/// A schema of one key, `id`, and one label field, `value`, which is described by lines of YAML.
func schemaOfOneField(_ lines: [String], normalize: String = "[]") throws(LabelSchemaMistakes) -> LabelSchema {
    let yaml =
        """
        primaryKey: [id]
        sheaf: { normalize: \(normalize) }
        fields:
          - { name: id, type: integer }
          - name: value

        """ + lines.map { "    \($0)\n" }.joined()
    let hasSheaf = lines.contains { $0.hasPrefix("sheaf:") }
    return try LabelSchema.parse(hasSheaf ? yaml : yaml + "    sheaf: { role: label }\n", file: "one.yaml")
}

/// What a cell becomes in a schema of one field: its canonical JSON, or nil and what is wrong.
func read(_ cell: Typed, _ schema: LabelSchema) throws -> (json: String?, errors: [CellError]) {
    guard let row = try schema.check([[.number("1"), cell]]).first, row.kind == .valid else {
        return (nil, try schema.check([[.number("1"), cell]]).first?.errors ?? [])
    }
    let prefix = #"{"id":1,"value":"#
    return (String(row.canonical.dropFirst(prefix.count).dropLast()), [])
}
