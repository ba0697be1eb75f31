internal import LabelSchema
internal import MySQL

/// A name that somebody gave a version.
package struct TagRecord: Sendable, Equatable {
    package let name: String
    package let version: Int
    package let actor: String
    package let reason: String?
    /// UTC, `2026-11-21 03:25:00.000000`.
    package let createdAt: String
}

extension LabelStore {
    /// A version by any of its names.
    ///
    /// As of a time, it is the newest one that was published by then.
    ///
    /// - Parameters:
    ///   - name: its number, `latest`, a time or a tag.
    ///   - dataset: the dataset.
    /// - Returns: the version.
    /// - Throws: `StoreError.unknownVersion` or `.unknownTag`, saying which there are; `.prunedVersion`.
    package func version(named name: VersionName, of dataset: DatasetRecord) async throws -> VersionRecord {
        switch name {
        case .newest: return try await version(dataset.currentVersion, of: dataset)
        case .number(let number): return try await version(number, of: dataset)
        case .asOf(let moment): return try await version(try await versionNumber(asOf: moment, dataset), of: dataset)
        case .tag(let tag): return try await version(try await versionNumber(tagged: tag, dataset), of: dataset)
        }
    }

    private func versionNumber(asOf moment: PointInTime, _ dataset: DatasetRecord) async throws -> Int {
        let parts: [MySQLValue] = [
            .uint(UInt64(dataset.id)), .int(Int64(dataset.currentVersion)), .text(moment.local),
            .int(Int64(moment.offsetMinutes)),
        ]
        let (found, first) = try await pool.withConnection { connection in
            let found = try connection.rows(
                """
                SELECT version FROM sheaf_versions
                WHERE dataset_id = ? AND version <= ? AND state IN ('published', 'pruned')
                    AND published_at <= CAST(? AS DATETIME(6)) - INTERVAL ? MINUTE
                ORDER BY version DESC LIMIT 1
                """, parts
            ).first.map { Int(try $0.int("version")) }
            let first = try connection.rows(
                """
                SELECT CAST(published_at AS CHAR) AS published FROM sheaf_versions
                WHERE dataset_id = ? AND version <= ? AND state IN ('published', 'pruned') ORDER BY version LIMIT 1
                """, Array(parts.prefix(2))
            ).first.map { try $0.text("published") }
            return (found, first)
        }
        if let found { return found }
        throw StoreError(
            .unknownVersion, "\(dataset.name) had no version yet as of \(moment.text).",
            hint: first.map { "Its first one was published at \($0.prefix(19)) UTC." }
                ?? "Nothing is published yet: run `sheaf sync`.")
    }

    private func versionNumber(tagged tag: String, _ dataset: DatasetRecord) async throws -> Int {
        let tags = try await tags(of: dataset)
        if let found = tags.first(where: { $0.name == tag }) { return found.version }
        throw Self.unknownTag(tag, of: dataset, among: tags.map(\.name))
    }

    private static func unknownTag(_ tag: String, of dataset: DatasetRecord, among names: [String]) -> StoreError {
        let hint: String
        if let near = NearestText.find(tag, among: names) {
            hint = "Did you mean \(near)?"
        } else if names.isEmpty {
            hint =
                "It has no tags"
                + (dataset.currentVersion == 0 ? "." : "; its newest version is \(dataset.currentVersion).")
        } else {
            hint = "It has: \(names.prefix(20).joined(separator: ", "))\(names.count > 20 ? ", …" : ".")"
        }
        return StoreError(.unknownTag, "\(dataset.name) has no tag `\(tag)`.", hint: hint)
    }

    /// The tags of a dataset, those of the newest version first.
    package func tags(of dataset: DatasetRecord) async throws -> [TagRecord] {
        try await pool.withConnection { connection in try Self.tags(of: dataset.id, connection) }
    }

    private static func tags(of datasetID: UInt32, _ connection: isolated MySQLConnection) throws -> [TagRecord] {
        try connection.rows(
            """
            SELECT name, version, actor, reason, CAST(created_at AS CHAR) AS created FROM sheaf_tags
            WHERE dataset_id = ? ORDER BY version DESC, name
            """, [.uint(UInt64(datasetID))]
        ).map { row in
            TagRecord(
                name: try row.text("name"), version: Int(try row.int("version")), actor: try row.text("actor"),
                reason: try row.optionalText("reason"), createdAt: try row.text("created"))
        }
    }

