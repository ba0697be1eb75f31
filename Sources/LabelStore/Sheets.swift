internal import LabelDiff
internal import MySQL

/// A sheet as the configuration has it.
package struct ConfiguredSheet: Sendable {
    package let location: String
    package let title: String
    package let annotator: String?
    /// The file that notices of change speak of; `nil` where the source sends none.
    package let fileID: String?

    package init(location: String, title: String, annotator: String?, fileID: String?) {
        self.location = location
        self.title = String(String.UnicodeScalarView(title.unicodeScalars.prefix(255)))
        self.annotator = annotator
        self.fileID = fileID
    }
}

extension LabelStore {
    /// All sheets that a dataset has, or had.
    package func sheets(of dataset: DatasetRecord) async throws -> [SheetRecord] {
        try await pool.withConnection { connection in
            try connection.rows(
                """
                SELECT sheet_id, location, tab_id, title, annotator, state, seen_digest, input_fingerprint,
                    file_version, marked, cleared, file_id, noticed_version, spreadsheet_title, row_count, pending_count,
                    failure, bound_fields,
                    TIMESTAMPDIFF(MICROSECOND, read_at, UTC_TIMESTAMP(6)) AS since_read,
                    TIMESTAMPDIFF(MICROSECOND, changed_at, read_at) AS read_after_change
                FROM sheaf_sheets WHERE dataset_id = ? ORDER BY sheet_id
                """, [.uint(UInt64(dataset.id))]
            ).map { row in
                let state = try row.text("state")
                guard let state = SheetState(rawValue: state) else {
                    throw StoreError.damaged("sheet state \(state)")
                }
                return SheetRecord(
                    id: UInt32(try row.int("sheet_id")), location: try row.text("location"),
                    tabID: try row.optionalNumber("tab_id"), title: try row.text("title"),
                    annotator: try row.optionalText("annotator"), state: state,
                    seenDigest: try row.digest("seen_digest"),
                    inputFingerprint: try row.digest("input_fingerprint"),
                    fileVersion: try row.optionalText("file_version"), marked: UInt64(try row.int("marked")),
                    cleared: UInt64(try row.int("cleared")), fileID: try row.optionalText("file_id"),
                    noticedVersion: try row.optionalText("noticed_version"),
                    spreadsheetTitle: try row.optionalText("spreadsheet_title"),
                    rowCount: try row.optionalNumber("row_count") ?? 0,
                    pendingCount: try row.optionalNumber("pending_count") ?? 0,
                    sinceRead: try row.optionalNumber("since_read").map { .microseconds($0) },
                    readAfterChange: try row.optionalNumber("read_after_change").map { .microseconds($0) },
                    failure: try row.optionalText("failure"),
                    boundFields: (try row.optionalText("bound_fields") ?? "").split(separator: " ").map(String.init))
            }
        }
    }

