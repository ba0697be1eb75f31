internal import LabelDiff
internal import LabelSchema
internal import LabelStore
internal import Tabular

/// Puts a decision into words: the changes cell by cell, the rows rejected, the deletes that wait.
struct ReportDetails {
    let texts: RowTexts
    let store: LabelStore
    let state: StoredState
    /// So many entries of each kind are told in full; the counts tell of all.
    let limit: Int

    var definition: DatasetDefinition { texts.definition }
    var decided: Decided { texts.decided }

    func changes(_ outcome: MergeOutcome) async throws -> [SyncReport.Change] {
        // What was there is most interesting to lose, so updates and deletes come before inserts.
        let told =
            Array(outcome.entries.lazy.filter { $0.kind != .insert && !$0.isRenaming }.prefix(limit))
            + outcome.entries.lazy.filter { $0.kind == .insert }.prefix(limit)
        let stored = try await storedLabels(told.filter { $0.before != nil }.map(\.key))
        return try told.map { entry in
            let record = try entry.row.map(texts.record(row:))
            let before = stored[entry.key] ?? []
            let isCarried = entry.row == nil && entry.after != nil
            let carried = isCarried ? definition.schema.carriedOver(canonicalLabel: before)?.label : nil
            let after = record?.canonical ?? carried ?? []
            let key = record?.key ?? definition.schema.key(ofCanonicalLabel: before) ?? []
            let row = entry.row.map { decided.rows[$0] }
            return SyncReport.Change(
                kind: entry.kind == .insert ? .insert : entry.kind == .update ? .update : .delete,
                key: String(decoding: key, as: UTF8.self), sheet: row.map { texts.names.names[Int($0.sheet)] },
                row: row.map { Int($0.rowNumber) },
                annotator: row.flatMap { row in record.flatMap { texts.annotator($0, sheet: row.sheet) } },
                isCost: entry.isCost,
                reasons: Self.problems(definition.schema.quoting(before, in: decided.costs[entry.key] ?? [])),
                cells: definition.schema.cellChanges(from: before, to: after))
        }
    }

