package import Digest
package import LabelDiff
internal import MySQL

/// What a run learnt of one sheet, to be stored with what it published.
package struct SheetBookkeeping: Sendable {
    package let sheetID: UInt32
    /// `nil` if a key of the sheet was left undecided: the sheet stays dirty then.
    package let seenDigest: SHA256Digest?
    package let inputFingerprint: SHA256Digest
    package let fileVersion: String?
    package let rowCount: Int
    package let pendingCount: Int
    package let tabID: Int?
    package let title: String
    package let spreadsheetTitle: String
    /// The mark that stood when the read of the sheet began: later marks stay.
    package let markAtRead: UInt64
    /// When the run began that read it, by `LabelStore.clock()`.
    package let readAt: String
    /// The names of the fields that had a column.
    package let boundFields: [String]

    package init(
        sheetID: UInt32, seenDigest: SHA256Digest?, inputFingerprint: SHA256Digest, fileVersion: String?, rowCount: Int,
        pendingCount: Int, tabID: Int?, title: String, spreadsheetTitle: String, markAtRead: UInt64, readAt: String,
        boundFields: [String]
    ) {
        self.boundFields = boundFields
        self.pendingCount = pendingCount
        self.readAt = readAt
        self.spreadsheetTitle = spreadsheetTitle
        self.sheetID = sheetID
        self.seenDigest = seenDigest
        self.inputFingerprint = inputFingerprint
        self.fileVersion = fileVersion
        self.rowCount = rowCount
        self.tabID = tabID
        self.title = title
        self.markAtRead = markAtRead
    }
}

/// A sheet that could not be read, and why.
package struct UnreadSheet: Sendable {
    package let sheetID: UInt32
    /// A stable name for the reason.
    package let failure: String

    package init(sheetID: UInt32, failure: String) {
        self.sheetID = sheetID
        self.failure = String(failure.prefix(32))
    }
}

/// One exception row to be stored.
package struct ExceptionToStore: Sendable {
    package let key: KeyHash
    package let problem: Problem
    package let labelKey: String?
    package let errors: String?

    package init(key: KeyHash, problem: Problem, labelKey: String?, errors: String?) {
        self.key = key
        self.problem = problem
        self.labelKey = labelKey
        self.errors = errors
    }
}

/// All that a run changes beside the labels themselves; it commits in one transaction, with the version if there is one.
package struct Publication: Sendable {
    package var sheets: [SheetBookkeeping] = []
    /// Sheets that could not be read: they are marked and lose their digest.
    package var unreadSheets: [UnreadSheet] = []
    /// Keys whose problems are replaced (by those in `exceptions`, or by none).
    package var settledKeys: [KeyHash] = []
    /// Rows with an unreadable key that are gone.
    package var endedUnreadable: [Problem] = []
    package var exceptions: [ExceptionToStore] = []
    package var reverted: [RevertedChange] = []
    /// Keys that a revert sets back, none of which is `reverted` already.
    package var newlyReverted: [NewlyReverted] = []
    package var usedApprovals: [HoldEntryKey] = []
    /// No sheet that was wanted failed, and nothing is left that would be held: what waits for approval is closed.
    ///
    /// A run that publishes closes it in any case.
    package var closesHolds = false
    /// Sheets that the next run decides anew: they are marked and lose their digest.
    package var markedSheets: [UInt32] = []
    package var runState: RunState
    package var report: String

    package init(runState: RunState, report: String) {
        self.runState = runState
        self.report = report
    }
}

/// The figures and hashes of a version about to be published.
package struct VersionFigures: Sendable {
    package let rootHash: SHA256Digest
    package let versionHash: SHA256Digest
    package let labelCount: Int
    package let inserted: Int
    package let updated: Int
    package let deleted: Int

    package init(
        rootHash: SHA256Digest, versionHash: SHA256Digest, labelCount: Int, inserted: Int, updated: Int, deleted: Int
    ) {
        self.rootHash = rootHash
        self.versionHash = versionHash
        self.labelCount = labelCount
        self.inserted = inserted
        self.updated = updated
        self.deleted = deleted
    }
}

extension LabelStore {
    /// Writes a new version and makes it visible, together with the event that announces it.
    ///
    /// The change set is staged chunk by chunk, each in a transaction of its own, while the next chunk is being made; a
    /// large one in two halves at a time. Then comes what changes in the exceptions, if that is much; the last, small
    /// transaction publishes. What fits one chunk is one transaction.
    ///
    /// - Parameters:
    ///   - draft: the version to be.
    ///   - figures: its counts and hashes.
    ///   - publication: what is stored with it.
    ///   - lease: that of the dataset.
    ///   - nextChunk: gives the change set in bounded pieces, then `nil`; called by one at a time.
    ///   - otherHalf: gives the pieces of a large change set whose keys come after all those of `nextChunk`.
    ///   - progress: called after each chunk with the number of changes staged so far.
    /// - Throws: `StoreError.leaseLost` if another worker has taken over; what `nextChunk` throws. What was staged stays
    ///   unseen then, until it is undone.
    package func publish(
        _ draft: VersionDraft, figures: VersionFigures, publication: Publication, lease: Lease,
        nextChunk: @escaping ChunkSource, otherHalf: ChunkSource? = nil, progress: (Int) -> Void = { _ in }
    ) async throws {
        var staging = Staging(draft: draft, lease: lease)
        if let otherHalf {
            try await staging.stageHalves(nextChunk, otherHalf, progress)
        } else {
            try await staging.stageAllButLast(nextChunk, progress)
        }
        try Task.checkCancellation()
        let (last, first) = (staging.last, !staging.hasBegun)
        let decision = DecisionSteps(publication, rowsPerTransaction: rowsPerTransaction)
        if !decision.isSingle {
            try await lease.write { connection in
                if first { try Self.insertStagingVersion(draft, connection) }
                try Self.stage(last, draft, connection)
            }
            try await stage(decision, dataset: draft.dataset, runID: draft.runID, lease: lease)
        }
        try await lease.write { connection in
            if decision.isSingle {
                if first { try Self.insertStagingVersion(draft, connection) }
                try Self.stage(last, draft, connection)
            }
            try Self.store(
                publication, decision, dataset: draft.dataset, runID: draft.runID, version: draft.version, connection)
            try Self.flip(draft, figures, connection)
        }
        progress(staging.staged + last.count)
        try await deleteEnded(decision, draft.dataset, lease: lease)
    }

