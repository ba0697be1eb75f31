package import LabelSchema

/// The name of a tuple of values: the first 16 bytes of SHA-256 over its canonical JSON array; all zeros if a value is
/// missing, so that it equals nothing.
package typealias TupleHash = KeyHash

extension TupleHash {
    /// The tuple of a row that lacks one of its values.
    package static let missing = KeyHash(high: 0, low: 0)
}

/// One valid row, as far as other rows and labels have to do with it.
package struct TableRow: Sendable {
    /// Whatever the caller knows the row by.
    package let index: Int
    /// The row equals its stored label.
    package let isUnchanged: Bool
    /// The row has a stored label, which stays if the row is refused.
    package let hasLabel: Bool

    package init(index: Int, isUnchanged: Bool = false, hasLabel: Bool = false) {
        self.index = index
        self.isUnchanged = isUnchanged
        self.hasLabel = hasLabel
    }
}

/// A stored label that stays although no valid row replaces it.
package struct KeptLabel: Sendable {
    package let key: KeyHash
    /// One hash for each of the schema's `tableTuples`.
    package let tuples: [TupleHash]

    package init(key: KeyHash, tuples: [TupleHash]) {
        self.key = key
        self.tuples = tuples
    }
}

/// The unique keys and foreign keys of a schema that more than one row is needed for.
///
/// They hold over the new labels and the kept ones together. A kept label wins over a row, an unchanged row over a changed
/// one; of others that collide nobody can tell which is right, so all are refused.
package struct TableConstraints: Sendable {
    /// What a row or label breaks.
    package enum Breach: Sendable, Hashable {
        /// A unique key, by its place among the schema's `uniqueKeys`.
        case unique(Int)
        /// A foreign key, by its place among the schema's `foreignKeys`.
        case foreign(Int)
    }

    /// What one look over the table found.
    package struct Findings: Sendable {
        /// Rows that are refused, by index, with what each breaks.
        package var refused: [Int: [Breach]] = [:]
        /// Who else holds the values of a refused row: by its index, and by the unique key's place.
        package var others: [Int: [Int: Others]] = [:]
        /// Kept labels that collide with another kept one, or refer to a value outside the dataset that is not there.
        package var failing: [KeyHash: Set<Breach>] = [:]
        /// Values of the dataset itself that kept labels refer to and that nothing offers: by the place of the tuple
        /// that would offer them, each with the kept labels that need it.
        package var needed: [Int: [TupleHash: [KeyHash]]] = [:]

        package var isEmpty: Bool { refused.isEmpty && failing.isEmpty && needed.isEmpty }
    }

    /// Who holds a value.
    package enum Holder: Sendable, Hashable {
        case row(Int)
        case label(KeyHash)
    }

    /// The rows and labels that hold a value too.
    package struct Others: Sendable, Hashable {
        /// The first of them.
        package let holders: [Holder]
        /// How many they are.
        package let count: Int
    }

    private struct SelfReference {
        let foreignKey: Int
        let from: Int
        let to: Int
    }

    /// How many tuples each row has.
    package let tupleCount: Int
    private let uniques: [Int]
    private let selfReferences: [SelfReference]
    private let outerReferences: [(foreignKey: Int, from: Int, dataset: String)]

    /// So many of those who share a value are told.
    private static let toldHolders = 20

    /// - Parameter schema: The schema; its `tableTuples` give the order of tuples.
    package init(_ schema: LabelSchema) {
        let tuples = schema.tableTuples
        tupleCount = tuples.count
        let place = { (fields: [String]) in tuples.firstIndex(of: fields) ?? 0 }
        uniques = schema.uniqueKeys.map { place($0.fields) }
        var selfReferences: [SelfReference] = []
        var outerReferences: [(Int, Int, String)] = []
        for (index, key) in schema.foreignKeys.enumerated() {
            switch key.reference {
            case .list: continue
            case .itself:
                selfReferences.append(
                    SelfReference(foreignKey: index, from: place(key.fields), to: place(key.referencedFields)))
            case .dataset(let name): outerReferences.append((index, place(key.fields), name))
            }
        }
        self.selfReferences = selfReferences
        self.outerReferences = outerReferences
    }

    /// Whether the schema has no such key.
    package var isEmpty: Bool { tupleCount == 0 }

    /// Looks once over all rows and kept labels.
    ///
    /// A row that is refused may leave a label that is kept, and that label may collide in its turn: whoever calls adds
    /// those labels to the kept ones, takes the refused rows out and looks again, until nothing is found. That ends,
    /// since rows only ever go.
    ///
    /// - Parameters:
    ///   - rows: The valid rows, one for each key.
    ///   - tuple: The hash of a row's tuple, by the row's index and the tuple's place.
    ///   - kept: The labels that stay without a row.
    ///   - offered: For each referenced dataset by name and foreign key, the values that its current version offers;
    ///     foreign keys that are not among them are not checked.
    /// - Returns: What is wrong; empty if everything holds.
    package func look(
        rows: [TableRow], tuple: (Int, Int) -> TupleHash, kept: [KeptLabel], offered: [Int: Set<TupleHash>]
    ) -> Findings {
        var findings = Findings()
        for (index, place) in uniques.enumerated() {
            findUnique(index, place, rows, tuple, kept, &findings)
        }
        for reference in outerReferences {
            guard let values = offered[reference.foreignKey] else { continue }
            for row in rows {
                let hash = tuple(row.index, reference.from)
                guard hash != .missing, !values.contains(hash) else { continue }
                findings.refused[row.index, default: []].append(.foreign(reference.foreignKey))
            }
            for label in kept where label.tuples[reference.from] != .missing {
                guard !values.contains(label.tuples[reference.from]) else { continue }
                findings.failing[label.key, default: []].insert(.foreign(reference.foreignKey))
            }
        }
        findDangling(rows, tuple, kept, &findings)
        return findings
    }

    // MARK: - Unique keys

    private func findUnique(
        _ index: Int, _ place: Int, _ rows: [TableRow], _ tuple: (Int, Int) -> TupleHash, _ kept: [KeptLabel],
        _ findings: inout Findings
    ) {
        // Sorted pairs take half the memory of a dictionary of lists, and most values stand alone.
        var holders: [(hash: TupleHash, holder: Int)] = []
        holders.reserveCapacity(rows.count + kept.count)
        for (position, row) in rows.enumerated() {
            let hash = tuple(row.index, place)
            if hash != .missing { holders.append((hash, position)) }
        }
        for (position, label) in kept.enumerated() where label.tuples[place] != .missing {
            holders.append((label.tuples[place], -1 - position))
        }
        holders.sort { $0.hash != $1.hash ? $0.hash < $1.hash : $0.holder < $1.holder }
        var start = 0
        while start < holders.count {
            var end = start + 1
            while end < holders.count, holders[end].hash == holders[start].hash { end += 1 }
            if end - start > 1 {
                settle(index, holders[start..<end].map(\.holder), rows, kept, &findings)
            }
            start = end
        }
    }

    /// Decides who of those who hold one value has to go.
    private func settle(
        _ index: Int, _ holders: [Int], _ rows: [TableRow], _ kept: [KeptLabel], _ findings: inout Findings
    ) {
        let labels = holders.filter { $0 < 0 }.map { kept[-1 - $0].key }
        let all = holders.filter { $0 >= 0 }.map { rows[$0] }
        if labels.count > 1 {
            for label in labels { findings.failing[label, default: []].insert(.unique(index)) }
        }
        let unchanged = all.filter(\.isUnchanged)
        let refused = labels.isEmpty && unchanged.count == 1 ? all.filter { !$0.isUnchanged } : all
        for row in refused {
            findings.refused[row.index, default: []].append(.unique(index))
            let others =
                labels.prefix(Self.toldHolders).map { Holder.label($0) }
                + all.prefix(Self.toldHolders + 1).filter { $0.index != row.index }.map { Holder.row($0.index) }
            findings.others[row.index, default: [:]][index] = Others(
                holders: others, count: labels.count + all.count - 1)
        }
    }

    // MARK: - References within the dataset

    private func findDangling(
        _ rows: [TableRow], _ tuple: (Int, Int) -> TupleHash, _ kept: [KeptLabel], _ findings: inout Findings
    ) {
        if selfReferences.isEmpty { return }
        // What each tuple offers, counted: a new row that is refused takes its own values away, and rows that refer to
        // them go too. One that has a label leaves it behind, and what that offers is known in the next look.
        var offers: [Int: [TupleHash: Int]] = [:]
        for reference in selfReferences where offers[reference.to] == nil {
            var counts: [TupleHash: Int] = [:]
            for row in rows where findings.refused[row.index] == nil || row.hasLabel {
                counts[tuple(row.index, reference.to), default: 0] += 1
            }
            for label in kept { counts[label.tuples[reference.to], default: 0] += 1 }
            counts[.missing] = nil
            offers[reference.to] = counts
        }
        var referring: [Int: [TupleHash: [Int]]] = [:]
        for (number, reference) in selfReferences.enumerated() {
            var index: [TupleHash: [Int]] = [:]
            for (position, row) in rows.enumerated() {
                let hash = tuple(row.index, reference.from)
                if hash != .missing { index[hash, default: []].append(position) }
            }
            referring[number] = index
        }
        var dangling: [(position: Int, foreignKey: Int)] = []
        for (number, reference) in selfReferences.enumerated() {
            for (hash, positions) in referring[number] ?? [:] where offers[reference.to]?[hash] == nil {
                dangling += positions.map { ($0, reference.foreignKey) }
            }
        }
        while let (position, foreignKey) = dangling.popLast() {
            let row = rows[position]
            let isFirst = findings.refused[row.index] == nil
            if findings.refused[row.index]?.contains(.foreign(foreignKey)) == true { continue }
            findings.refused[row.index, default: []].append(.foreign(foreignKey))
            guard isFirst, !row.hasLabel else { continue }
            for reference in Self.distinct(selfReferences) {
                let hash = tuple(row.index, reference)
                guard hash != .missing, let count = offers[reference]?[hash] else { continue }
                offers[reference]?[hash] = count == 1 ? nil : count - 1
                guard count == 1 else { continue }
                for (number, other) in selfReferences.enumerated() where other.to == reference {
                    dangling += (referring[number]?[hash] ?? []).map { ($0, other.foreignKey) }
                }
            }
        }
        for reference in selfReferences {
            for label in kept {
                let hash = label.tuples[reference.from]
                guard hash != .missing, offers[reference.to]?[hash] == nil else { continue }
                findings.needed[reference.to, default: [:]][hash, default: []].append(label.key)
            }
        }
    }

    private static func distinct(_ references: [SelfReference]) -> [Int] {
        Array(Set(references.map(\.to))).sorted()
    }
}
