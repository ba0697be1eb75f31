package import LabelDiff
internal import MySQL

extension LabelStore {
    /// So many bytes of labels a page has at most, unless one label alone has more.
    private static let mostPageBytes = 16 << 20

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
    ///   - through: the last key to read; `nil` for the last of all.
    ///   - since: an older version: only labels that came after it; `nil` for all.
    ///   - limit: about how many labels; never more than twice as many.
    /// - Returns: the labels, their keys, and where the next page begins.
    /// - Throws: `MySQLError`.
    package func page(
        of dataset: DatasetRecord, version: Int, after: KeyHash?, through: KeyHash? = nil, since: Int? = nil, limit: Int
    ) async throws -> LabelPage {
        let stretch = KeyStretch(after: after, through: through)
        return try await page(PageWish(dataset, version, since: since, stretch), limit: limit, course: nil)
    }

    /// The next page, which goes as far as the pages before it where their course is known.
    private func page(_ wish: PageWish, limit: Int, course: PageCourse?) async throws -> LabelPage {
        try await pool.withConnection { connection in
            if let course {
                let plan = PagePlan(wish, course, end: course.end(behind: wish.stretch.after))
                if var page = try Self.read(plan, atMost: 2 * limit, connection) {
                    if page.count < limit / 2 + 1 { page.course = course.wider() }
                    return page
                }
            }
            var limit = limit
            while true {
                let asked = try PageCourse(wish, limit: limit, connection)
                let plan = PagePlan(wish, asked, end: asked.end)
                if let page = try Self.read(plan, atMost: limit > 1 ? .max : nil, connection) { return page }
                limit = max(1, limit / 8)
            }
        }
    }

    private struct TooMuch: Error {}

    /// Reads a page; `nil` if it has more labels than it may have, or more bytes.
    ///
    /// Without a limit, whatever it has is taken.
    private static func read(
        _ plan: PagePlan, atMost limit: Int?, _ connection: isolated MySQLConnection
    ) throws -> LabelPage? {
        var page = LabelPage()
        page.next = plan.end
        page.course = plan.course
        do {
            try connection.forEachRow(plan.statement, plan.parameters) { row in
                if let limit, page.count == limit || page.byteCount > Self.mostPageBytes { throw TooMuch() }
                let key = KeyHash(row.word16(0))
                row.withBytes(1) { page.append(key, $0) }
            }
        } catch is TooMuch {
            return nil
        }
        page.sort()
        return page
    }

    /// Hands over all labels of a version in pages, in key order; the next page is read while one is looked at.
    ///
    /// No transaction is open meanwhile, and no connection is held while the body runs, but for the moment that the next
    /// page takes.
    ///
    /// - Parameters:
    ///   - dataset: the dataset to read.
    ///   - version: a published version.
    ///   - stretch: which keys.
    ///   - since: an older version: only labels that came after it; `nil` for all.
    ///   - limit: about how many labels a page has.
    ///   - body: takes one page after the other; none of them is empty.
    /// - Throws: `StoreError.prunedVersion` if it is pruned meanwhile; `MySQLError`, `CancellationError`, or what the
    ///   body throws.
    package func forEachPage(
        of dataset: DatasetRecord, version: Int, in stretch: KeyStretch = .all, since: Int? = nil, limit: Int,
        _ body: (LabelPage) async throws -> Void
    ) async throws {
        try await forEachPage(PageWish(dataset, version, since: since, stretch), limit: limit, body)
    }

    /// Hands over those labels of a version that a later one does not have as they were, in pages, in key order.
    ///
    /// - Parameters:
    ///   - dataset: the dataset to read.
    ///   - version: a published version.
    ///   - later: a later one, which has replaced or deleted the labels.
    ///   - stretch: which keys.
    ///   - limit: about how many labels a page has.
    ///   - body: takes one page after the other; none of them is empty.
    /// - Throws: as `forEachPage(of:version:in:since:limit:_:)`.
    package func forEachPageOfEnded(
        of dataset: DatasetRecord, version: Int, by later: Int, in stretch: KeyStretch = .all, limit: Int,
        _ body: (LabelPage) async throws -> Void
    ) async throws {
        try await forEachPage(PageWish(dataset, version, endedBy: later, stretch), limit: limit, body)
    }

