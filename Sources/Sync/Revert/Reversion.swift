internal import LabelDiff
internal import LabelSchema
internal import LabelStore

/// The labels of a former version beside those of now: what would have to change, and what cannot.
struct Reversion: Sendable {
    /// One label that goes back.
    struct Entry: Sendable {
        let key: KeyHash
        /// The row hash of now; `nil` if there is no label.
        let before: RowHash?
        /// That of the former label in the terms of now; `nil` if there was none.
        let after: RowHash?
        /// The sheet where the key was last seen.
        let home: UInt32?
        /// The primary key as canonical JSON.
        let labelKey: [UInt8]

        var kind: ChangeKind { before == nil ? .insert : after == nil ? .delete : .update }
    }

    struct LeftOut: Sendable {
        let labelKey: [UInt8]
        let reason: SyncReport.LeftOut.Reason
        let errors: [CellError]
    }

    /// In key order.
    private(set) var entries: [Entry] = []
    private(set) var leftOut: [LeftOut] = []
    /// Labels that come back without values of fields that the schema no longer has.
    private(set) var shortened = 0

    private let scene: Scene

    /// What a reversion goes by.
    struct Scene: Sendable {
        let store: LabelStore
        let dataset: DatasetRecord
        /// The version whose labels come back.
        let target: VersionRecord
        /// The schema of the current version.
        let schema: LabelSchema
        let lineage: SchemaLineage
        let exceptions: [KeyHash: OpenExceptions]
        /// Sheets that are read.
        let activeSheets: Set<UInt32>

        /// A former label in the terms of now, and the fields that are left out.
        func carried(_ label: [UInt8]) -> (label: [UInt8], lost: [String])? {
            schema.carriedOver(
                canonicalLabel: lineage.translated(label, from: target.version, to: dataset.currentVersion))
        }
    }

    private static let pageSize = 2_000

    /// Compares the two versions.
    ///
    /// - Parameters:
    ///   - scene: what it goes by.
    ///   - only: the keys that are to go back; `nil` for all.
    ///   - progress: takes how many labels have been compared.
    /// - Throws: what the store throws; `CancellationError`.
    init(_ scene: Scene, only: Set<KeyHash>?, progress: (Int) -> Void) async throws {
        self.scene = scene
        var keys = try await scene.store.keysChanged(
            in: scene.dataset, from: scene.target.version, to: scene.dataset.currentVersion)
        if let only { keys = keys.filter(only.contains) }
        for start in stride(from: 0, to: keys.count, by: Self.pageSize) {
            try Task.checkCancellation()
            let some = Array(keys[start..<min(start + Self.pageSize, keys.count)])
            let now = try await scene.store.labelRecords(
                of: scene.dataset, version: scene.dataset.currentVersion, keys: some)
            let then = try await scene.store.labelRecords(
                of: scene.dataset, version: scene.target.version, keys: some)
            for key in some { add(key, now: now[key], then: then[key]) }
            progress(start + some.count)
        }
        try await leaveOutWhatBreaksKeys()
    }

    private mutating func add(_ key: KeyHash, now: StoredLabelRecord?, then: StoredLabelRecord?) {
        let text = now?.label ?? then?.label ?? []
        let labelKey = scene.schema.key(ofCanonicalLabel: text) ?? []
        func leaveOut(_ reason: SyncReport.LeftOut.Reason, _ errors: [CellError] = []) {
            leftOut.append(LeftOut(labelKey: labelKey, reason: reason, errors: errors))
        }
        if now?.rowHash == then?.rowHash { return }
        if scene.exceptions[key]?.problems.contains(where: { $0.kind == .deleteWaiting }) ?? false {
            return leaveOut(.deleteWaits)
        }
        var after: RowHash?
        if let then {
            if then.isRedacted { return leaveOut(.redacted) }
            guard let (form, lost) = scene.carried(then.label) else { return leaveOut(.invalid) }
            let hash = LabelSchema.rowHash(form)
            if hash == now?.rowHash { return }
            var errors = scene.schema.check(canonicalLabel: form)
            if errors.isEmpty, scene.schema.key(ofCanonicalLabel: form).map(LabelSchema.keyHash) != key {
                errors = scene.schema.keyErrors(ofStoredLabel: form)
            }
            if !errors.isEmpty { return leaveOut(.invalid, scene.schema.quoting(form, in: errors)) }
            if !lost.isEmpty { shortened += 1 }
            after = hash
        }
        let home = now?.homeSheetID ?? then?.homeSheetID
        entries.append(Entry(key: key, before: now?.rowHash, after: after, home: home, labelKey: labelKey))
    }

    // MARK: - Keys over the whole table

    /// Leaves out labels that would break unique keys or references, until all that is left holds together.
    private mutating func leaveOutWhatBreaksKeys() async throws {
        let constraints = TableConstraints(scene.schema)
        if constraints.isEmpty || entries.isEmpty { return }
        let table = try await ReversionTable(scene)
        while true {
            let broken = try await table.broken(entries)
            if broken.isEmpty { return }
            let before = entries.count
            entries = entries.filter { entry in
                guard let breaches = broken[entry.key] else { return true }
                leftOut.append(
                    LeftOut(
                        labelKey: entry.labelKey, reason: .invalid,
                        errors: scene.schema.errors(ofStoredLabel: breaches)))
                return false
            }
            // What is broken without any of these entries was so before.
            if entries.count == before { return }
        }
    }
}
