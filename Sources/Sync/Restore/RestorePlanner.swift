internal import LabelDiff
internal import LabelSchema
internal import LabelStore
internal import SheetSource
internal import Tabular

/// Reads the sheets and works out which cells have to hold something else.
///
/// Writes nothing.
struct RestorePlanner: Sendable {
    let definition: DatasetDefinition
    let request: RestoreRequest
    let targets: RestoreTargets
    let fields: RestoreFields
    let records: [SheetRecord?]
    let progress: SyncProgress

    init(
        _ definition: DatasetDefinition, _ request: RestoreRequest, _ targets: RestoreTargets,
        records: [SheetRecord?], progress: @escaping SyncProgress
    ) {
        self.definition = definition
        self.request = request
        self.targets = targets
        self.records = records
        self.progress = progress
        fields = RestoreFields(definition.schema, includesContext: request.includesContext)
    }

    func plan(detailLimit: Int) async throws -> RestorePlan {
        var plan = RestorePlan(sheets: definition.sheets.count, detailLimit: detailLimit)
        let indices = Array(definition.sheets.indices)
        (plan.sheets, plan.failures) = try await scan(indices)
        let chosen = try chosenSheets(plan)
        let names = names(plan)
        var stands = KeyStands()
        for (index, sheet) in plan.sheets.enumerated() {
            guard let sheet else { continue }
            for place in sheet.places { stands.note(place, sheet: index) }
            plan.counts.rowsRead += sheet.rowCount
            plan.counts.equalLabels += sheet.equalCount
            if chosen.contains(index) { plan.counts.contextCells += sheet.contextCount }
        }
        for (index, sheet) in plan.sheets.enumerated() where chosen.contains(index) {
            guard let sheet else { continue }
            for row in sheet.differing
            where stands.row(of: row.key) == .init(sheet: index, row: row.number, isPending: row.kind == .pending) {
                add(row, of: sheet, index, names[index], to: &plan)
            }
            list(sheet, names[index], &plan)
        }
        leaveAmbiguous(stands, names, &plan)
        try await addMissing(stands, chosen, names, &plan)
        plan.counts.plannedCells = plan.cells.count
        plan.counts.plannedRows = plan.rows.count
        return plan
    }

    // MARK: - Sheets

    /// Reads some sheets; those of one spreadsheet together.
    func scan(_ indices: [Int]) async throws -> ([ScannedSheet?], [SheetFailure]) {
        var sheets: [ScannedSheet?] = definition.sheets.map { _ in nil }
        var failures: [SheetFailure] = []
        let groups = Dictionary(grouping: indices) { definition.sheets[$0].fileID ?? "\($0)" }
            .values.sorted { $0[0] < $1[0] }
        var done = 0
        for group in groups {
            let scans = group.map(scan)
            let requests = zip(group, scans).map { SheetRequest(reference($0), into: $1) }
            let results = await definition.sheets[group[0]].reader.read(together: requests)
            try Task.checkCancellation()
            for (index, (result, scan)) in zip(group, zip(results, scans)) {
                do {
                    _ = try result.get()
                    sheets[index] = try await scan.finish()
                } catch let refused as HeaderRefused {
                    failures.append(Pull.failure(index, refused))
                } catch let error as SheetError {
                    failures.append(try failure(index, error))
                }
            }
            done += group.count
            progress(.pulled(sheets: done, total: indices.count, pass: 1))
        }
        return (sheets, failures)
    }

    private func reference(_ index: Int) -> SheetReference {
        var reference = definition.sheets[index].reference
        if reference.sheetID == nil { reference.sheetID = records[index]?.tabID }
        return reference
    }

    private func scan(_ index: Int) -> RestoreScan {
        let (progress, name) = (progress, definition.sheets[index].displayName)
        return RestoreScan(
            fields, targets, keys: request.keyHashes, of: definition.sheets[index].reference,
            expectedFields: records[index]?.boundFields ?? []
        ) { rows in
            progress(.reading(sheet: name, rows: rows, pass: 1))
        }
    }

    private func failure(_ index: Int, _ error: SheetError) throws -> SheetFailure {
        if error.code == .cancelled { throw CancellationError() }
        guard error.code == .consumerStopped else { return SheetFailure(index: index, error) }
        guard let refused = error.underlying as? HeaderRefused else { throw error.underlying ?? error }
        return Pull.failure(index, refused)
    }

    /// The sheets that may be written, as far as the request says.
    private func chosenSheets(_ plan: RestorePlan) throws -> Set<Int> {
        guard let wanted = request.sheet else { return Set(definition.sheets.indices) }
        let chosen = definition.sheets.indices.filter { index in
            let sheet = definition.sheets[index]
            let names = [
                plan.sheets[index]?.identity.title, sheet.reference.tab, sheet.reference.spreadsheet, sheet.location,
                records[index].map { "\($0.id)" },
            ]
            return names.contains(wanted)
        }
        guard chosen.isEmpty else { return Set(chosen) }
        throw RestoreProblem(
            code: "unknown-sheet", message: "\(definition.name) has no sheet `\(CellText.shown(wanted))`.",
            hint: "Give a tab's title, a spreadsheet's id, or a number that `sheaf sheet list` shows.")
    }

