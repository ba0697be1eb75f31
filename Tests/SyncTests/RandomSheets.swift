import TestRandom

/// Sheets that people edit at random, and what the labels have to be, from the promises alone.
struct RandomSheets {
    private static let kinds = ["主食", "主菜", "副菜"]

    /// What one row holds; `kind` may be wrong or blank.
    struct Row: Equatable {
        var id: Int
        var kind: String

        var cells: [String] { ["\(id)", "n\(id)", kind] }
    }

    private(set) var sheets: [[Row]]

    init(count: Int) {
        sheets = Array(repeating: [], count: count)
    }

    /// What the labels must be after a run over all sheets: a valid row alone under its key decides; a wrong or double one
    /// leaves what was there; a key without a filled row is gone.
    func expectedLabels(before: [Int: String]) -> [Int: String] {
        var after: [Int: String] = [:]
        let filled = Dictionary(grouping: sheets.joined().filter { !$0.kind.isEmpty }, by: \.id)
        for (id, rows) in filled {
            if rows.count == 1, Self.kinds.contains(rows[0].kind) {
                after[id] = rows[0].kind
            } else if let kept = before[id] {
                after[id] = kept
            }
        }
        return after
    }

    /// Inserts, types, deletes, moves, sorts or copies a row.
    mutating func edit(_ random: inout SeededRandom) {
        let sheet = random.number(in: 0..<3)
        switch random.number(in: 0..<8) {
        case 0, 1, 2:
            sheets[sheet].insert(
                Row(id: 1 + random.number(in: 0..<12), kind: Self.kinds[random.number(in: 0..<3)]),
                at: random.number(in: 0..<sheets[sheet].count + 1))
        case 3 where !sheets[sheet].isEmpty:
            sheets[sheet][random.number(in: 0..<sheets[sheet].count)].kind =
                ["", "?", "主食", "主菜"][random.number(in: 0..<4)]
        case 4 where !sheets[sheet].isEmpty:
            sheets[sheet].remove(at: random.number(in: 0..<sheets[sheet].count))
        case 5 where !sheets[sheet].isEmpty:
            let row = sheets[sheet].remove(at: random.number(in: 0..<sheets[sheet].count))
            sheets[random.number(in: 0..<3)].append(row)
        case 6:
            sheets[sheet].reverse()
        default:
            guard !sheets[sheet].isEmpty else { return }
            let row = sheets[sheet][random.number(in: 0..<sheets[sheet].count)]
            sheets[random.number(in: 0..<3)].append(row)
        }
    }
}