    /// Stores what a run learnt where no label changed: digests, exceptions, marks and the run's end.
    ///
    /// It is seen whole or not at all.
    package func storeBookkeeping(
        _ publication: Publication, dataset: DatasetRecord, runID: UInt64, lease: Lease
    ) async throws {
        let decision = DecisionSteps(publication, rowsPerTransaction: rowsPerTransaction)
        try await stage(decision, dataset: dataset, runID: runID, lease: lease)
        try await lease.write { connection in
            try Self.store(publication, decision, dataset: dataset, runID: runID, version: nil, connection)
        }
        try await deleteEnded(decision, dataset, lease: lease)
    }

    private static func flip(
        _ draft: VersionDraft, _ figures: VersionFigures, _ connection: isolated MySQLConnection
    ) throws {
        let datasetID = MySQLValue.uint(UInt64(draft.dataset.id))
        let version = MySQLValue.int(Int64(draft.version))
        _ = try connection.execute(
            """
            UPDATE sheaf_versions SET state = 'published', root_hash = ?, version_hash = ?, label_count = ?,
                inserted = ?, updated = ?, deleted = ?, published_at = UTC_TIMESTAMP(6)
            WHERE dataset_id = ? AND version = ?
            """,
            [
                .bytes(figures.rootHash.bytes), .bytes(figures.versionHash.bytes), .int(Int64(figures.labelCount)),
                .int(Int64(figures.inserted)), .int(Int64(figures.updated)), .int(Int64(figures.deleted)), datasetID,
                version,
            ])
        let moved = try connection.execute(
            "UPDATE sheaf_datasets SET current_version = ? WHERE dataset_id = ? AND current_version = ?",
            [version, datasetID, .int(Int64(draft.dataset.currentVersion))])
        guard moved.affectedRows == 1 else {
            throw StoreError.damaged(
                "dataset \(draft.dataset.name) is no longer at version \(draft.dataset.currentVersion)")
        }
        let payload =
            "{\"deleted\":\(figures.deleted),\"inserted\":\(figures.inserted),\"labels\":\(figures.labelCount),"
            + "\"updated\":\(figures.updated),\"version_hash\":\"\(figures.versionHash.hex)\"}"
        _ = try connection.execute(
            """
            INSERT INTO sheaf_events (dataset_id, kind, version, payload, created_at)
            VALUES (?, 'version_published', ?, ?, UTC_TIMESTAMP(6))
            """, [datasetID, version, .text(payload)])
    }

    private static func store(
        _ publication: Publication, _ decision: DecisionSteps, dataset: DatasetRecord, runID: UInt64, version: Int?,
        _ connection: isolated MySQLConnection
    ) throws {
        for sheet in publication.sheets {
            _ = try connection.execute(
                """
                UPDATE sheaf_sheets SET
                    changed_at = IF(read_at IS NULL OR seen_digest <=> ? OR file_version <=> ?,
                        LEAST(changed_at, UTC_TIMESTAMP(6)), UTC_TIMESTAMP(6)),
                    seen_digest = ?, input_fingerprint = ?, file_version = ?, row_count = ?, pending_count = ?,
                    tab_id = ?, title = ?, spreadsheet_title = ?, read_at = ?, failure = NULL, cleared = GREATEST(cleared, ?),
                    bound_fields = ?
                WHERE sheet_id = ?
                """,
                [
                    sheet.seenDigest.map { .bytes($0.bytes) } ?? .null, sheet.fileVersion.value,
                    sheet.seenDigest.map { .bytes($0.bytes) } ?? .null, .bytes(sheet.inputFingerprint.bytes),
                    sheet.fileVersion.value, .int(Int64(sheet.rowCount)), .int(Int64(sheet.pendingCount)),
                    sheet.tabID.map { .int(Int64($0)) } ?? .null, .text(sheet.title),
                    .text(sheet.spreadsheetTitle), .text(sheet.readAt),
                    .uint(sheet.seenDigest == nil ? 0 : sheet.markAtRead),
                    .text(sheet.boundFields.joined(separator: " ")), .uint(UInt64(sheet.sheetID)),
                ])
        }
        // A sheet left undecided must be dirty, also if no notice marked it.
        try mark(publication.sheets.filter { $0.seenDigest == nil }.map(\.sheetID), connection)
        try mark(publication.markedSheets, connection)
        try markUnread(publication.unreadSheets, connection)
        try settle(decision, dataset: dataset, runID: runID, connection)
        try closeUsedHolds(dataset: dataset, runID: runID, publication.usedApprovals, connection)
        if version != nil || publication.closesHolds { try closeHolds(dataset: dataset, runID: runID, connection) }
        try finish(runID, state: publication.runState, version: version, report: publication.report, connection)
    }
}
