internal import Foundation
internal import LabelDiff
internal import LabelSchema
internal import LabelStore
internal import Tabular

/// The texts behind the hashes of a run: what rows, keys and errors look like to people and in the store.
struct RowTexts: Sendable {
    let decided: Decided
    let definition: DatasetDefinition
    let names: SheetNames
    /// What people see in cells that are newly rejected.
    private(set) var shown = ShownCells()
    /// For each duplicate key, its rows.
    private let duplicates: [KeyHash: [Int]]

    init(_ decided: Decided, _ definition: DatasetDefinition, _ records: [SheetRecord?]) {
        self.decided = decided
        self.definition = definition
        names = SheetNames(decided.pass, definition, records)
        var duplicates: [KeyHash: [Int]] = [:]
        for (key, found) in decided.outcome?.problems ?? [] where found.problem.kind == .duplicate {
            if let row = found.row { duplicates[key, default: []].append(row) }
        }
        self.duplicates = duplicates
    }

    /// Looks at the cells of new rejections as people see them.
    mutating func lookAtCells(_ unreadable: UnreadableKeys, _ state: StoredState) async throws {
        var errors: [(sheet: Int, error: CellError)] = []
        for (key, found) in decided.outcome?.problems ?? [] where found.isNew {
            guard let index = found.row else { continue }
            let sheet = Int(decided.rows[index].sheet)
            errors += try self.errors(of: found, key: key).map { (sheet, $0) }
        }
        for found in unreadable.found where found.isNew {
            guard let sheet = state.sheetIDs.firstIndex(of: found.problem.sheetID) else { continue }
            errors += try self.errors(ofUnreadable: found, sheet: sheet).map { (sheet, $0) }
        }
        shown = await ShownCells(errors, decided, definition)
    }

    /// The errors of a row whose key cannot be read.
    func errors(ofUnreadable found: UnreadableKeys.FoundUnreadable, sheet: Int) throws -> [CellError] {
        shown.quoted(try Self.errors(try decided.pass.spool.record(at: found.spoolOffset).errors), sheet: sheet)
    }

    func record(row: Int) throws -> Spool.Record {
        try decided.pass.spool.record(at: decided.rows[row].spoolOffset)
    }

    /// The errors of a rejected row; for a duplicate, the cells of the others first.
    func errors(of found: FoundProblem, key: KeyHash) throws -> [CellError] {
        guard let index = found.row else { return [] }
        let record = try record(row: index)
        var errors = shown.quoted(try Self.errors(record.errors), sheet: Int(decided.rows[index].sheet))
        errors += decided.tableErrors[index] ?? []
        if found.problem.kind == .duplicate, let field = keyField {
            let row = decided.rows[index]
            // A few are named: of a column that was filled down there may be any number.
            let all = duplicates[key, default: []]
            let others = all.prefix(CellError.namedCells + 1).filter { $0 != index }.map { other in
                names.keyCell(sheet: Int(decided.rows[other].sheet), row: decided.rows[other].rowNumber)
            }
            errors.insert(
                CellError.duplicateKey(
                    field: field, column: names.keyColumn(sheet: Int(row.sheet)), rowNumber: Int(row.rowNumber),
                    cell: LabelSchema.keyText(record.key), otherCells: others, otherCount: all.count - 1), at: 0)
        }
        return errors
    }

    private var keyField: LabelField? {
        definition.schema.primaryKey.first.flatMap { name in
            definition.schema.fields.first { $0.name == name }
        }
    }

    /// Errors as the spool holds them: a JSON array.
    private static func errors(_ json: [UInt8]) throws -> [CellError] {
        if json.isEmpty { return [] }
        guard let errors = CellError.list(json: json) else {
            throw SpoolError(action: "understood", number: EIO)
        }
        return errors
    }

    /// Who annotated a row: its own column, or the sheet's annotator.
    func annotator(_ record: Spool.Record, sheet: UInt16) -> String? {
        let typed = String(decoding: record.annotator, as: UTF8.self)
        let annotator = typed.isEmpty ? definition.sheets[Int(sheet)].annotator : typed
        // The store keeps 255 characters of it.
        return annotator.map {
            $0.utf8.count <= 255 ? $0 : String(String.UnicodeScalarView($0.unicodeScalars.prefix(255)))
        }
    }

    /// What blocks deletes: sheets that could not be read, and the cells of keys that cannot be read.
    func blocks() -> [String] {
        var blocks = decided.pass.failures.map { names.names[$0.index] }
        for sheet in decided.pass.sheets.compactMap({ $0 }) {
            blocks += sheet.unreadable.map { names.keyCell(sheet: Int($0.sheet), row: $0.rowNumber) }
        }
        return blocks
    }
}