    func rejections(_ outcome: MergeOutcome, _ unreadable: UnreadableKeys) async throws -> [SyncReport.Rejection] {
        let known = try await standing(outcome, unreadable)
        var told: [SyncReport.Rejection] = []
        let lost = Set(outcome.entries.filter(\.isCost).map(\.key))
        for (key, found) in outcome.problems where told.count < limit && found.problem.kind != .deleteWaiting {
            let record = found.isNew ? nil : known[found.problem]
            let row = found.row.map { decided.rows[$0] }
            let text = try found.row.map { String(decoding: try texts.record(row: $0).key, as: UTF8.self) }
            guard let sheet = name(found.problem.sheetID) else { continue }
            told.append(
                SyncReport.Rejection(
                    kind: found.problem.kind.rawValue, key: text ?? record?.labelKey, sheet: sheet,
                    row: row.map { Int($0.rowNumber) } ?? Int(found.problem.rowNumber),
                    keepsLabel: found.hasLabel && !lost.contains(key), isNew: found.isNew,
                    errors: Self.problems(try errors(of: found, key: key, record))))
        }
        let standing = unreadable.standing.map { (problem: $0, found: UnreadableKeys.FoundUnreadable?.none) }
        for (problem, found) in unreadable.found.map({ ($0.problem, $0) }) + standing where told.count < limit {
            guard let sheet = name(problem.sheetID), let index = state.sheetIDs.firstIndex(of: problem.sheetID) else {
                continue
            }
            let record = found?.isNew == true ? nil : known[problem]
            let stored = record.flatMap(Self.errors) ?? []
            let errors =
                try found.map {
                    ShownCells.quoted(try texts.errors(ofUnreadable: $0, sheet: index), asIn: stored)
                } ?? stored
            told.append(
                SyncReport.Rejection(
                    kind: problem.kind.rawValue, key: nil, sheet: sheet, row: Int(problem.rowNumber), keepsLabel: false,
                    isNew: found?.isNew ?? false, errors: Self.problems(errors)))
        }
        let order = Dictionary(
            texts.names.names.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
        return told.sorted { (order[$0.sheet] ?? 0, $0.row) < (order[$1.sheet] ?? 0, $1.row) }
    }

    /// The errors of a row; of one that was not read, as they were stored.
    ///
    /// A cell was looked at as people see it when its problem was new: that is told again.
    private func errors(of found: FoundProblem, key: KeyHash, _ record: ExceptionRecord?) throws -> [CellError] {
        let stored = record.flatMap(Self.errors) ?? []
        guard found.row != nil else { return stored }
        return ShownCells.quoted(try texts.errors(of: found, key: key), asIn: stored)
    }

    private func name(_ sheetID: UInt32) -> String? {
        state.sheetIDs.firstIndex(of: sheetID).map { texts.names.names[$0] }
    }

    /// What the store tells of problems that no row of this run is needed for, or that are told already.
    private func standing(
        _ outcome: MergeOutcome, _ unreadable: UnreadableKeys
    ) async throws -> [Problem: ExceptionRecord] {
        let isNeeded =
            !unreadable.standing.isEmpty || unreadable.found.contains { !$0.isNew }
            || outcome.problems.contains { !$0.found.isNew && $0.found.problem.kind != .deleteWaiting }
        guard let dataset = state.dataset, isNeeded else { return [:] }
        return Dictionary(
            try await store.exceptionRecords(of: dataset).map { ($0.problem, $0) },
            uniquingKeysWith: { first, _ in first })
    }

    private static func errors(_ record: ExceptionRecord) -> [CellError]? {
        record.errors.flatMap { CellError.list(json: Array($0.utf8)) }
    }

    /// What is to be told of rows that were taken all the same.
    func warnings() -> [SyncReport.Warning] {
        var told: [SyncReport.Warning] = []
        for (index, sheet) in decided.pass.sheets.enumerated() {
            guard let sheet else { continue }
            let warnings = sheet.warnings.sorted { ($0.rowNumber, $0.column ?? 0) < ($1.rowNumber, $1.column ?? 0) }
            for (warning, problem) in zip(warnings, Self.problems(warnings)) where told.count < limit {
                told.append(
                    SyncReport.Warning(sheet: texts.names.names[index], row: warning.rowNumber, problem: problem))
            }
        }
        return told
    }

    /// The aliases that were typed, most typed first.
    func aliases() -> [SyncReport.Alias] {
        var tally = AliasTally()
        for sheet in decided.pass.sheets { tally.add(sheet?.aliases.sorted ?? []) }
        return tally.sorted.map {
            SyncReport.Alias(field: $0.field, spelling: $0.spelling, value: $0.value, count: $0.count)
        }
    }

    func waitingDeletes(_ outcome: MergeOutcome) async throws -> [SyncReport.WaitingDelete] {
        let waiting = outcome.problems.filter { $0.found.problem.kind == .deleteWaiting }.map(\.key).prefix(limit)
        let stored = try await storedLabels(Array(waiting))
        let blocks = texts.blocks()
        return waiting.map { key in
            let label = stored[key].flatMap { definition.schema.key(ofCanonicalLabel: $0) } ?? []
            // A label that others refer to waits for them, whatever else blocks deletes.
            return SyncReport.WaitingDelete(
                key: String(decoding: label, as: UTF8.self), blockedBy: decided.heldBy[key] ?? blocks,
                isReferenced: decided.heldBy[key] != nil)
        }
    }

    /// The stored labels of some keys, as of the base version, with the names that their fields have now.
    func storedLabels(_ keys: [KeyHash]) async throws -> [KeyHash: [UInt8]] {
        guard let dataset = state.dataset, !keys.isEmpty else { return [:] }
        let schema = definition.schema
        return try await store.labels(of: dataset, version: state.currentVersion, keys: keys)
            .mapValues { schema.translated(canonicalLabel: $0) ?? $0 }
    }

    static func problems(_ errors: [CellError]) -> [SyncReport.Rejection.Problem] {
        errors.map { error in
            SyncReport.Rejection.Problem(
                code: error.code, field: error.field,
                cell: error.column.map { A1.cell(column: $0, row: error.rowNumber) } ?? "",
                severity: error.severity.rawValue, ja: error.message(.ja), en: error.message(.en))
        }
    }
}

extension LabelSchema {
    /// The fields in which two labels of one key differ, in schema order, without those of the key; empty bytes are no
    /// label.
    package func cellChanges(from before: [UInt8], to after: [UInt8]) -> [SyncReport.Change.Cell] {
        let old = Self.values(before)
        let new = Self.values(after)
        var cells: [SyncReport.Change.Cell] = []
        for field in canonicalFields where field.role != .key && Self.differ(old[field.name], new[field.name]) {
            cells.append(
                SyncReport.Change.Cell(
                    field: field.name, title: field.title, before: old[field.name]?.displayText,
                    after: new[field.name]?.displayText))
        }
        // Fields that only an older schema had.
        let known = Set(canonicalFields.map(\.name))
        for name in Set(old.keys).union(new.keys).subtracting(known).sorted() where Self.differ(old[name], new[name]) {
            cells.append(
                SyncReport.Change.Cell(
                    field: name, title: name, before: old[name]?.displayText, after: new[name]?.displayText))
        }
        return cells
    }

    /// Equality is bytes: to Swift, two strings are equal if they are composed differently.
    private static func differ(_ old: LabelValue?, _ new: LabelValue?) -> Bool {
        guard let old, let new else { return old != new }
        return old != new || !old.displayText.utf8.elementsEqual(new.displayText.utf8)
    }

    private static func values(_ label: [UInt8]) -> [String: LabelValue] {
        let members = label.isEmpty ? [] : CanonicalLabel.parse(label) ?? []
        return Dictionary(members.map { ($0.name, $0.value) }, uniquingKeysWith: { _, last in last })
    }
}