    /// Makes the store's sheets those of the configuration.
    ///
    /// New ones are added, and those that left it are orphaned, which deletes nothing. Writes only if something differs.
    ///
    /// - Parameters:
    ///   - configured: what the configuration says of each sheet.
    ///   - kind: the state that they get; only with `active` are the other sheets orphaned.
    ///   - dataset: the dataset that they belong to.
    ///   - lease: that of the dataset.
    /// - Returns: all sheets of the dataset, as they are stored now.
    /// - Throws: `StoreError.leaseLost` if another worker has taken over; `MySQLError`.
    package func registerSheets(
        _ configured: [ConfiguredSheet], kind: SheetState = .active,
        dataset: DatasetRecord, lease: Lease
    ) async throws -> [SheetRecord] {
        let known = try await sheets(of: dataset)
        let byLocation = Dictionary(
            known.map { (Array($0.location.utf8), $0) }, uniquingKeysWith: { first, _ in first })
        let wanted = Set(configured.map { Array($0.location.utf8) })
        let changed = configured.filter { sheet in
            guard let record = byLocation[Array(sheet.location.utf8)] else { return true }
            return record.state != kind || record.annotator != sheet.annotator || record.fileID != sheet.fileID
        }
        let left =
            kind == .active ? known.filter { $0.state == .active && !wanted.contains(Array($0.location.utf8)) } : []
        if changed.isEmpty, left.isEmpty { return known }

        try await lease.write { connection in
            for sheet in changed {
                _ = try connection.execute(
                    """
                    INSERT INTO sheaf_sheets (dataset_id, location, title, annotator, state, file_id, marked, cleared)
                    VALUES (?, ?, ?, ?, ?, ?, 1, 0)
                    ON DUPLICATE KEY UPDATE state = VALUES(state), annotator = VALUES(annotator),
                        file_id = VALUES(file_id), marked = marked + 1, seen_digest = NULL
                    """,
                    [
                        .uint(UInt64(dataset.id)), .text(sheet.location), .text(sheet.title), sheet.annotator.value,
                        .text(kind.rawValue), sheet.fileID.value,
                    ])
            }
            for sheet in left {
                _ = try connection.execute(
                    "UPDATE sheaf_sheets SET state = 'orphaned', seen_digest = NULL WHERE sheet_id = ?",
                    [.uint(UInt64(sheet.id))])
            }
            // A key that was a duplicate only because of a sheet that is gone is one no more: the rest is decided anew.
            if !left.isEmpty {
                try Self.mark(known.filter { wanted.contains(Array($0.location.utf8)) }.map(\.id), connection)
            }
        }
        return try await sheets(of: dataset)
    }

    /// The database's clock: UTC, with microseconds.
    package func clock() async throws -> String {
        try await pool.withConnection { connection in
            try connection.rows("SELECT CAST(UTC_TIMESTAMP(6) AS CHAR) AS now").first?.text("now") ?? ""
        }
    }

    /// Marks sheets as dirty that a run found changed though nothing had told of it: whatever becomes of the run, they are
    /// read again.
    ///
    /// - Parameters:
    ///   - sheets: each with the number of marks that stood when its read began.
    ///   - lease: that of the dataset.
    /// - Returns: by sheet, the number of marks that its content settles: this one, unless another came in between.
    /// - Throws: `StoreError.leaseLost` if another worker has taken over; `MySQLError`.
    package func markSeen(_ sheets: [UInt32: UInt64], lease: Lease) async throws -> [UInt32: UInt64] {
        try await lease.write { connection in
            var settled = sheets
            for (sheet, marks) in sheets {
                let id = MySQLValue.uint(UInt64(sheet))
                _ = try connection.execute("UPDATE sheaf_sheets SET marked = marked + 1 WHERE sheet_id = ?", [id])
                let marked = try connection.rows("SELECT marked FROM sheaf_sheets WHERE sheet_id = ?", [id]).first
                if let marked, UInt64(try marked.int("marked")) == marks + 1 { settled[sheet] = marks + 1 }
            }
            return settled
        }
    }

    /// Notes why sheets could not be read, marks them as dirty and clears their digests.
    static func markUnread(_ sheets: [UnreadSheet], _ connection: isolated MySQLConnection) throws {
        for sheet in sheets {
            _ = try connection.execute(
                "UPDATE sheaf_sheets SET marked = marked + 1, seen_digest = NULL, failure = ? WHERE sheet_id = ?",
                [.text(sheet.failure), .uint(UInt64(sheet.sheetID))])
        }
    }

    /// Marks sheets as dirty and clears their digests, so that the next run reads and decides them anew.
    static func mark(_ sheets: some Sequence<UInt32>, _ connection: isolated MySQLConnection) throws {
        for sheet in sheets {
            _ = try connection.execute(
                "UPDATE sheaf_sheets SET marked = marked + 1, seen_digest = NULL WHERE sheet_id = ?",
                [.uint(UInt64(sheet))])
        }
    }
}
