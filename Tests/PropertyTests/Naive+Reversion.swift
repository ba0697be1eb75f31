/// What a revert must come to, as the design and the decision table tell it.
extension Naive {
    struct Reversion: Sendable {
        var outcome = Verdict.Outcome.unchanged
        var changes: [Verdict.Change] = []
        /// Keys that differ and stay: their delete waits, or the schema of now refuses what they had.
        var leftOut: Set<Int> = []
        var labels: [Int: Label] = [:]

        var entries: Set<Entry> { Set(changes.map(\.entry)) }
    }

    /// - Parameters:
    ///   - version: whose labels come back.
    ///   - floor: so many changes and deletes are allowed.
    /// - Returns: what has to happen.
    func reversion(to version: Int, floor: Int?) -> Reversion {
        var result = Reversion(labels: labels)
        guard let form else { return result }
        for key in SheetRow.keys.indices {
            let (now, before) = (labels[key], versions[version - 1].labels[key])
            let then = before.map { carriedOver($0, to: form) }
            if now == then || now == before { continue }
            let waits = problemRows[key, default: []].contains { $0.kind == .waiting }
            if waits || !(then.map { form.kinds.contains($0.kind) } ?? true) {
                result.leftOut.insert(key)
                continue
            }
            result.labels[key] = then
            switch (now, then) {
            case (nil, let then?): result.changes.append(.init(entry: .insert(key, after: then.text)))
            case (let now?, nil): result.changes.append(.init(entry: .delete(key, before: now.text)))
            case (let now?, let then?):
                result.changes.append(.init(entry: .update(key, before: now.text, after: then.text)))
            case (nil, nil): break
            }
        }
        if result.changes.isEmpty { return result }
        result.outcome = exceeds(result.changes, [], floor) ? .held : .published
        return result
    }

    /// A revert was published, or held.
    ///
    /// - Parameters:
    ///   - reversion: what it had to do.
    ///   - found: where the store has its labels at home now.
    ///   - hold: the number of the hold, if there is one.
    mutating func apply(_ reversion: Reversion, homes found: [Int: Sheet], hold: UInt64?) {
        switch reversion.outcome {
        case .failed, .unchanged: return
        case .held:
            guard let hold, !holds.contains(where: { $0.id == hold }) else { return }
            holds.append(Hold(id: hold, entries: reversion.entries))
        case .published:
            let used = reversion.entries.intersection(standingApprovals)
            let keys = SheetRow.keys.indices.filter { labels[$0] != reversion.labels[$0] }
            let active = Set(sheets.filter { $0.value == .active }.keys)
            let places = keys.map { labels[$0] == nil ? found[$0] : homes[$0] }
            for key in keys where reverted[key] == nil {
                reverted[key] = Reverted(label: labels[key], sheet: labels[key] == nil ? nil : homes[key])
            }
            var version = Version(labels: reversion.labels, form: versions[versions.count - 1].form)
            for change in reversion.changes {
                switch change.entry {
                case .insert: version.inserted += 1
                case .update: version.updated += 1
                case .delete: version.deleted += 1
                case .reject, .rejectUnreadable: break
                }
            }
            labels = reversion.labels
            homes = found
            versions.append(version)
            closeHolds(used, closesOpen: true)
            let isEverywhere = places.contains { $0.map { !active.contains($0) } ?? true }
            owe(isEverywhere ? active : Set(places.compactMap { $0 }))
        }
    }

    /// What was reverted may be applied again: the sheets where it stands are decided anew.
    mutating func approveReverted() {
        let active = Set(sheets.filter { $0.value == .active }.keys)
        let places = reverted.values.map(\.sheet)
        owe(places.allSatisfy { $0.map(active.contains) ?? false } ? Set(places.compactMap { $0 }) : active)
        reverted = [:]
    }
}
