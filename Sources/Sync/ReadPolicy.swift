internal import LabelDiff
internal import LabelSchema
internal import LabelStore
internal import SheetSource

/// Which sheets a run reads.
package struct ReadPolicy: Sendable {
    /// Read every sheet, whatever is known of changes.
    package var readsAll: Bool
    /// What is known of changes.
    package var changes: KnownChanges
    /// A sheet is read again until so long after its last change: notices lag behind.
    ///
    /// Zero reads none again.
    package var coolDown: Duration
    /// A sheet is read at least so often, whatever the notices say.
    package var fullReadEvery: Duration

    package init(
        readsAll: Bool = false, changes: KnownChanges = .unknown, coolDown: Duration = .seconds(5 * 60),
        fullReadEvery: Duration = .seconds(24 * 3_600)
    ) {
        self.readsAll = readsAll
        self.changes = changes
        self.coolDown = coolDown
        self.fullReadEvery = fullReadEvery
    }
}

/// What a run reads of a dataset, before it knows more.
struct SheetSelection {
    /// Places of the sheets that are read.
    private(set) var read: Set<Int> = []
    /// Places of the sheets that are as they were when they were last decided.
    private(set) var skipped: Set<Int> = []
    /// Sheets of a source that cannot be asked now.
    private(set) var failures: [SheetFailure] = []

    init(_ definition: DatasetDefinition, _ state: StoredState, _ policy: ReadPolicy, contractChanged: Bool) {
        for (index, sheet) in definition.sheets.enumerated() {
            if sheet.fileID != nil, case .unavailable(let error) = policy.changes {
                failures.append(SheetFailure(index: index, error, wasTried: false))
            } else if !contractChanged, !policy.readsAll, Self.isClean(sheet, state.records[index], definition, policy)
            {
                skipped.insert(index)
            } else {
                read.insert(index)
            }
        }
    }

    /// Whether a sheet is known to be as it was when every key of it was last decided.
    private static func isClean(
        _ sheet: SheetDefinition, _ record: SheetRecord?, _ definition: DatasetDefinition, _ policy: ReadPolicy
    ) -> Bool {
        guard case .marked(let alsoChanged) = policy.changes, let file = sheet.fileID, alsoChanged[file] == nil,
            let record, record.isSettled(for: sheet, of: definition), record.tabID != nil, !record.isDue(policy)
        else { return false }
        guard policy.coolDown > .zero, let readAfterChange = record.readAfterChange else { return true }
        return readAfterChange >= policy.coolDown
    }
}

extension SheetRecord {
    /// Every key of the sheet was decided as it was last seen, and nothing has marked it since.
    func isSettled(for sheet: SheetDefinition, of definition: DatasetDefinition) -> Bool {
        state == .active && !isDirty && seenDigest != nil && fileID == sheet.fileID
            && inputFingerprint == definition.inputFingerprint(of: sheet)
    }

    /// It is time to read it in full, whatever a notice or the source itself says.
    ///
    /// A read that is yet to come was before the database's clock was set back: nobody knows how long ago.
    func isDue(_ policy: ReadPolicy) -> Bool {
        guard let sinceRead else { return true }
        return sinceRead >= policy.fullReadEvery || sinceRead < Self.clockTolerance
    }

    /// The clocks of a cluster's nodes differ by a little.
    private static let clockTolerance = Duration.seconds(-60)

    /// The newest version of the file that is known, as a number that grows.
    var newestVersion: String? {
        guard let noticed = noticedVersion.flatMap(Int64.init) else { return fileVersion }
        guard let read = fileVersion.flatMap(Int64.init) else { return noticedVersion }
        return noticed > read ? noticedVersion : fileVersion
    }
}
