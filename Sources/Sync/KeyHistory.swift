package import LabelDiff
package import LabelSchema
package import LabelStore

/// The history of one row: what its label was, version by version, also under the keys that it had before.
package struct KeyHistory: Sendable {
    /// One step of it.
    package struct Step: Sendable {
        package enum Kind: String, Sendable { case insert, update, delete, rekey }

        package let kind: Kind
        /// The version that it came with; `nil` for a key that was corrected and not published since.
        package let version: Int?
        package let at: String
        package let actor: String
        package let annotator: String?
        package let sheet: String?
        package let sheetRow: Int?
        package let runID: UInt64?
        /// What the run was: `sync`, `adopt`, `revert`.
        package let runKind: String?
        /// Why the version was published.
        package let reason: String?
        /// Whether text was taken out of the label since.
        package let isRedacted: Bool
        /// The former key, where the key was corrected, with who said so and why.
        package let formerKey: String?
        package let why: String?
        /// What changed; empty where only names of fields did.
        package let cells: [SyncReport.Change.Cell]
        /// What stood there before or after is pruned: an insert may have been an update, and so may a delete.
        package var besidePruned = false
    }

    package private(set) var steps: [Step] = []
    /// The label as it is now, in canonical form; `nil` if the key is none.
    package private(set) var label: [UInt8]?
    /// The key that the row is known by now, if this one was corrected.
    package let laterKey: RekeyRecord?

    /// A revision, and the key that it stood under.
    private struct Entry {
        let key: KeyHash
        let revision: LabelRevision
    }

    private let schema: LabelSchema
    private let lineage: SchemaLineage
    private let dataset: DatasetRecord
    private let pruned: Set<Int>

    /// Reads the history of a key.
    ///
    /// - Parameters:
    ///   - key: the key.
    ///   - dataset: its dataset; `DatasetRecord.asOf` tells the history up to another version than the newest.
    ///   - schema: the schema of that version, in whose terms it is told.
    ///   - store: where it is kept.
    /// - Throws: what the store throws.
    package init(
        of key: KeyHash, in dataset: DatasetRecord, schema: LabelSchema, store: LabelStore
    ) async throws {
        self.schema = schema
        self.dataset = dataset
        pruned = try await store.prunedVersions(of: dataset)
        lineage = try await SchemaLineage.load(of: dataset, from: store)
        let around = try await store.rekeys(around: key, in: dataset)
        laterKey = around.to
        var corrections: [RekeyRecord] = []
        var next = around.from
        while let correction = next, !corrections.contains(where: { $0.id == correction.id }) {
            corrections.append(correction)
            next = try await store.rekeys(around: correction.oldHash, in: dataset).from
        }
        // From the oldest key on: each goes on where the next one begins.
        var entries: [Entry] = []
        for key in corrections.reversed().map(\.oldHash) + [key] {
            let own = try await store.revisions(of: key, in: dataset).map { Entry(key: key, revision: $0) }
            if let first = entries.first?.revision.validFrom,
                let end = own.first(where: { $0.revision.validFrom >= first })?.revision.validFrom
            {
                // Later than that the former key is that of another row.
                entries.removeAll { $0.revision.validFrom >= end }
            }
            entries = (entries + own).sorted { $0.revision.validFrom < $1.revision.validFrom }
        }
        tell(entries, corrections)
        label = entries.last.flatMap { $0.key == key && $0.revision.end == nil ? translated($0.revision) : nil }
    }

    // MARK: - Telling

    private mutating func tell(_ entries: [Entry], _ corrections: [RekeyRecord]) {
        var before: [UInt8] = []
        var told: Set<UInt64> = []
        for (index, entry) in entries.enumerated() {
            let revision = entry.revision
            if index > 0, let correction = Self.correction(entries[index - 1], entry, corrections) {
                add(correction, version: revision.validFrom)
                told.insert(correction.id)
            }
            let label = translated(revision)
            add(revision, before.isEmpty ? .insert : .update, cells(from: before, to: label))
            // What a kept version before it does not have was not there; what a pruned one had is not known.
            if before.isEmpty, pruned.contains(revision.validFrom - 1) { steps[steps.count - 1].besidePruned = true }
            before = label
            guard let end = revision.end else { continue }
            if let next = entries.dropFirst(index + 1).first, next.revision.validFrom <= end.version,
                next.key == entry.key || Self.correction(entry, next, corrections) != nil
            {
                continue
            }
            add(end, cells(from: before, to: []))
            if pruned.contains(end.version) { steps[steps.count - 1].besidePruned = true }
            before = []
        }
        // Said, and not published yet.
        for correction in corrections.reversed() where !told.contains(correction.id) { add(correction, version: nil) }
    }

    /// The label in the terms of the newest version.
    private func translated(_ revision: LabelRevision) -> [UInt8] {
        lineage.translated(revision.label, from: revision.validFrom, to: dataset.currentVersion)
    }

    /// What leads from the key of one entry to that of the next.
    private static func correction(_ entry: Entry, _ next: Entry, _ corrections: [RekeyRecord]) -> RekeyRecord? {
        corrections.first { $0.oldHash == entry.key && $0.newHash == next.key }
    }

    private func cells(from before: [UInt8], to after: [UInt8]) -> [SyncReport.Change.Cell] {
        // Of a text that is gone, no cell is known to differ.
        if after == CanonicalLabel.redacted { return [] }
        return schema.cellChanges(from: before, to: after)
    }

    private mutating func add(_ revision: LabelRevision, _ kind: Step.Kind, _ cells: [SyncReport.Change.Cell]) {
        steps.append(
            Step(
                kind: kind, version: revision.validFrom, at: revision.publishedAt, actor: revision.actor,
                annotator: revision.annotator, sheet: revision.sheet, sheetRow: revision.sheetRow,
                runID: revision.runID, runKind: revision.begin.runKind, reason: revision.begin.reason,
                isRedacted: revision.isRedacted, formerKey: nil, why: nil, cells: cells))
    }

    private mutating func add(_ end: VersionStamp, _ cells: [SyncReport.Change.Cell]) {
        steps.append(
            Step(
                kind: .delete, version: end.version, at: end.publishedAt, actor: end.actor, annotator: nil,
                sheet: nil, sheetRow: nil, runID: end.runID, runKind: end.runKind, reason: end.reason,
                isRedacted: false, formerKey: nil, why: nil, cells: cells))
    }

    private mutating func add(_ correction: RekeyRecord, version: Int?) {
        steps.append(
            Step(
                kind: .rekey, version: version, at: correction.createdAt, actor: correction.actor, annotator: nil,
                sheet: nil, sheetRow: nil, runID: nil, runKind: nil, reason: nil, isRedacted: false,
                formerKey: correction.oldKey, why: correction.reason, cells: []))
    }
}
