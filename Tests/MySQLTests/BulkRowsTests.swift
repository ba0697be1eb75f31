import Testing

@testable import MySQL

@Suite struct BulkRowsTests {
    @Test func cutsChunksByRowsAndByBytes() {
        var rows = BulkRows(columnCount: 1)
        for size in [10, 10, 10, 500, 10, 10] { rows.append([.bytes(Array(repeating: 1, count: size))]) }
        #expect(rows.chunks(maximumRows: 4, maximumBytes: 10_000) == [0..<4, 4..<6])
        // A row costs ten bytes beside its own; one that is too large stands alone.
        #expect(rows.chunks(maximumRows: 100, maximumBytes: 45) == [0..<2, 2..<3, 3..<4, 4..<6])
        #expect(rows.chunks(maximumRows: 1, maximumBytes: 1) == (0..<6).map { $0..<($0 + 1) })
        #expect(BulkRows(columnCount: 3).chunks(maximumRows: 5, maximumBytes: 5).isEmpty)
        #expect(rows.largestRow == 510)
    }

    @Test func quotesNames() {
        #expect(BulkInsertPlan.quoted("sheaf_labels") == "`sheaf_labels`")
        #expect(BulkInsertPlan.quoted("a`; DROP") == "`a``; DROP`")
        #expect(
            BulkInsertPlan.sql(table: "t", columns: ["a", "b"], rows: 2)
                == "INSERT INTO `t` (`a`, `b`) VALUES (?, ?), (?, ?)"
        )
    }

    @Test func knowsARowThatLacksCells() {
        var rows = BulkRows(columnCount: 2)
        rows.append(int: 1)
        #expect(rows.isRowOpen)
        #expect(rows.count == 0)
        rows.appendNull()
        #expect(!rows.isRowOpen)
        #expect(rows.count == 1)
        rows.removeAll()
        #expect(rows.count == 0)
        #expect(rows.byteCount == 0)
    }
}
