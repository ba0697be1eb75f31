/// What a person does to rows and columns.
extension Grid {
    /// Puts rows or columns in, takes them out or moves them, with what their cells have.
    mutating func apply(_ change: StructureChange) {
        switch change {
        case .insert(.rows, let place, let count): insertRows(at: place, count: count)
        case .insert(.columns, let place, let count): insertColumns(at: place, count: count)
        case .delete(.rows, let range): deleteRows(range)
        case .delete(.columns, let range): deleteColumns(range)
        case .move(.rows, let range, let destination): moveRows(range, to: destination)
        case .move(.columns, let range, let destination): moveColumns(range, to: destination)
        }
        extras.apply(change)
    }

    mutating func insertRows(at row: Int, count: Int) {
        rowCount += count
        guard row < storedRows else { return }
        replaceRows(row..<row, with: Array(repeating: [], count: count))
    }

    mutating func deleteRows(_ range: Range<Int>) {
        rowCount -= range.count
        replaceRows(range, with: [])
    }

    /// Moves rows so that they stand before the row that is now at `destination`.
    mutating func moveRows(_ range: Range<Int>, to destination: Int) {
        guard !range.contains(destination), destination != range.upperBound else { return }
        let moved = encodedRows(range)
        let target = destination < range.lowerBound ? destination : destination - range.count
        let lower = min(range.lowerBound, target)
        let upper = max(range.upperBound, target + range.count)
        var rows = encodedRows(lower..<upper)
        rows.removeSubrange(range.lowerBound - lower..<range.upperBound - lower)
        rows.insert(contentsOf: moved, at: target - lower)
        replaceRows(lower..<upper, with: rows)
    }

    mutating func insertColumns(at column: Int, count: Int) {
        columnCount += count
        rewriteRows(0..<storedRows) { cells in
            guard column < cells.count else { return }
            cells.insert(contentsOf: Array(repeating: .empty, count: count), at: column)
        }
    }

    mutating func deleteColumns(_ range: Range<Int>) {
        columnCount -= range.count
        rewriteRows(0..<storedRows) { cells in cells.removeSubrange(range.clamped(to: 0..<cells.count)) }
    }

    mutating func moveColumns(_ range: Range<Int>, to destination: Int) {
        guard !range.contains(destination), destination != range.upperBound else { return }
        rewriteRows(0..<storedRows) { cells in
            while cells.count < max(range.upperBound, destination) { cells.append(.empty) }
            let moved = Array(cells[range])
            cells.removeSubrange(range)
            let target = destination < range.lowerBound ? destination : destination - range.count
            cells.insert(contentsOf: moved, at: target)
        }
    }

    /// One column to sort by.
    struct SortKey {
        let column: Int
        let descending: Bool
    }

    /// Sorts the rows of a range; numbers before text before booleans, blanks always last, ties as they stood.
    mutating func sort(_ range: CellRange, by keys: [SortKey]) {
        let upper = min(range.rows.upperBound, storedRows)
        guard range.rows.lowerBound < upper else { return }
        let rows = encodedRows(range.rows.lowerBound..<upper).map { RowCodec.decode($0) }
        let order = rows.indices.sorted { first, second in
            for key in keys {
                let left = key.column < rows[first].count ? rows[first][key.column].computed : .empty
                let right = key.column < rows[second].count ? rows[second][key.column].computed : .empty
                if let before = Self.isOrdered(left, right, descending: key.descending) { return before }
            }
            return first < second
        }
        let sorted = order.enumerated().map { place, origin in
            var cells = rows[place]
            while cells.count < min(range.columns.upperBound, rows[origin].count) { cells.append(.empty) }
            for column in range.columns.clamped(to: 0..<cells.count) {
                cells[column] = column < rows[origin].count ? rows[origin][column] : .empty
            }
            return RowCodec.encode(cells)[...]
        }
        replaceRows(range.rows.lowerBound..<upper, with: sorted)
        extras.permuteRows(CellRange(rows: range.rows.lowerBound..<upper, columns: range.columns), order: Array(order))
    }

    /// Whether the first comes before the second; nil if neither does.
    private static func isOrdered(_ first: CellValue, _ second: CellValue, descending: Bool) -> Bool? {
        if first.isEmpty || second.isEmpty { return first.isEmpty == second.isEmpty ? nil : second.isEmpty }
        let (left, right) = (rank(first), rank(second))
        if left != right { return (left < right) != descending }
        if case .number(let left, _) = first, case .number(let right, _) = second {
            let (left, right) = (Double(left) ?? 0, Double(right) ?? 0)
            return left == right ? nil : (left < right) != descending
        }
        let (leftText, rightText) = (first.displayText, second.displayText)
        return leftText == rightText ? nil : (leftText < rightText) != descending
    }

    private static func rank(_ cell: CellValue) -> Int {
        switch cell {
        case .number: 0
        case .text: 1
        default: 2
        }
    }
}
