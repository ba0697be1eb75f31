internal import LabelDiff
internal import MySQL

/// A sheet as the store knows it, with the labels that were last seen in it.
package struct SheetOverview: Sendable {
    package let dataset: DatasetRecord
    package let record: SheetRecord
    /// Labels whose row was last seen in this sheet.
    package let labelCount: Int
}

extension LabelStore {
    /// The sheets that datasets have, or had, with how many labels each is home to.
    package func sheetOverviews(of datasets: [DatasetRecord]) async throws -> [SheetOverview] {
        var overviews: [SheetOverview] = []
        for dataset in datasets {
            let counts = try await pool.withConnection { connection in
                var counts: [UInt32: Int] = [:]
                for row in try connection.rows(
                    """
                    SELECT home_sheet_id AS home, COUNT(*) AS labels FROM sheaf_labels
                    WHERE dataset_id = ? AND valid_from <= ? AND home_sheet_id IS NOT NULL GROUP BY home_sheet_id
                    """, [.uint(UInt64(dataset.id)), .int(Int64(dataset.currentVersion))])
                {
                    counts[UInt32(try row.int("home"))] = Int(try row.int("labels"))
                }
                return counts
            }
            for record in try await sheets(of: dataset) {
                overviews.append(
                    SheetOverview(dataset: dataset, record: record, labelCount: counts[record.id] ?? 0))
            }
        }
        return overviews
    }

    /// Gives a sheet up that is gone, for good: its place in the configuration, if it has one, is that of a new sheet.
    ///
    /// Nothing is deleted here. The next run decides the dataset anew; what nobody offers any more stays or, with
    /// `deletes`, is deleted once its absence is proven, under the guards.
    ///
    /// - Parameters:
    ///   - sheet: the sheet's number.
    ///   - dataset: the dataset that it belongs to.
    ///   - deletes: whether the labels go that no other sheet offers.
    ///   - actor: who retires it.
    ///   - why: their reason, kept in the audit.
    ///   - lease: that of the dataset.
    /// - Throws: `StoreError.leaseLost` if another worker has taken over; `MySQLError`.
    package func retire(
        sheet: UInt32, of dataset: DatasetRecord, deletes: Bool, actor: String, why: String?, lease: Lease
    ) async throws {
        let state = deletes ? SheetState.retiredDelete : SheetState.retiredKeep
        try await lease.write { connection in
            let datasetID = MySQLValue.uint(UInt64(dataset.id))
            _ = try connection.execute(
                """
                UPDATE sheaf_sheets SET location = CONCAT(LEFT(location, 660), ' (retired as ', sheet_id, ')'),
                    state = ?, seen_digest = NULL
                WHERE sheet_id = ? AND dataset_id = ? AND state NOT IN ('retired_keep', 'retired_delete')
                """, [.text(state.rawValue), .uint(UInt64(sheet)), datasetID])
            _ = try connection.execute(
                "UPDATE sheaf_sheets SET state = ? WHERE sheet_id = ? AND dataset_id = ?",
                [.text(state.rawValue), .uint(UInt64(sheet)), datasetID])
            let others = try connection.rows(
                "SELECT sheet_id FROM sheaf_sheets WHERE dataset_id = ? AND state = 'active'", [datasetID]
            ).map { UInt32(try $0.int("sheet_id")) }
            try Self.mark(others, connection)
            try Self.audit(
                deletes ? "retire --delete" : "retire --keep", dataset: datasetID, subject: "sheet \(sheet)",
                actor: actor, why: why, connection)
        }
    }
}
