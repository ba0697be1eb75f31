/// One row of the difference between two tables; a cell for each column of the diff, "" where the table lacks the column.
package enum TabularDiffRow: Sendable, Equatable {
    case inserted([String])
    case deleted([String])
    case changed(before: [String], after: [String])
    /// A row that is the same in both; `nil` where nobody will need its cells: neither of its neighbours changed.
    case kept([String]?)
}

/// Writes the difference between two tables in the tabular diff format of `daff`, version 0.8, as CSV
/// (https://paulfitz.github.io/daff-doc/spec.html).
///
/// Around each change stands one row of context, as `daff` itself writes it: without it, `daff patch` loses its way behind
/// a row of `...`. Where a column was added, every row is written, since a row that is left out has no cell for it.
package struct TabularDiffWriter: Sendable {
    /// A column by its name in either table; `nil` where the table lacks it.
    package struct Column: Sendable, Equatable {
        package let before: String?
        package let after: String?

        package init(before: String?, after: String?) {
            self.before = before
            self.after = after
        }
    }

    private let columns: [Column]
    private let hasAddedColumn: Bool
    private var csv = CSVWriter()
    /// The last row that is the same in both, if it was not written.
    private var held: [String]?
    /// Whether rows were left out since the last one that was written.
    private var skips = false
    private var isBehindChange = false
    private var hasChange = false

    /// Begins with what tells the columns.
    package init(columns: [Column]) {
        self.columns = columns
        hasAddedColumn = columns.contains { $0.before == nil }
        if columns.contains(where: { $0.before != $0.after }) {
            csv.append(
                row: ["!"]
                    + columns.map { column in
                        guard let before = column.before else { return "+++" }
                        guard let after = column.after else { return "---" }
                        return before == after ? "" : "(\(before))"
                    })
        }
        csv.append(row: ["@@"] + columns.map { $0.after ?? $0.before ?? "" })
    }

    /// Writes the next row; rows come in the order of the tables.
    package mutating func append(_ row: TabularDiffRow) {
        switch row {
        case .kept(let cells?) where hasAddedColumn: csv.append(row: ["+"] + cells)
        case .kept(let cells): keep(cells)
        case .inserted(let cells): change(["+++"] + cells)
        case .deleted(let cells): change(["---"] + cells)
        case .changed(let before, let after):
            // `daff` marks spaces in a cell where nothing else changed, and would write the marks to the table.
            if zip(before, after).contains(where: Self.differInSpacesAlone) {
                change(["---"] + before)
                change(["+++"] + after)
            } else {
                change(changed(before, after))
            }
        }
    }

    /// Ends the diff.
    package mutating func finish() {
        if hasChange, skips || held != nil { skip() }
        (held, skips) = (nil, false)
    }

    /// Takes what was written so far.
    package mutating func takeBytes() -> [UInt8] { csv.takeBytes() }

    private mutating func keep(_ cells: [String]?) {
        if let cells, isBehindChange {
            csv.append(row: [""] + cells)
            isBehindChange = false
            return
        }
        if held != nil { skips = true }
        held = cells
        if cells == nil { skips = true }
    }

    private mutating func change(_ row: [String]) {
        if skips { skip() }
        if let held { csv.append(row: [""] + held) }
        csv.append(row: row)
        (held, skips, isBehindChange, hasChange) = (nil, false, true, true)
    }

    private mutating func skip() {
        csv.append(row: Array(repeating: "...", count: columns.count + 1))
    }

    /// The arrow has more dashes than any in the row's cells, so that it is found again.
    private func changed(_ before: [String], _ after: [String]) -> [String] {
        var arrow = "->"
        while (before + after).contains(where: { Self.contains($0, arrow) }) { arrow = "-" + arrow }
        return [arrow]
            + columns.indices.map { index in
                if columns[index].before == nil { return after[index] }
                if columns[index].after == nil { return before[index] }
                let isSame = before[index].utf8.elementsEqual(after[index].utf8)
                return isSame ? after[index] : before[index] + arrow + after[index]
            }
    }

    private static func contains(_ text: String, _ arrow: String) -> Bool {
        // The longest run of dashes before a `>` decides.
        var dashes = 0
        for byte in text.utf8 {
            if byte == UInt8(ascii: ">"), dashes >= arrow.utf8.count - 1 { return true }
            dashes = byte == UInt8(ascii: "-") ? dashes + 1 : 0
        }
        return false
    }

    private static func differInSpacesAlone(_ before: String, _ after: String) -> Bool {
        let space = UInt8(ascii: " ")
        if before.utf8.elementsEqual(after.utf8) { return false }
        return before.utf8.filter { $0 != space }.elementsEqual(after.utf8.filter { $0 != space })
    }
}
