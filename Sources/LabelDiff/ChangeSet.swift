/// The entries of a change set, in key order.
///
/// A first load has one for every row, and nearly all of it stands in the row already: such an entry is the row's index, 4
/// bytes, and is made when it is asked for. An update by a row takes 24 bytes more, and whatever else as much as it needs.
package struct ChangeSet: Sendable {
    private let rows: [SeenRow]
    /// Where each entry stands: the two upper bits say in which of the three.
    private var places: [UInt32] = []
    private var updates: [Update] = []
    private var others: [ChangeEntry] = []

    private struct Update: Sendable {
        let before: RowHash
        let row: UInt32
    }

    private static let isUpdate: UInt32 = 0x4000_0000
    private static let isOther: UInt32 = 0x8000_0000
    private static let index: UInt32 = 0x3fff_ffff

    /// No entries yet.
    ///
    /// - Parameter rows: The rows that the entries to come point to.
    package init(rows: [SeenRow]) {
        self.rows = rows
    }

    /// Entries that stand for themselves.
    package init(_ entries: [ChangeEntry]) {
        self.init(rows: [])
        for entry in entries { append(entry) }
    }

    /// Adds an entry, whose key comes after those of all before.
    package mutating func append(_ entry: ChangeEntry) {
        if let row = entry.row, row < rows.count, row <= Int(Self.index), isPlain(entry, row: rows[row]) {
            switch (entry.kind, entry.before) {
            case (.insert, nil):
                places.append(UInt32(row))
                return
            case (.update, let before?):
                places.append(Self.isUpdate | UInt32(updates.count))
                updates.append(Update(before: before, row: UInt32(row)))
                return
            default: break
            }
        }
        places.append(Self.isOther | UInt32(others.count))
        others.append(entry)
    }

    /// Makes room for so many entries.
    package mutating func reserveCapacity(_ count: Int) {
        places.reserveCapacity(count)
    }

    /// Whether an entry says no more than its row does.
    private func isPlain(_ entry: ChangeEntry, row: SeenRow) -> Bool {
        entry.key == row.key && entry.after == row.seen && !entry.isCost && !entry.isRenaming
    }
}

extension ChangeSet: RandomAccessCollection {
    package var startIndex: Int { 0 }
    package var endIndex: Int { places.count }

    package subscript(position: Int) -> ChangeEntry {
        let place = places[position]
        let index = Int(place & Self.index)
        if place & Self.isOther != 0 { return others[index] }
        guard place & Self.isUpdate != 0 else {
            return ChangeEntry(
                key: rows[index].key, kind: .insert, before: nil, after: rows[index].seen, row: index)
        }
        let update = updates[index]
        let row = rows[Int(update.row)]
        return ChangeEntry(
            key: row.key, kind: .update, before: update.before, after: row.seen, row: Int(update.row))
    }

    /// Notes of an entry that it loses values to a schema change, or that nothing but the names of fields differ.
    package mutating func mark(_ position: Int, isCost: Bool, isRenaming: Bool) {
        var entry = self[position]
        if entry.isCost == isCost, entry.isRenaming == isRenaming { return }
        entry.isCost = isCost
        entry.isRenaming = isRenaming
        if places[position] & Self.isOther != 0 {
            others[Int(places[position] & Self.index)] = entry
        } else {
            places[position] = Self.isOther | UInt32(others.count)
            others.append(entry)
        }
    }

    /// How many entries are of a kind.
    package func count(_ kind: ChangeKind) -> Int {
        let other = others.reduce(0) { $0 + ($1.kind == kind ? 1 : 0) }
        let plain = places.reduce(0) { count, place in
            if place & Self.isOther != 0 { return count }
            return count + ((place & Self.isUpdate != 0 ? ChangeKind.update : .insert) == kind ? 1 : 0)
        }
        return plain + other
    }
}