    func names(_ plan: RestorePlan) -> [String] {
        let titles = definition.sheets.indices.map { index in
            plan.sheets[index]?.identity.title ?? records[index]?.title ?? definition.sheets[index].displayName
        }
        var count: [String: Int] = [:]
        for title in titles { count[title, default: 0] += 1 }
        return titles.enumerated().map { index, title in
            guard count[title, default: 0] > 1 else { return title }
            return "\(definition.sheets[index].reference.spreadsheet) / \(title)"
        }
    }

    // MARK: - Rows

    private func add(
        _ row: DifferingRow, of sheet: ScannedSheet, _ index: Int, _ name: String, to plan: inout RestorePlan
    ) {
        let isWritable = definition.sheets[index].fileID != nil
        var cells: [PlannedCell] = []
        for field in row.fields {
            guard let typing = fields.typing(field) else { continue }
            let title = typing.field.title
            guard let column = sheet.columns[field] else {
                plan.leave(.noColumn, key: row.keyJSON, sheet: name, field: title, "the sheet has no such column")
                continue
            }
            let place = A1.cell(column: column, row: row.number)
            let value = row.target.values[field]
            let before = row.cell(column)
            guard let after = typing.cell(saying: value, insteadOf: before) else {
                plan.leave(
                    .cannotBeTyped, key: row.keyJSON, sheet: name, cells: [place], field: title,
                    "under the schema of now nothing says “\(CellText.shown(value?.displayText ?? ""))”")
                continue
            }
            cells.append(
                PlannedCell(
                    key: row.key, keyJSON: row.keyJSON, field: field, sheet: index, row: row.number, column: column,
                    before: before, after: after, meaning: RestoreFields.reading(value)))
        }
        guard !cells.isEmpty else { return }
        if let reason = breaks(row, cells, of: sheet) {
            plan.leave(
                .wouldBeInvalid, key: row.keyJSON, sheet: name,
                cells: cells.map { A1.cell(column: $0.column, row: $0.row) }, reason)
        } else if isWritable {
            plan.cells += cells
        } else {
            plan.leave(
                .notWritten, key: row.keyJSON, sheet: name,
                cells: cells.map { A1.cell(column: $0.column, row: $0.row) },
                "CSV files are not written: put the values in yourself, or export the version")
        }
    }

    /// Why a row would not be valid with these cells; nil if it would be, or is not valid as it stands.
    private func breaks(_ row: DifferingRow, _ cells: [PlannedCell], of sheet: ScannedSheet) -> String? {
        if row.kind == .invalid { return nil }
        var changed = row.cells
        for cell in cells {
            while changed.count <= cell.column { changed.append(.empty) }
            changed[cell.column] = cell.after
        }
        var validator = sheet.validator
        let batch = validator.validate(RowBatch(row: row.number, changed))
        guard let found = batch.rows.first, found.kind == .invalid else { return nil }
        return batch.errors[found.errors].filter { $0.severity == .error }.map { $0.message(.en) }
            .joined(separator: " ")
    }

    /// What of a sheet nothing is done about.
    private func list(_ sheet: ScannedSheet, _ name: String, _ plan: inout RestorePlan) {
        let keyColumn = definition.schema.primaryKey.first.flatMap { sheet.columns[$0] } ?? 0
        for row in sheet.unreadableRows where request.keys == nil {
            plan.leave(
                .unreadableKey, key: nil, sheet: name, cells: [A1.cell(column: keyColumn, row: row)],
                "the row's key cannot be read")
        }
        for (key, row) in sheet.strangers {
            plan.leave(
                .inserted, key: key, sheet: name, cells: [A1.cell(column: keyColumn, row: row)],
                "it is no label of \(definition.name)@\(request.version.version)")
        }
        for (field, count) in sheet.lostFields.sorted(by: { $0.key < $1.key }) {
            plan.notes.append("\(name): \(count) values of the field \(field), which is gone, are not put back.")
        }
    }

    private func leaveAmbiguous(_ stands: KeyStands, _ names: [String], _ plan: inout RestorePlan) {
        let keyField = definition.schema.primaryKey.first ?? ""
        let texts = Dictionary(
            plan.sheets.compactMap { $0 }.flatMap(\.differing).map { ($0.key, $0.keyJSON) },
            uniquingKeysWith: { first, _ in first })
        // Of keys that have come since, it is told that they have.
        let strangers = Set(plan.sheets.compactMap { $0 }.flatMap(\.strangers).map { LabelSchema.keyHash($0.key) })
        for key in stands.ambiguous where !strangers.contains(key) {
            let cells = stands.stands(of: key).map { stand in
                "\(names[stand.sheet])!"
                    + A1.cell(column: plan.sheets[stand.sheet]?.columns[keyField] ?? 0, row: stand.row)
            }
            plan.leave(.duplicate, key: texts[key], cells: cells, "its key stands in several rows")
        }
    }
}