    // MARK: - Setting

    /// Gives a version a name.
    ///
    /// A version that was to be pruned stays.
    ///
    /// - Parameters:
    ///   - name: the tag, of a form that `VersionName.tagMistake` finds nothing wrong with.
    ///   - version: the version's number.
    ///   - dataset: its dataset.
    ///   - moves: take the name from another version that has it; the audit keeps which one that was.
    ///   - actor: who gives it.
    ///   - why: their reason.
    ///   - lease: that of the dataset, so that the version is not pruned meanwhile.
    /// - Returns: the version that had the name before, if one did.
    /// - Throws: `StoreError.tagExists` if another version has the name and `moves` is false; `.unknownVersion` or
    ///   `.prunedVersion` if there is no such version; `.notAllowed` for a bad name; `.leaseLost`.
    package func setTag(
        _ name: String, to version: Int, of dataset: DatasetRecord, moves: Bool, actor: String, why: String?,
        lease: Lease
    ) async throws -> Int? {
        if let mistake = VersionName.tagMistake(name) {
            throw StoreError(.notAllowed, mistake, hint: "Such as release-2026-11.")
        }
        // Says it in full if there is no such version; that it is there is proven again behind the fence.
        _ = try await self.version(version, of: dataset)
        return try await lease.write { connection in
            let datasetID = MySQLValue.uint(UInt64(dataset.id))
            let kept = try connection.rows(
                "SELECT 1 FROM sheaf_versions WHERE dataset_id = ? AND version = ? AND state = 'published'",
                [datasetID, .int(Int64(version))])
            guard !kept.isEmpty else {
                throw StoreError(
                    .prunedVersion, "\(dataset.name)@\(version) was pruned meanwhile.",
                    hint: "Only a version that can be read is tagged.")
            }
            let before = try Self.tags(of: dataset.id, connection).first { $0.name == name }
            if let before, before.version == version { return version }
            if let before, !moves {
                throw StoreError(
                    .tagExists, "`\(name)` is \(dataset.name)@\(before.version) already.",
                    hint: "A tag stays where it is; --force moves it, and the audit keeps that.")
            }
            _ = try connection.execute(
                "DELETE FROM sheaf_tags WHERE dataset_id = ? AND name = ?", [datasetID, .text(name)])
            _ = try connection.execute(
                """
                INSERT INTO sheaf_tags (dataset_id, name, version, actor, reason, created_at)
                VALUES (?, ?, ?, ?, ?, UTC_TIMESTAMP(6))
                """, [datasetID, .text(name), .int(Int64(version)), .text(actor), why.value])
            _ = try connection.execute(
                "UPDATE sheaf_versions SET prune_marked_at = NULL WHERE dataset_id = ? AND version = ?",
                [datasetID, .int(Int64(version))])
            try Self.audit(
                before == nil ? "tag" : "tag --force", dataset: datasetID,
                subject: "\(name): " + (before.map { "from version \($0.version) " } ?? "") + "to version \(version)",
                actor: actor, why: why, connection)
            return before?.version
        }
    }

    /// Takes a name away from the version that has it.
    ///
    /// - Parameters:
    ///   - name: the tag.
    ///   - dataset: the dataset.
    ///   - actor: who takes it away.
    ///   - why: their reason.
    ///   - lease: that of the dataset.
    /// - Returns: the version that had it; the audit keeps that.
    /// - Throws: `StoreError.unknownTag`; `.leaseLost`.
    package func deleteTag(
        _ name: String, of dataset: DatasetRecord, actor: String, why: String?, lease: Lease
    ) async throws -> Int {
        try await lease.write { connection in
            let datasetID = MySQLValue.uint(UInt64(dataset.id))
            let tags = try Self.tags(of: dataset.id, connection)
            guard let tag = tags.first(where: { $0.name == name }) else {
                throw Self.unknownTag(name, of: dataset, among: tags.map(\.name))
            }
            _ = try connection.execute(
                "DELETE FROM sheaf_tags WHERE dataset_id = ? AND name = ?", [datasetID, .text(name)])
            try Self.audit(
                "tag --delete", dataset: datasetID, subject: "\(name): from version \(tag.version)", actor: actor,
                why: why, connection)
            return tag.version
        }
    }
}
