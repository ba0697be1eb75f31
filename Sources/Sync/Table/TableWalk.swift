internal import LabelDiff
internal import LabelSchema
internal import LabelStore

/// What a run learns between two walks over the same rows: labels that a new contract costs or changes, and rows that
/// other rows and labels stand against.
///
/// Each time it finds something, a row is refused or a label marked, never the other way, so walking again comes to an
/// end.
struct TableWalk {
    let definition: DatasetDefinition
    let store: LabelStore
    let state: StoredState
    /// What the next walk takes.
    var input: MergeInput

    /// Labels without a row that were looked at already.
    private var looked: Set<KeyHash> = []
    /// The tuples of labels that stay.
    private var kept: [KeyHash: KeptLabel] = [:]
    /// What the referenced datasets offer, by the foreign key's place.
    private var offered: [Int: Set<TupleHash>]?

    /// Of so many labels that are lost it is told what is wrong with them.
    private static let toldCosts = 10_000
    /// So many labels are looked at in one go.
    private static let pageSize = 10_000

    init(definition: DatasetDefinition, store: LabelStore, state: StoredState, input: MergeInput) {
        self.definition = definition
        self.store = store
        self.state = state
        self.input = input
    }

    private var schema: LabelSchema { definition.schema }

    /// Looks at an outcome.
    ///
    /// - Returns: whether `input` has changed, so that the rows have to be walked again.
    /// - Throws: `StoreError.damaged` if it would walk for ever, for a label that stays whatever is decided; errors of
    ///   the store and the spool; `CancellationError`.
    mutating func settle(_ outcome: MergeOutcome, _ decided: inout Decided) async throws -> Bool {
        let before = settled(decided)
        guard try await isChanged(by: outcome, &decided) else { return false }
        guard settled(decided) > before else {
            throw StoreError.damaged("labels of \(definition.name) that do not fit its schema and cannot be decided")
        }
        return true
    }

    /// How much is settled so far; each look that finds something settles more.
    private func settled(_ decided: Decided) -> Int {
        input.failingLabels.count + input.carried.count + input.heldDeletes.count + decided.tableErrors.count
    }

    private mutating func isChanged(by outcome: MergeOutcome, _ decided: inout Decided) async throws -> Bool {
        if decided.contractChanged, try await carryOver(outcome, &decided) { return true }
        // An outcome that wants further sheets is not one to go by.
        guard !definition.constraints.isEmpty, outcome.wantedSheets.isEmpty, decided.pass.skipped.isEmpty else {
            return false
        }
        return try await compare(outcome, &decided)
    }

    // MARK: - A new contract

    /// Looks at labels that no valid row replaces: they are carried over from their stored form, or lost.
    private mutating func carryOver(_ outcome: MergeOutcome, _ decided: inout Decided) async throws -> Bool {
        let deleted = outcome.entries.filter { $0.kind == .delete && !$0.isCost }.map(\.key)
        let fresh = (outcome.kept + deleted).filter { looked.insert($0).inserted }
        var changed = false
        try await eachLabel(fresh) { key, label in
            // Nothing is left that a schema could speak of: it stays as it is, and no export has it.
            if label == CanonicalLabel.redacted { return }
            let (form, lost) = schema.carriedOver(canonicalLabel: label) ?? (label, [])
            let errors = Self.errors(form, key, schema)
            guard errors.isEmpty else {
                input.failingLabels.insert(key)
                if decided.costs.count < Self.toldCosts { decided.costs[key] = errors }
                changed = true
                return
            }
            guard form != label else { return }
            input.carried[key] = LabelSchema.rowHash(form)
            if !lost.isEmpty { input.carriedAtCost.insert(key) }
            changed = true
        }
        return changed
    }

    /// What is wrong with a label under the schema; another primary key makes it another row.
    private static func errors(_ label: [UInt8], _ key: KeyHash, _ schema: LabelSchema) -> [CellError] {
        let errors = schema.check(canonicalLabel: label)
        guard errors.isEmpty else { return errors }
        let keyNow = schema.key(ofCanonicalLabel: label).map(LabelSchema.keyHash)
        return keyNow == key ? [] : schema.keyErrors(ofStoredLabel: label)
    }

    /// Tells the updates that only a new schema makes: those where nothing but names differ, and those that lose the
    /// values of a field that is gone.
    func markRenamings(_ outcome: inout MergeOutcome, _ decided: Decided) async throws {
        let places = outcome.entries.indices.filter {
            outcome.entries[$0].kind == .update && outcome.entries[$0].row != nil
        }
        let byKey = Dictionary(places.map { (outcome.entries[$0].key, $0) }, uniquingKeysWith: { first, _ in first })
        var entries = outcome.entries
        try await eachLabel(places.map { outcome.entries[$0].key }) { key, label in
            guard let place = byKey[key], let row = entries[place].row,
                let (form, lost) = schema.carriedOver(canonicalLabel: label)
            else { return }
            guard lost.isEmpty, form != label else {
                return entries.mark(place, isCost: !lost.isEmpty, isRenaming: false)
            }
            let offset = decided.rows[row].spoolOffset
            let isRenaming = try decided.pass.spool.record(at: offset).canonical == form
            entries.mark(place, isCost: false, isRenaming: isRenaming)
        }
        outcome.entries = entries
    }

    // MARK: - Keys over the whole table