    private func forEachPage(
        _ wish: PageWish, limit: Int, _ body: (LabelPage) async throws -> Void
    ) async throws {
        var wish = wish
        var page = try await wholePage(wish, limit: limit, course: nil)
        while let next = page.next {
            wish.stretch.after = next
            let ahead = wish
            let course = page.course
            async let following = wholePage(ahead, limit: limit, course: course)
            if page.count > 0 { try await body(page) }
            page = try await following
        }
        if page.count > 0 { try await body(page) }
    }

    private func wholePage(_ wish: PageWish, limit: Int, course: PageCourse?) async throws -> LabelPage {
        try Task.checkCancellation()
        let page = try await page(wish, limit: limit, course: course)
        // A version is pruned before a row of it goes: if it still stands now, this page was whole.
        try await requirePublished(wish.version, of: wish.dataset)
        return page
    }
}

/// Which labels are asked for.
struct PageWish: Sendable {
    let dataset: DatasetRecord
    let version: Int
    /// Only labels that came after this version.
    let since: Int?
    /// Only labels that ended after the version, and by this one.
    let endedBy: Int?
    var stretch: KeyStretch

    init(
        _ dataset: DatasetRecord, _ version: Int, since: Int? = nil, endedBy: Int? = nil, _ stretch: KeyStretch
    ) {
        (self.dataset, self.version, self.since, self.endedBy) = (dataset, version, since, endedBy)
        self.stretch = stretch
    }
}

/// How far pages of a version go, and by which key of the history they are read.
///
/// Asking both tables where a page has to end costs as much as a page. Keys are hashes, and so lie equally dense
/// everywhere: where one page ends tells how far the next ones may go. A page that has too many labels all the same is
/// read again, and asked for; behind pages with too few, the course grows wider, and then is asked for anew.
struct PageCourse: Sendable {
    /// The first half of the keys' distance from the beginning to the end of a page; `nil`: to the last key of all.
    private var span: UInt64?
    private var widenings = 0
    private static let mostWidenings = 3
    /// Where the page that was asked for ends; `nil`: it is the last one.
    let end: KeyHash?
    /// Much of the history is part of the version.
    let isOld: Bool

    init(_ wish: PageWish, limit: Int, _ connection: isolated MySQLConnection) throws {
        let datasetID = MySQLValue.uint(UInt64(wish.dataset.id))
        let after = wish.stretch.after
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
            """, [datasetID, .int(Int64(wish.version)), .int(Int64(limit))]
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

    /// The last key of the page behind a key, if this course goes on there; `nil`: all the rest is one page.
    func end(behind after: KeyHash?) -> KeyHash? {
        guard let span else { return nil }
        let (high, isOver) = (after?.high ?? 0).addingReportingOverflow(span)
        return isOver ? nil : KeyHash(high: high, low: .max)
    }
}

/// How one page is read: up to which key, and by which keys of the tables.
private struct PagePlan {
    /// The key that the next page begins behind; `nil` if all the rest is one page.
    let end: KeyHash?
    let course: PageCourse
    let statement: String
    let parameters: [MySQLValue]

    init(_ wish: PageWish, _ course: PageCourse, end asked: KeyHash?) {
        self.course = course
        let through = wish.stretch.through
        let last = [asked, through].compactMap(\.self).min()
        end = last == through ? nil : last
        let version = MySQLValue.int(Int64(wish.version))
        let start = [MySQLValue.uint(UInt64(wish.dataset.id))] + (wish.stretch.after.map { [$0.value] } ?? [])
        let range = (wish.stretch.after == nil ? "" : " AND key_hash > ?") + (last == nil ? "" : " AND key_hash <= ?")
        let bounds = start + (last.map { [$0.value] } ?? [])
        let newer = wish.since == nil ? "" : " AND valid_from > ?"
        let since = wish.since.map { [MySQLValue.int(Int64($0))] } ?? []
        // Not sorted here: both come in key order but for what is found by where it ended, and a server would write
        // all texts to a temporary table first.
        let former = """
            SELECT key_hash, label FROM sheaf_history FORCE INDEX (\(course.isOld ? "PRIMARY" : "closed"))
            WHERE dataset_id = ?\(range) AND valid_from <= ? AND valid_to > ?\(newer)
            """
        if let endedBy = wish.endedBy {
            statement = former + " AND valid_to <= ?"
            parameters = bounds + [version, version] + since + [.int(Int64(endedBy))]
        } else {
            statement = """
                SELECT key_hash, label FROM sheaf_labels FORCE INDEX (PRIMARY)
                WHERE dataset_id = ?\(range) AND valid_from <= ?\(newer)
                UNION ALL
                \(former)
                """
            parameters = bounds + [version] + since + bounds + [version, version] + since
        }
    }
}
