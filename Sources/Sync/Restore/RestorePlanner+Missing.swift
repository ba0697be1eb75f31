internal import LabelDiff
internal import LabelSchema
internal import LabelStore
internal import SheetSource
internal import Tabular

/// Labels of the version whose row is in no sheet.
extension RestorePlanner {
    private static let pageSize = 5_000

    func addMissing(
        _ stands: KeyStands, _ chosen: Set<Int>, _ names: [String], _ plan: inout RestorePlan
    ) async throws {
        let corrected = Dictionary(
            try await targets.store.rekeys(of: targets.dataset).map { ($0.oldHash, $0.newKey) },
            uniquingKeysWith: { first, _ in first })
        var last: KeyHash?
        while true {
            try Task.checkCancellation()
            let keys: [KeyHash]
            if let asked = request.keyHashes {
                keys = asked.sorted()
            } else {
                keys = try await targets.store.keys(
                    of: targets.dataset, version: targets.version.version, after: last, limit: Self.pageSize)
            }
            let missing = keys.filter { !stands.contains($0) }
            let found = try await targets.load(missing)
            plan.counts.labels += keys.count - missing.count + found.count
            for key in missing {
                guard let target = found[key] else { continue }
                add(key, target, corrected[key], chosen, names, &plan)
            }
            guard request.keys == nil, keys.count == Self.pageSize else { break }
            last = keys.last
        }
        for key in request.keys ?? [] where !stands.contains(key.hash) {
            if try await targets.load([key.hash]).isEmpty {
                plan.leave(
                    .missing, key: Array(key.json.utf8),
                    "it is in no sheet, and no label of \(definition.name)@\(targets.version.version)")
            }
        }
    }

    private func add(
        _ key: KeyHash, _ target: RestoreTargets.Target, _ corrected: String?, _ chosen: Set<Int>, _ names: [String],
        _ plan: inout RestorePlan
    ) {
        let keyJSON = definition.schema.key(ofCanonicalLabel: target.label)
        let home = target.sheetID.flatMap { id in records.firstIndex { $0?.id == id } }
        if request.sheet != nil, home.map(chosen.contains) != true { return }
        let name = home.map { names[$0] }
        if target.isRedacted {
            return plan.leave(.redacted, key: keyJSON, sheet: name, "its row is in no sheet, and its text was redacted")
        }
        if let corrected {
            let now = LabelSchema.keyText(Array(corrected.utf8))
            return plan.leave(.rekeyed, key: keyJSON, sheet: name, "its key was corrected: it is \(now) now")
        }
        guard request.appends else {
            return plan.leave(.missing, key: keyJSON, sheet: name, "its row is in no sheet; --append makes one")
        }
        guard plan.failures.isEmpty else {
            return plan.leave(
                .missing, key: keyJSON, sheet: name, "its row may stand in a sheet that could not be read")
        }
        guard let home, let keyJSON, let sheet = plan.sheets[home], let name else {
            return plan.leave(.missing, key: keyJSON, "the sheet in which it stood is gone")
        }
        guard definition.sheets[home].fileID != nil else {
            return plan.leave(.notWritten, key: keyJSON, sheet: name, "CSV files are not written")
        }
        guard definition.sheets[home].reference.namedRange == nil else {
            return plan.leave(.missing, key: keyJSON, sheet: name, "rows are not added to a named range")
        }
        guard let cells = row(saying: target, in: sheet) else {
            return plan.leave(
                .cannotBeTyped, key: keyJSON, sheet: name, "no row of this sheet says the label under the schema of now"
            )
        }
        plan.rows.append(PlannedRow(key: key, keyJSON: keyJSON, sheet: home, cells: cells))
    }

    /// The cells of a row that says exactly this label; nil if there are none.
    private func row(saying target: RestoreTargets.Target, in sheet: ScannedSheet) -> [TypedCell]? {
        var cells: [TypedCell] = []
        for field in definition.schema.canonicalFields {
            guard let value = target.values[field.name] else { continue }
            guard let column = sheet.columns[field.name],
                let cell = definition.schema.typing(ofField: field.name)?.cell(saying: value)
            else { return nil }
            while cells.count <= column { cells.append(.empty) }
            cells[column] = cell
        }
        var validator = sheet.validator
        let batch = validator.validate(RowBatch(row: sheet.headerRow + 1, cells))
        guard let row = batch.rows.first, row.kind == .valid,
            batch.bytes[row.canonical].elementsEqual(target.label)
        else { return nil }
        return cells
    }
}
