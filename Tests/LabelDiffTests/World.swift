import LabelDiff
import TestRandom

/// A small dataset in some state: what is stored, what stands open, and what a run finds in the sheets.
struct World: CustomStringConvertible {
    struct Row {
        var key: KeyHash
        var value: RowHash
        var kind: SeenKind
    }

    /// What stands about one key in the store.
    struct Record {
        var label: RowHash?
        var home: UInt32?
        var fits = true
        var problems: [Problem] = []
        var reverted: Reverted?
        var isDeleteApproved = false
        var wasMissingInFirstPass = false
    }

    /// The sheets of the run in their order, with their rows from the top; nil: not read.
    var sheets: [(id: UInt32, rows: [Row]?)] = []
    var records: [KeyHash: Record] = [:]
    /// Sheets that are retired, whose labels are to be kept.
    var retired: Set<UInt32> = []
    var deletesAreBlocked = false
    var absence = Absence.onePass

    enum Absence: CaseIterable { case onePass, first, second, none }

    /// Every key that is stored or seen.
    var keys: Set<KeyHash> {
        Set(records.keys).union(sheets.flatMap { $0.rows ?? [] }.map(\.key))
    }

    /// The same world without one key.
    func without(_ key: KeyHash) -> World {
        var world = self
        world.records[key] = nil
        world.sheets = sheets.map { ($0.id, $0.rows?.filter { $0.key != key }) }
        return world
    }

    var description: String {
        var text = "absence \(absence), blocked \(deletesAreBlocked), retired \(retired.sorted())\n"
        for sheet in sheets {
            text += "  sheet \(sheet.id): " + (sheet.rows == nil ? "not read" : "read") + "\n"
            for row in sheet.rows ?? [] { text += "    \(row.key) \(row.kind) \(row.value)\n" }
        }
        for (key, record) in records.sorted(by: { $0.key < $1.key }) { text += "  \(key): \(record)\n" }
        return text
    }

    /// The number of a row by its place: the first is the header.
    static func rowNumber(_ place: Int) -> UInt32 { UInt32(place + 2) }

    /// The world as the walk takes it.
    var input: MergeInput {
        var rows: [SeenRow] = []
        for (index, sheet) in sheets.enumerated() {
            for (place, row) in (sheet.rows ?? []).enumerated() {
                rows.append(
                    SeenRow(
                        key: row.key, seen: row.value, spoolOffset: UInt64(place), rowNumber: Self.rowNumber(place),
                        sheet: UInt16(index), kind: row.kind))
            }
        }
        var exceptions: [KeyHash: OpenExceptions] = [:]
        for (key, record) in records where !record.problems.isEmpty || record.reverted != nil {
            exceptions[key] = OpenExceptions(problems: record.problems, reverted: record.reverted)
        }
        let missing = Set(records.filter { $0.value.wasMissingInFirstPass }.keys)
        let proof: AbsenceProof =
            switch absence {
            case .onePass: .onePassSuffices
            case .first: .firstPass
            case .second: .secondPass(missingInFirst: missing)
            case .none: .notProvable
            }
        return MergeInput(
            rows: rows.sorted(by: SeenRow.precedes), sheetIDs: sheets.map(\.id), exceptions: exceptions,
            unreadSheets: Set(sheets.filter { $0.rows == nil }.map(\.id)), keptSheets: retired,
            deletesApprovedPastBlock: records.compactMapValues { $0.isDeleteApproved ? $0.label : nil },
            deletesBlocked: deletesAreBlocked, absence: proof,
            failingLabels: Set(records.filter { $0.value.label != nil && !$0.value.fits }.keys), collectsKept: true)
    }

    /// What the walk makes of it.
    func walked() -> MergeOutcome {
        var walk = MergeWalk(input)
        for (key, record) in records.sorted(by: { $0.key < $1.key }) {
            if let label = record.label { walk.stored(key, label, home: record.home) }
        }
        return walk.finish()
    }
}

extension World {
    /// A world that follows from its seed: few keys, few values and few sheets, so that much comes together.
    init(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let keys = (0..<random.number(in: 1..<14)).map { _ in KeyHash(high: random.next(), low: random.next()) }
        let values = (0..<4).map { _ in RowHash(high: random.next(), low: random.next()) }
        let ids = ([11, 7, 30] as [UInt32]).shuffled(using: &random)
        sheets = ids.prefix(random.number(in: 1..<4)).map { ($0, random.once(in: 6) ? nil : []) }
        if random.once(in: 3) { retired = [99] }
        let everySheet = sheets.map(\.id) + Array(retired)
        deletesAreBlocked = random.once(in: 4)
        absence = random.pick(Absence.allCases)
        let schemaChanged = random.once(in: 3)
        for key in keys {
            scatter(key, values, &random)
            guard !random.once(in: 5) else { continue }
            records[key] = record(key, values, everySheet, schemaChanged: schemaChanged, &random)
        }
        for index in sheets.indices { sheets[index].rows?.shuffle(using: &random) }
    }

    /// Puts the key into some of the sheets that are read: most often once.
    private mutating func scatter(_ key: KeyHash, _ values: [RowHash], _ random: inout SeededRandom) {
        let read = sheets.indices.filter { sheets[$0].rows != nil }
        guard !read.isEmpty else { return }
        for _ in 0..<random.pick([0, 0, 1, 1, 1, 1, 1, 2, 3]) {
            let kind = random.pick([SeenKind.valid, .valid, .valid, .invalid, .pending])
            sheets[random.pick(read)].rows?.append(Row(key: key, value: random.pick(values), kind: kind))
        }
    }

    private func record(
        _ key: KeyHash, _ values: [RowHash], _ everySheet: [UInt32], schemaChanged: Bool, _ random: inout SeededRandom
    ) -> Record {
        var record = Record()
        if !random.once(in: 4) {
            record.label = random.pick(values)
            record.home = random.once(in: 10) ? nil : random.pick(everySheet)
            record.fits = !(schemaChanged && random.once(in: 2))
        }
        if random.once(in: 3) { record.problems = problems(key, values, everySheet, &random) }
        if random.once(in: 4) {
            let state: RevertedState = random.once(in: 3) ? .noValue : .value(random.pick(values))
            record.reverted = Reverted(state: state, sheetID: random.once(in: 4) ? nil : random.pick(everySheet))
        }
        record.isDeleteApproved = random.once(in: 8)
        record.wasMissingInFirstPass = random.once(in: 2)
        return record
    }

    /// Problems of the key that an earlier run left: now and then exactly those that this run finds again.
    private func problems(
        _ key: KeyHash, _ values: [RowHash], _ everySheet: [UInt32], _ random: inout SeededRandom
    ) -> [Problem] {
        if random.once(in: 2) {
            let found = Model(self).facts(key).filled
            if found.count == 1 {
                return [
                    Problem(
                        kind: .invalid, sheetID: found[0].sheet, ordinal: 0, seen: found[0].value,
                        rowNumber: found[0].rowNumber)
                ]
            }
            if found.count > 1 { return Model.duplicates(found) }
        }
        let kind = random.pick([ProblemKind.invalid, .duplicate, .deleteWaiting])
        return (0..<(kind == .duplicate ? 2 : 1)).map { ordinal in
            Problem(
                kind: kind, sheetID: random.pick(everySheet), ordinal: UInt32(ordinal), seen: random.pick(values),
                rowNumber: UInt32(random.number(in: 2..<9)))
        }
    }
}
