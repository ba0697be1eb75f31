package import LabelDiff
internal import MySQL

/// Labels of a version, in key order.
package struct LabelPage: Sendable {
    package private(set) var keys: [KeyHash] = []
    /// Canonical JSON of each label, as stored: these very bytes were hashed.
    package private(set) var labels: [[UInt8]] = []
    /// The key that the next page begins behind; `nil` if this page is the last one.
    package fileprivate(set) var next: KeyHash?
    fileprivate var course: PageCourse?

    fileprivate mutating func append(_ key: KeyHash, _ label: [UInt8]) {
        keys.append(key)
        labels.append(label)
    }

    /// Brings into one order what came of two tables, each in key order for itself.
    fileprivate mutating func sort() {
        if zip(keys, keys.dropFirst()).allSatisfy({ $0 < $1 }) { return }
        let order = keys.indices.sorted { keys[$0] < keys[$1] }
        keys = order.map { keys[$0] }
        labels = order.map { labels[$0] }
    }
}

extension LabelStore {
    /// The next labels of a version behind a key, in key order.
    ///
    /// A page costs what it holds and not what the dataset holds, whatever the version: it is the range of keys that
    /// `limit` rows of either table fill, so it may have fewer labels than that, even none, and others behind it. The
    /// labels come of one statement, which sees one moment; as a published version never changes, pages read one after
    /// the other make up that version whatever is published meanwhile.
    ///
    /// - Parameters:
    ///   - dataset: the dataset to read.
    ///   - version: a published version.
    ///   - after: the `next` of the page before; `nil` for the first page.
    ///   - limit: about how many labels; never more than twice as many.
    /// - Returns: the labels, their keys, and where the next page begins.
    /// - Throws: `MySQLError`.
    package func page(
        of dataset: DatasetRecord, version: Int, after: KeyHash?, limit: Int
    ) async throws -> LabelPage {
        try await page(of: dataset, version: version, after: after, limit: limit, course: nil)
    }

    /// The next page, which goes as far as the pages before it where their course is known.
    private func page(
        of dataset: DatasetRecord, version: Int, after: KeyHash?, limit: Int, course: PageCourse?
    ) async throws -> LabelPage {
        try await pool.withConnection { connection in
            if let course {
                let plan = PagePlan(dataset: dataset, version: version, after: after, course: course)
                if var page = try Self.read(plan, atMost: 2 * limit, connection) {
                    if page.keys.count < limit / 2 + 1 { page.course = course.wider() }
                    return page
                }
            }
            let asked = try PageCourse(dataset: dataset, version: version, after: after, limit: limit, connection)
            let plan = PagePlan(dataset: dataset, version: version, after: after, course: asked, isAsked: true)
            return try Self.read(plan, atMost: .max, connection) ?? LabelPage()
        }
    }

    private struct TooMany: Error {}

    /// Reads a page; `nil` if it has more labels than it may have.
    private static func read(
        _ plan: PagePlan, atMost limit: Int, _ connection: isolated MySQLConnection
    ) throws -> LabelPage? {
        var page = LabelPage()
        page.next = plan.end
        page.course = plan.course
        do {
            try connection.forEachRow(plan.statement, plan.parameters) { row in
                if page.keys.count == limit { throw TooMany() }
                page.append(KeyHash(row.word16(0)), row.bytes(1))
            }
        } catch is TooMany {
            return nil
        }
        page.sort()
        return page
    }

    /// Hands over all labels of a version in pages, in key order.
    ///
    /// - Parameters:
    ///   - dataset: the dataset to read.
    ///   - version: a published version.
    ///   - limit: about how many labels a page has.
    ///   - body: takes one page after the other; none of them is empty.
    /// - Throws: `StoreError.prunedVersion` if it is pruned meanwhile; `MySQLError`, `CancellationError`, or what the
    ///   body throws.
    package func forEachPage(
        of dataset: DatasetRecord, version: Int, limit: Int, _ body: (LabelPage) async throws -> Void
    ) async throws {
        var after: KeyHash?
        var course: PageCourse?
        repeat {
            try Task.checkCancellation()
            let page = try await page(of: dataset, version: version, after: after, limit: limit, course: course)
            // A version is pruned before a row of it goes: if it still stands now, this page was whole.
            try await requirePublished(version, of: dataset)
            if !page.keys.isEmpty { try await body(page) }
            (after, course) = (page.next, page.course)
        } while after != nil
    }
}

