internal import LabelDiff
internal import LabelSchema

/// The values of all valid rows that other rows have to do with, as hashes.
///
/// A schema with unique keys only needs their hashes in no order; one with references between datasets, or within one,
/// needs those of each row together.
struct TableRows: Sendable {
    /// What `TableConstraints` calls a breach, in a row of a file.
    struct Breach: Sendable {
        let place: KeyPlace
        let breach: TableConstraints.Breach
        /// The rows that hold the value too, up to a few, and how many there are.
        let others: [KeyPlace]
        let otherCount: Int
    }

    /// What is kept of a row's tuples.
    struct Layout: Sendable {
        let tupleCount: Int
        /// For each unique key, the place of its tuple.
        let uniqueTuples: [Int]
        /// Whether rows have to be looked at together.
        let isJoint: Bool

        init(_ schema: LabelSchema) {
            let tuples = schema.tableTuples
            tupleCount = tuples.count
            uniqueTuples = schema.uniqueKeys.map { key in tuples.firstIndex(of: key.fields) ?? 0 }
            isJoint = schema.foreignKeys.contains { key in
                if case .list = key.reference { false } else { true }
            }
        }
    }

    /// What is kept of the valid rows of one batch.
    struct Batch: Sendable {
        /// For each unique key, where its values were seen; empty where rows have to be looked at together.
        fileprivate var uniques: [[KeyPlace]] = []
        /// The rows, and the hashes of their tuples one row after the other; empty where they need not be.
        fileprivate var rows: [KeyPlace] = []
        fileprivate var tuples: [TupleHash] = []

        init(_ layout: Layout, capacity: Int) {
            if layout.isJoint { return }
            uniques = layout.uniqueTuples.map { _ in
                var places: [KeyPlace] = []
                places.reserveCapacity(capacity)
                return places
            }
        }

        /// Adds a valid row.
        ///
        /// - Parameters:
        ///   - place: where it is.
        ///   - range: its tuples among all.
        ///   - all: the tuples of the batch, as ranges of its bytes.
        ///   - bytes: its bytes.
        ///   - layout: what is kept.
        ///   - hasher: names tuples.
        mutating func add(
            _ place: KeyPlace, _ range: Range<Int>, of all: [Range<Int>], in bytes: UnsafeRawBufferPointer,
            _ layout: Layout, _ hasher: RunHasher
        ) {
            func hash(_ tuple: Int) -> TupleHash {
                let tuple = all[range.lowerBound + tuple]
                return tuple.isEmpty ? .missing : hasher.hash(UnsafeRawBufferPointer(rebasing: bytes[tuple]))
            }
            if layout.isJoint {
                rows.append(place)
                for tuple in 0..<range.count { tuples.append(hash(tuple)) }
                return
            }
            for unique in uniques.indices {
                let name = hash(layout.uniqueTuples[unique])
                if name == .missing { continue }
                uniques[unique].append(
                    KeyPlace(
                        key: name, row: place.row, file: place.file, kind: .valid, isTroubled: place.isTroubled))
            }
        }
    }

    private let constraints: TableConstraints
    private let layout: Layout
    private var uniques: [KeyPlaces]
    private var rows: [KeyPlace] = []
    private var tuples: [TupleHash] = []

    init(_ schema: LabelSchema) {
        constraints = TableConstraints(schema)
        layout = Layout(schema)
        uniques = layout.uniqueTuples.map { _ in KeyPlaces() }
    }

    /// Whether there is nothing to look for.
    var isEmpty: Bool { layout.tupleCount == 0 }

    /// Adds the valid rows of a batch.
    mutating func add(_ batch: Batch) {
        rows += batch.rows
        tuples += batch.tuples
        for unique in batch.uniques.indices { uniques[unique].add(batch.uniques[unique]) }
    }

    /// Adds the rows of another file.
    mutating func add(_ other: TableRows) {
        rows += other.rows
        tuples += other.tuples
        for unique in uniques.indices { uniques[unique].add(other.uniques[unique]) }
    }

    /// What is wrong over the table.
    ///
    /// - Parameters:
    ///   - refused: rows that are no labels, since others share their key.
    ///   - offered: for each foreign key to a dataset that can be checked, the values that stand there.
    /// - Returns: the breaches, in no order.
    mutating func takeBreaches(
        without refused: Set<UInt64>, offered: [Int: Set<TupleHash>]
    ) async -> [Breach] {
        layout.isJoint ? jointBreaches(refused, offered) : await uniqueBreaches(refused)
    }

    private mutating func uniqueBreaches(_ refused: Set<UInt64>) async -> [Breach] {
        var breaches: [Breach] = []
        for unique in uniques.indices {
            for all in await uniques[unique].takeDuplicates() {
                let group = refused.isEmpty ? all : all.filter { !refused.contains($0.id) }
                guard group.count > 1 else { continue }
                let few = group.prefix(CellError.namedCells + 1)
                for place in group {
                    breaches.append(
                        Breach(
                            place: place, breach: .unique(unique), others: few.filter { $0.id != place.id },
                            otherCount: group.count - 1))
                }
            }
        }
        return breaches
    }

    private mutating func jointBreaches(_ refused: Set<UInt64>, _ offered: [Int: Set<TupleHash>]) -> [Breach] {
        let (rows, tuples, count) = (rows, tuples, layout.tupleCount)
        let present = rows.indices.filter { !refused.contains(rows[$0].id) }.map { TableRow(index: $0) }
        let findings = constraints.look(
            rows: present, tuple: { tuples[$0 * count + $1] }, kept: [], offered: offered)
        return findings.refused.flatMap { index, breaches in
            breaches.map { breach in
                guard case .unique(let key) = breach, let others = findings.others[index]?[key] else {
                    return Breach(place: rows[index], breach: breach, others: [], otherCount: 0)
                }
                let places = others.holders.compactMap { holder -> KeyPlace? in
                    if case .row(let other) = holder { rows[other] } else { nil }
                }
                return Breach(place: rows[index], breach: breach, others: places, otherCount: others.count)
            }
        }
    }
}
