internal import Foundation
internal import LabelDiff
internal import LabelSchema
internal import LabelStore
internal import SheetSource

/// What a run tells of itself.
extension SyncRunner {
    func newReport(
        _ outcome: SyncReport.Outcome, _ state: StoredState, _ decided: Decided
    ) -> SyncReport {
        var report = SyncReport(dataset: definition.name, outcome: outcome, baseVersion: state.currentVersion)
        report.passes = decided.passes
        report.schemaChanged = decided.schemaChanged
        let names = SheetNames(decided.pass, definition, state.records)
        let failures = Dictionary(uniqueKeysWithValues: decided.pass.failures.map { ($0.index, $0) })
        report.sheets = definition.sheets.indices.map { index in
            let sheet = decided.pass.sheets[index]
            let record = decided.pass.skipped.contains(index) ? state.records[index] : nil
            return SyncReport.Sheet(
                title: names.names[index], spreadsheet: definition.sheets[index].reference.spreadsheet,
                rows: sheet.map { $0.rows.count + $0.unreadable.count } ?? record?.rowCount ?? 0,
                pending: sheet?.pendingCount ?? record?.pendingCount ?? 0, wasRead: sheet != nil,
                failure: failures[index].map { failure in
                    SyncReport.Sheet.Failure(
                        code: failure.code,
                        messages: Dictionary(
                            uniqueKeysWithValues: failure.messages.map { ($0.key.rawValue, $0.value) }),
                        hint: failure.hint, concernsEverySheet: failure.concernsEverySheet)
                })
        }
        report.counts.rows = report.sheets.reduce(0) { $0 + $1.rows }
        report.counts.pending = report.sheets.reduce(0) { $0 + $1.pending }
        report.counts.storedBefore = state.version?.labelCount ?? 0
        report.counts.labels = report.counts.storedBefore
        report.counts.unchanged = report.counts.storedBefore
        report.references = definition.references.map {
            SyncReport.Reference(dataset: $0.record.name, version: $0.version)
        }
        report.orphans = state.orphans.map {
            SyncReport.Orphan(sheetID: $0.id, title: $0.title, location: $0.location)
        }
        for failure in decided.pass.failures where failure.code == SheetError.Code.tabMadeAnew.rawValue {
            guard let record = state.records[failure.index] else { continue }
            report.orphans.append(
                SyncReport.Orphan(sheetID: record.id, title: record.title, location: record.location))
        }
        if decided.waitsForSheets {
            report.notes.append(
                decided.schemaChanged
                    ? "The label schema has changed, and a new one needs every sheet: the run waits."
                    : "A dataset that foreign keys point to has a new version, which needs every sheet: the run waits.")
        }
        return report
    }

    @discardableResult
    func tell(
        _ outcome: MergeOutcome, _ unreadable: UnreadableKeys, _ check: GuardCheck, _ state: StoredState,
        _ decided: Decided, limit: Int, into report: inout SyncReport
    ) async throws -> ReportDetails {
        let rejected = outcome.problems.filter { $0.found.problem.kind != .deleteWaiting }
        report.counts.labels = outcome.labelCount
        report.counts.inserted = outcome.count(.insert)
        report.counts.updated = outcome.count(.update)
        report.counts.deleted = outcome.count(.delete)
        report.counts.unchanged = outcome.labelCount - report.counts.inserted - report.counts.updated
        report.counts.rejected = rejected.count + unreadable.found.count + unreadable.standing.count
        report.counts.reverted =
            state.exceptions.values.count { $0.reverted != nil }
            - outcome.revertedChanges.count { $0.reverted == nil }
        report.counts.newlyRejected =
            rejected.count { $0.found.isNew } + unreadable.found.count { $0.isNew }
        report.counts.waitingDeletes = outcome.problems.count - rejected.count
        report.counts.moved = outcome.homes.count
        report.counts.approved = check.used.count
        report.breaches = definition.guards
            .breaches(
                check.counts, stored: outcome.storedCount, seen: report.counts.rows - report.counts.pending
            )
            .map(\.description)
        var texts = RowTexts(decided, definition, state.records)
        try await texts.lookAtCells(unreadable, state)
        let details = ReportDetails(texts: texts, store: store, state: state, limit: limit)
        report.changes = try await details.changes(outcome)
        report.rejections = try await details.rejections(outcome, unreadable)
        report.waitingDeletes = try await details.waitingDeletes(outcome)
        report.warnings = details.warnings()
        report.counts.warnings = decided.pass.sheets.reduce(0) { $0 + ($1?.warningCount ?? 0) }
        report.aliases = details.aliases()
        if decided.schemaChanged { report.schemaChanges = try await schemaChanges(state) }
        let renamed = outcome.entries.count(where: \.isRenaming)
        if renamed > 0 {
            report.notes.append("Updates that only take over new names of fields: \(renamed).")
        }
        return details
    }

    /// So many differences between two schemas are told.
    private static let toldSchemaChanges = 200

    /// What differs between the schema of the base version and this one, the gravest first.
    private func schemaChanges(_ state: StoredState) async throws -> [SyncReport.SchemaChange] {
        guard let version = state.version else { return [] }
        let document = try await store.schemaDocument(version.schemaID)
        // One that an older release took and this one does not cannot be compared; its labels are checked all the same.
        guard let old = try? LabelSchema.parse(document: document) else { return [] }
        let changes = SchemaDiff(from: old, to: definition.schema).changes
        let sorted = SchemaEffect.allCases.reversed().flatMap { effect in changes.filter { $0.effect == effect } }
        return sorted.prefix(Self.toldSchemaChanges).map { change in
            SyncReport.SchemaChange(
                effect: change.effect.rawValue, kind: change.kind.rawValue, field: change.field,
                description: change.description)
        }
    }

    /// For each key that was said to be a corrected one, the former one; asked for only where a run could join any.
    func rekeys(_ outcome: MergeOutcome, _ state: StoredState) async throws -> [KeyHash: KeyHash] {
        guard let dataset = state.dataset, outcome.count(.delete) > 0, outcome.count(.insert) > 0 else { return [:] }
        return Dictionary(
            try await store.rekeys(of: dataset).map { ($0.newHash, $0.oldHash) },
            uniquingKeysWith: { first, _ in first })
    }

    static func json(_ report: SyncReport) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(report), as: UTF8.self)
    }
}

extension Duration {
    /// Seconds with milliseconds.
    var inSeconds: Double {
        let (seconds, attoseconds) = components
        return ((Double(seconds) * 1e3 + Double(attoseconds) / 1e15).rounded()) / 1e3
    }
}