    private mutating func compare(_ outcome: MergeOutcome, _ decided: inout Decided) async throws -> Bool {
        try await loadKept(outcome.kept)
        let changes = Dictionary(
            outcome.entries.compactMap { entry in entry.row.map { ($0, entry.kind) } },
            uniquingKeysWith: { first, _ in first })
        let rows =
            outcome.unchangedRows.map { TableRow(index: $0, isUnchanged: true, hasLabel: true) }
            + changes.sorted { $0.key < $1.key }.map { TableRow(index: $0.key, hasLabel: $0.value == .update) }
        let (all, pass) = (decided.rows, decided.pass)
        let findings = definition.constraints.look(
            rows: rows,
            tuple: { index, place in
                let row = all[index]
                return pass.sheets[Int(row.sheet)]?.tuples.tuple(row: row.rowNumber, place: place) ?? .missing
            }, kept: outcome.kept.compactMap { kept[$0] }, offered: try await offeredValues())
        if findings.isEmpty { return false }
        let words = TableWords(definition: definition, decided: decided, state: state)
        try await refuse(findings, words, &decided)
        for (key, breaches) in findings.failing {
            input.failingLabels.insert(key)
            if decided.costs.count < Self.toldCosts { decided.costs[key, default: []] += words.errors(breaches) }
        }
        try await hold(findings.needed, outcome, words, &decided)
        input.rows = decided.rows
        return true
    }

    private mutating func refuse(
        _ findings: TableConstraints.Findings, _ words: TableWords, _ decided: inout Decided
    ) async throws {
        var holders: [KeyHash: String] = [:]
        let labels = findings.others.values.flatMap(\.values).flatMap(\.holders).compactMap { holder in
            if case .label(let key) = holder { key } else { nil }
        }
        try await eachLabel(Array(Set(labels))) { key, label in holders[key] = words.key(of: label) }
        for (index, breaches) in findings.refused {
            decided.rows[index].kind = .invalid
            decided.tableErrors[index, default: []] += try words.errors(
                breaches, row: index, others: findings.others[index] ?? [:], keys: holders)
        }
    }

    /// Keeps what labels that stay refer to: a delete waits, and a row that would take the value away is refused.
    ///
    /// A label that refers to what is not there at all does not satisfy the contract.
    private mutating func hold(
        _ needed: [Int: [TupleHash: [KeyHash]]], _ outcome: MergeOutcome, _ words: TableWords, _ decided: inout Decided
    ) async throws {
        if needed.isEmpty { return }
        let leaving = Dictionary(
            outcome.entries.filter { $0.before != nil && !$0.isCost }.map { ($0.key, $0) },
            uniquingKeysWith: { first, _ in first })
        let tuples = schema.tableTuples
        var dangling = needed
        // A label may hold several values that others refer to.
        var referring: [KeyHash: [(place: Int, from: [KeyHash])]] = [:]
        try await eachLabel(Array(leaving.keys)) { key, label in
            let form = schema.carriedOver(canonicalLabel: label)?.label ?? label
            for (place, values) in needed {
                let tuple = LabelSchema.tupleHash(tuples[place], ofCanonicalLabel: form)
                guard let from = values[tuple] else { continue }
                dangling[place]?[tuple] = nil
                referring[key, default: []].append((place, from))
            }
        }
        var names: [KeyHash: String] = [:]
        let told = referring.values.joined().flatMap { $0.from.prefix(CellError.namedCells) }
        try await eachLabel(Array(Set(told))) { names[$0] = words.key(of: $1) }
        for (key, found) in referring {
            for (place, from) in found.sorted(by: { $0.place < $1.place }) {
                let holders = from.compactMap { names[$0] }.filter { !$0.isEmpty }
                if let row = leaving[key]?.row {
                    decided.rows[row].kind = .invalid
                    decided.tableErrors[row, default: []].append(
                        try words.stillReferenced(row: row, field: tuples[place][0], holders: holders))
                } else {
                    input.heldDeletes.insert(key)
                    let known = decided.heldBy[key] ?? []
                    decided.heldBy[key] = known + holders.filter { !known.contains($0) }
                }
            }
        }
        for key in Set(dangling.values.flatMap(\.values).joined()) {
            input.failingLabels.insert(key)
            if decided.costs.count < Self.toldCosts { decided.costs[key, default: []] += words.dangling() }
        }
    }

    private mutating func loadKept(_ keys: [KeyHash]) async throws {
        let tuples = schema.tableTuples
        let fresh = keys.filter { kept[$0] == nil }
        try await eachLabel(fresh) { key, label in
            let form = schema.carriedOver(canonicalLabel: label)?.label ?? label
            kept[key] = KeptLabel(
                key: key, tuples: tuples.map { LabelSchema.tupleHash($0, ofCanonicalLabel: form) })
        }
    }

    private mutating func offeredValues() async throws -> [Int: Set<TupleHash>] {
        if let offered { return offered }
        var values: [Int: Set<TupleHash>] = [:]
        for (place, key) in schema.foreignKeys.enumerated() {
            guard case .dataset(let name) = key.reference,
                let reference = definition.references.first(where: { $0.record.name == name })
            else { continue }
            values[place] = try await reference.offered(to: key, in: store)
        }
        offered = values
        return values
    }

    /// Hands over stored labels, page by page.
    private func eachLabel(_ keys: [KeyHash], _ body: (KeyHash, [UInt8]) throws -> Void) async throws {
        guard let dataset = state.dataset else { return }
        for start in stride(from: 0, to: keys.count, by: Self.pageSize) {
            try Task.checkCancellation()
            let some = Array(keys[start..<min(start + Self.pageSize, keys.count)])
            for (key, label) in try await store.labels(of: dataset, version: state.currentVersion, keys: some) {
                try body(key, label)
            }
        }
    }
}

extension LabelSchema {
    /// The store's name for a label in canonical form.
    static func rowHash(_ label: [UInt8]) -> RowHash {
        let hash = keyHash(label)
        return RowHash(high: hash.high, low: hash.low)
    }
}