/// How far pages of a version go, and by which key of the history they are read.
///
/// Asking both tables where a page has to end costs as much as a page. Keys are hashes, and so lie equally dense
/// everywhere: where one page ends tells how far the next ones may go. A page that has too many labels all the same is
/// read again, and asked for; behind pages with too few, the course grows wider, and then is asked for anew.
private struct PageCourse: Sendable {
    /// The first half of the keys' distance from the beginning to the end of a page; `nil`: to the last key of all.
    private(set) var span: UInt64?
    private var widenings = 0
    private static let mostWidenings = 3
    /// Where the page that was asked for ends; `nil`: it is the last one.
    let end: KeyHash?
    /// Much of the history is part of the version.
    let isOld: Bool

    init(
        dataset: DatasetRecord, version: Int, after: KeyHash?, limit: Int, _ connection: isolated MySQLConnection
    ) throws {
        let datasetID = MySQLValue.uint(UInt64(dataset.id))
        let behind = after == nil ? "" : " AND key_hash > ?"
        let start = [datasetID] + (after.map { [$0.value] } ?? [])

        /// The key of the last one of the next `limit` rows of a table; `nil` if there are not so many.
        func lastKey(_ table: String, _ index: String) throws -> KeyHash? {
            try connection.rows(
                """
                SELECT key_hash FROM \(table) FORCE INDEX (\(index))
                WHERE dataset_id = ?\(behind) ORDER BY key_hash LIMIT 1 OFFSET ?
                """, start + [.int(Int64(limit - 1))]
            ).first?.keyHash("key_hash")
        }
        // Of the newest versions, history holds little: what ended since is found by where it ended, and the rest of
        // the table is not looked at.
        isOld = try !connection.rows(
            """
            SELECT 1 FROM sheaf_history FORCE INDEX (closed)
            WHERE dataset_id = ? AND valid_to > ? ORDER BY valid_to LIMIT 1 OFFSET ?
            """, [datasetID, .int(Int64(version)), .int(Int64(limit))]
        ).isEmpty
        let ends = [try lastKey("sheaf_labels", "hashes"), isOld ? try lastKey("sheaf_history", "PRIMARY") : nil]
        end = ends.compactMap(\.self).min()
        span = end.map { max(1, $0.high - (after?.high ?? 0)) }
    }

    /// Twice as wide; `nil` if it was made wider so often that it is no good.
    func wider() -> PageCourse? {
        guard let span, widenings < Self.mostWidenings else { return nil }
        var course = self
        course.span = span.multipliedReportingOverflow(by: 2).overflow ? .max : span * 2
        course.widenings += 1
        return course
    }

    /// The last key of the page behind a key, if this course goes on there.
    func end(behind after: KeyHash?) -> KeyHash? {
        guard let span else { return nil }
        let (high, isOver) = (after?.high ?? 0).addingReportingOverflow(span)
        return isOver ? nil : KeyHash(high: high, low: .max)
    }
}

/// How one page is read: up to which key, and by which keys of the tables.
private struct PagePlan {
    /// The last key of the page; `nil` if all the rest is one page.
    let end: KeyHash?
    let course: PageCourse
    let statement: String
    let parameters: [MySQLValue]

    /// A page; if its course was asked for at this very key, it ends where that says.
    init(dataset: DatasetRecord, version: Int, after: KeyHash?, course: PageCourse, isAsked: Bool = false) {
        self.course = course
        end = isAsked ? course.end : course.end(behind: after)
        let version = MySQLValue.int(Int64(version))
        let start = [MySQLValue.uint(UInt64(dataset.id))] + (after.map { [$0.value] } ?? [])
        let range = (after == nil ? "" : " AND key_hash > ?") + (end == nil ? "" : " AND key_hash <= ?")
        let bounds = start + (end.map { [$0.value] } ?? [])
        // Not sorted here: both come in key order but for what is found by where it ended, and a server would write
        // all texts to a temporary table first.
        statement = """
            SELECT key_hash, label FROM sheaf_labels FORCE INDEX (PRIMARY)
            WHERE dataset_id = ?\(range) AND valid_from <= ?
            UNION ALL
            SELECT key_hash, label FROM sheaf_history FORCE INDEX (\(course.isOld ? "PRIMARY" : "closed"))
            WHERE dataset_id = ?\(range) AND valid_from <= ? AND valid_to > ?
            """
        parameters = bounds + [version] + bounds + [version, version]
    }
}
