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
        return try await page(PageWish(dataset, version, since: since, stretch), limit: limit)
    }

    /// The next page, asking the tables where it has to end.
    private func page(_ wish: PageWish, limit: Int) async throws -> LabelPage {
        try await pool.withConnection { connection in
            let isOld = try Self.isOld(wish, limit: limit, connection)
            var limit = limit
            while true {
                let end = try Self.end(wish, isOld: isOld, limit: limit, connection)
                let plan = PagePlan(wish, end: end, isOld: isOld)
                do {
                    var page = try Self.read(plan, atMost: limit > 1 ? .max : nil, connection)
                    page.limit = limit
                    return page
                } catch let much as TooMuch {
                    limit = max(1, min(limit / 2, much.count / 2))
                }
            }
        }
    }

    /// Whether much of the history is part of the version.
    ///
    /// Of the newest versions, history holds little: what ended since is found by where it ended, and the rest of the table
    /// is not looked at.
    private static func isOld(_ wish: PageWish, limit: Int, _ connection: isolated MySQLConnection) throws -> Bool {
        try !connection.rows(
            """
            SELECT 1 FROM sheaf_history FORCE INDEX (closed)
            WHERE dataset_id = ? AND valid_to > ? ORDER BY valid_to LIMIT 1 OFFSET ?
            """, [.uint(UInt64(wish.dataset.id)), .int(Int64(wish.version)), .int(Int64(limit))]
        ).isEmpty
    }

    /// Where a page has to end so that neither table has more than so many rows in it; `nil`: nowhere.
    private static func end(
        _ wish: PageWish, isOld: Bool, limit: Int, _ connection: isolated MySQLConnection
    ) throws -> KeyHash? {
        let behind = wish.stretch.after == nil ? "" : " AND key_hash > ?"
        let start = [MySQLValue.uint(UInt64(wish.dataset.id))] + (wish.stretch.after.map { [$0.value] } ?? [])

        /// The key of the last one of the next `limit` rows of a table; `nil` if there are not so many.
        func lastKey(_ table: String, _ index: String) throws -> KeyHash? {
            try connection.rows(
                """
                SELECT key_hash FROM \(table) FORCE INDEX (\(index))
                WHERE dataset_id = ?\(behind) ORDER BY key_hash LIMIT 1 OFFSET ?
                """, start + [.int(Int64(limit - 1))]
            ).first?.keyHash("key_hash")
        }
        let ends = [try lastKey("sheaf_labels", "hashes"), isOld ? try lastKey("sheaf_history", "PRIMARY") : nil]
        return ends.compactMap(\.self).min()
    }

    /// A page has more labels than it may have, or more bytes.
    private struct TooMuch: Error {
        /// So many it had by then.
        let count: Int
    }

    /// Reads a page; without a limit, whatever it has is taken.
    private static func read(
        _ plan: PagePlan, atMost limit: Int?, _ connection: isolated MySQLConnection
    ) throws -> LabelPage {
        var page = LabelPage()
        page.next = plan.end
        try connection.forEachRow(plan.statement, plan.parameters) { row in
            if let limit, page.count == limit || page.byteCount > Self.mostPageBytes {
                throw TooMuch(count: page.count)
            }
            let key = KeyHash(row.word16(0))
            row.withBytes(1) { page.append(key, $0) }
        }
        page.sort()
        return page
    }

    // MARK: - All pages

    /// Hands over all labels of a version in pages, in key order; the next pages are read while one is looked at.
    ///
    /// No transaction is open meanwhile, and no connection is held while the body runs, but for the moments that the next
    /// pages take.
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

    /// So many pages are read at once: one connection alone leaves a database with several processors idle.
    private static let pagesAtOnce = 2

    /// A page, and the number of the stretch that it begins.
    private struct NumberedPage: Sendable {
        let number: Int
        let page: LabelPage
    }

    /// Keys are hashes, and so lie equally dense everywhere: stretches of one length have about as many labels, and no
    /// table need be asked where a page has to end.
    private func forEachPage(
        _ wish: PageWish, limit: Int, _ body: (LabelPage) async throws -> Void
    ) async throws {
        let (count, isOld) = try await measure(wish, limit: limit)
        let stretches = wish.stretch.parts(labels: count, each: limit)
        try await withThrowingTaskGroup(of: NumberedPage.self) { group in
            var ready: [Int: LabelPage] = [:]
            var begun = 0
            // Where labels are large, fewer: what the server sends of a page that is too large is read for nothing.
            var usual = limit
            for (number, stretch) in stretches.enumerated() {
                while begun < min(stretches.count, number + Self.pagesAtOnce) {
                    let (next, ahead, usual) = (begun, wish.over(stretches[begun]), usual)
                    group.addTask {
                        let page = try await self.wholePage(ahead, limit: usual, isOld: usual < limit ? nil : isOld)
                        return NumberedPage(number: next, page: page)
                    }
                    begun += 1
                }
                while ready[number] == nil, let read = try await group.next() { ready[read.number] = read.page }
                var page = ready.removeValue(forKey: number)
                while let some = page {
                    usual = Self.nextLimit(after: some, limit: limit)
                    if some.count > 0 { try await body(some) }
                    page = nil
                    // There were too many labels for one page.
                    if let next = some.next {
                        let rest = wish.over(KeyStretch(after: next, through: stretch.through))
                        page = try await wholePage(rest, limit: usual, isOld: nil)
                    }
                }
            }
        }
    }

    /// How many labels to ask for after a page, so that the next is not too large either.
    static func nextLimit(after page: LabelPage, limit: Int) -> Int {
        guard let former = page.limit else { return limit }
        return min(limit, page.byteCount < mostPageBytes / 4 ? former * 2 : former)
    }

    /// How many labels a version has, and whether much of the history is part of it.
    private func measure(_ wish: PageWish, limit: Int) async throws -> (labels: Int, isOld: Bool) {
        try await pool.withConnection { connection in
            let row = try connection.rows(
                "SELECT label_count FROM sheaf_versions WHERE dataset_id = ? AND version = ?",
                [.uint(UInt64(wish.dataset.id)), .int(Int64(wish.version))]
            ).first
            return (try row.map { Int(try $0.int("label_count")) } ?? 0, try Self.isOld(wish, limit: limit, connection))
        }
    }

    /// A page of a version that stood when it was read.
    ///
    /// - Parameters:
    ///   - wish: whose stretch is one page, if it has no more labels than one may have.
    ///   - limit: about how many labels a page has.
    ///   - isOld: whether much of the history is part of the version; `nil` asks the tables where the page has to end.
    /// - Returns: the page.
    /// - Throws: `StoreError.prunedVersion`, `MySQLError`, `CancellationError`.
    private func wholePage(_ wish: PageWish, limit: Int, isOld: Bool?) async throws -> LabelPage {
        try Task.checkCancellation()
        let page: LabelPage
        if let isOld {
            do {
                page = try await pool.withConnection { connection in
                    try Self.read(PagePlan(wish, end: nil, isOld: isOld), atMost: 2 * limit, connection)
                }
            } catch let much as TooMuch {
                page = try await self.page(wish, limit: max(1, min(limit, much.count / 2)))
            }
        } else {
            page = try await self.page(wish, limit: limit)
        }
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

    /// The same of other keys.
    func over(_ stretch: KeyStretch) -> PageWish {
        var wish = self
        wish.stretch = stretch
        return wish
    }
}

/// How one page is read: up to which key, and by which keys of the tables.
private struct PagePlan {
    /// The key that the next page begins behind; `nil` if all the rest is one page.
    let end: KeyHash?
    let statement: String
    let parameters: [MySQLValue]

    /// A page that ends at a key, or else with its stretch.
    init(_ wish: PageWish, end asked: KeyHash?, isOld: Bool) {
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
            SELECT key_hash, label FROM sheaf_history FORCE INDEX (\(isOld ? "PRIMARY" : "closed"))
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
