package import Digest
package import LabelDiff
package import LabelSchema
package import LabelStore

/// The labels of one version as bytes, in key order: the same for the same version and the same wish, every time.
package struct LabelReading: Sendable {
    /// Some labels, written out.
    package struct Chunk: Sendable {
        package let bytes: [UInt8]
        /// How many labels are in it.
        package let rows: Int
        /// The key of the last label looked at: what comes next is behind it.
        package let cursor: KeyHash
        /// How many labels of the version have been looked at for it, wanted or not.
        package let seen: Int
    }

    package let dataset: DatasetRecord
    package let version: VersionRecord
    package let schema: LabelSchema
    /// The schema of the version to compare with, if there is one: its labels have other names, it may be.
    let formerSchema: LabelSchema?
    package let selection: LabelSelection
    package let form: LabelForm
    /// The fields that are written, in the order of the cells.
    package let fields: [LabelField]
    /// What stands before the first label: the names of the fields, in CSV.
    package let header: [UInt8]
    /// Labels of the version whose text was taken away, by key.
    package let redacted: [KeyHash: RedactedRow]
    /// What these bytes are known by: equal for equal bytes, and another one if so much as a label was redacted since.
    package let identity: SHA256Digest

    let store: LabelStore

    /// Labels that pass at once.
    package static let usualChunk = 10_000

    /// Makes ready to read a version.
    ///
    /// - Parameters:
    ///   - store: where it is.
    ///   - dataset: its dataset.
    ///   - version: the version, which must not be pruned.
    ///   - selection: what of it is wanted.
    ///   - form: how it is written.
    /// - Throws: `ExportProblem` for a selection that makes no sense for this version; `StoreError`, `MySQLError`.
    package init(
        store: LabelStore, dataset: DatasetRecord, version: VersionRecord, selection: LabelSelection, form: LabelForm
    ) async throws {
        (self.store, self.dataset, self.version) = (store, dataset, version)
        (self.selection, self.form) = (selection, form)
        schema = try LabelSchema.parse(document: try await store.schemaDocument(version.schemaID))
        fields = try selection.fields(of: schema)
        _ = try RowFilter(selection, schema)
        if let since = selection.changedSince {
            guard since < version.version else {
                throw ExportProblem(
                    .badSince, "Version \(since) is not older than version \(version.version).",
                    hint: "Give an older one to tell what has changed since.")
            }
            let former = try await store.version(since, of: dataset)
            formerSchema = try await Self.formerSchema(former, store, selection)
        } else {
            formerSchema = nil
        }
        // What of a label that is redacted was wanted, and in which split it was, nobody knows any more.
        guard !form.hasTombstones || selection == .all else {
            throw ExportProblem(
                .badTombstones, "Tombstones go with whole labels, and with all of a version.",
                hint: "Leave out the tombstones, or the columns, condition, split and older version.")
        }
        header = RowRenderer.header(form, fields)
        let (redacted, marks) = try await Self.redactions(store, dataset, version)
        self.redacted = redacted
        identity = Self.identity(version, selection, form, redactions: marks)
    }

    /// The labels of a version whose text was taken away, and the numbers of the redactions that did it.
    private static func redactions(
        _ store: LabelStore, _ dataset: DatasetRecord, _ version: VersionRecord
    ) async throws -> ([KeyHash: RedactedRow], [UInt64]) {
        let rows = try await store.redactedRows(of: dataset).filter { $0.stands(in: version.version) }
        let redacted = Dictionary(rows.map { ($0.key, $0) }, uniquingKeysWith: { _, last in last })
        let marks = try await store.redactions(of: dataset).filter { redacted[$0.key]?.rowHash == $0.rowHash }
        return (redacted, marks.map(\.id))
    }

    /// Makes sure that nothing was redacted while the labels were read: what is written would hold what has to go.
    ///
    /// - Throws: `ExportProblem` with `redacted`; `MySQLError`.
    package func requireNothingRedactedMeanwhile() async throws {
        let (_, marks) = try await Self.redactions(store, dataset, version)
        guard Self.identity(version, selection, form, redactions: marks) == identity else {
            throw ExportProblem(
                .redacted, "A label of \(dataset.name)@\(version.version) was redacted meanwhile.",
                hint: "Start the export again.")
        }
    }

    /// The schema of an older version, whose labels must be such that they may have been wanted.
    private static func formerSchema(
        _ version: VersionRecord, _ store: LabelStore, _ selection: LabelSelection
    ) async throws -> LabelSchema {
        let schema = try LabelSchema.parse(document: try await store.schemaDocument(version.schemaID))
        do {
            _ = try RowFilter(selection, schema)
        } catch {
            throw ExportProblem(
                .badSince,
                "Version \(version.version) has another schema, of which this cannot be asked: \(error.message)",
                hint: "Give out both versions, or what changed without that.")
        }
        return schema
    }

    private static func identity(
        _ version: VersionRecord, _ selection: LabelSelection, _ form: LabelForm, redactions: [UInt64]
    ) -> SHA256Digest {
        var hasher = SHA256Hasher()
        hasher.update("sheaf-labels-1\n\(version.versionHash.hex)\n\(form.identity)\n\(selection.identity)\n")
        // Which labels changed since another version is not in this one's hash.
        if selection.changedSince != nil { hasher.update("of \(version.version)\n") }
        hasher.update("redacted \(redactions.sorted())\n")
        return hasher.finish()
    }

    /// How many labels of the version have no text any more, and so are not given out without tombstones.
    package var leftOut: Int { redacted.values.count { $0.isWhole } }

    /// Writes out the labels, in key order; no header.
    ///
    /// Between two chunks nothing is held of the database, neither a connection nor a transaction, so a slow reader harms
    /// nobody.
    ///
    /// - Parameters:
    ///   - stretch: which keys; to go on behind a chunk, those after its cursor.
    ///   - limit: about how many labels are looked at for a chunk.
    ///   - maximum: how many labels are written at most.
    ///   - body: takes one chunk after the other; one may have no rows, and only tells how far it is.
    /// - Throws: `StoreError.prunedVersion`, `MySQLError`, `StoredLabelDamaged`, `CancellationError`, or what the body
    ///   throws.
    package func forEachChunk(
        in stretch: KeyStretch = .all, limit: Int = LabelReading.usualChunk, maximum: Int = .max,
        _ body: (Chunk) async throws -> Void
    ) async throws {
        var renderer = RowRenderer(form, fields, isWhole: selection.columns == nil)
        var left = maximum
        try await forEachRows(in: stretch, limit: limit) { rows in
            if left == 0 { return false }
            var taken = 0
            var cursor: KeyHash?
            try rows.forEach { _, key, label in
                guard taken < left else { return }
                try renderer.append(key, label)
                taken += 1
                if taken == left { cursor = key }
            } tombstone: { row in
                guard taken < left else { return }
                renderer.append(tombstone: row)
                taken += 1
                if taken == left { cursor = row.key }
            }
            left -= taken
            try await body(
                Chunk(bytes: renderer.takeBytes(), rows: taken, cursor: cursor ?? rows.cursor, seen: rows.count))
            return left > 0
        }
    }
}
