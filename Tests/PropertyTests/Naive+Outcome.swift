/// Guards, holds and what comes after the decision.
extension Naive {
    /// Whether a run may write what it has decided.
    func outcome(_ verdict: Verdict, _ sight: Sight, schemaChanged: Bool) -> Verdict.Outcome {
        if exceeds(verdict.changes, verdict.newRejections, sight.floor) { return .held }
        return !verdict.changes.isEmpty || schemaChanged ? .published : .unchanged
    }

    /// Whether so much must not be written without approval.
    func exceeds(_ changes: [Verdict.Change], _ newRejections: [Entry], _ floor: Int?) -> Bool {
        let approved = standingApprovals
        let counted = changes.filter { !approved.contains($0.entry) }
        if counted.contains(where: \.isCost) { return true }
        guard let floor else { return false }
        let plain = counted.filter { !$0.isRenaming }
        let inserts = plain.count { if case .insert = $0.entry { true } else { false } }
        let updates = plain.count { if case .update = $0.entry { true } else { false } }
        let deletes = plain.count { if case .delete = $0.entry { true } else { false } }
        let rejections = newRejections.count { !approved.contains($0) }
        // The first load is free to insert.
        if !labels.isEmpty, inserts > floor { return true }
        return updates > floor || deletes > floor || rejections > floor
    }

    var standingApprovals: Set<Entry> { holds.reduce(into: []) { $0.formUnion($1.standing) } }

    /// The run ended as it had to: this is how things stand now.
    ///
    /// - Parameters:
    ///   - verdict: what it had to do.
    ///   - sight: what it saw.
    ///   - found: where the store has its labels at home, of the places that it had to choose from.
    ///   - hold: the number of the hold, if there is one.
    mutating func apply(_ verdict: Verdict, _ sight: Sight, homes found: [Int: Sheet], hold: UInt64?) {
        switch verdict.outcome {
        case .failed:
            owe(sight.asked)
            owe(changed(sight))
        case .held:
            owe(changed(sight))
            guard let hold, !holds.contains(where: { $0.id == hold }) else { return }
            holds.append(Hold(id: hold, entries: verdict.entries))
        case .published, .unchanged:
            // Where nothing differs from what was decided, nothing is undecided either.
            let isSame = changed(sight).isEmpty && form == sight.form
            let used = verdict.entries.intersection(standingApprovals)
            labels = verdict.labels
            homes = found
            problemRows = verdict.problems
            unreadable = verdict.unreadable
            reverted = verdict.reverted
            for sheet in sight.read {
                if verdict.undecided.contains(sheet), !isSame {
                    owe([sheet])
                } else {
                    settled[sheet] = sight.rows[sheet]
                    owed.remove(sheet)
                }
            }
            owe(sight.asked)
            closeHolds(used, closesOpen: verdict.outcome == .published || sight.failed.isEmpty)
            if verdict.outcome == .published {
                versions.append(
                    Version(
                        labels: labels, form: sight.form, inserted: verdict.inserted, updated: verdict.updated,
                        deleted: verdict.deleted))
            }
        }
    }

    mutating func owe(_ some: Set<Sheet>) {
        owed.formUnion(some)
        for sheet in some { settled[sheet] = nil }
    }

    /// Sheets that were read and found to be other than when they were last decided.
    private func changed(_ sight: Sight) -> Set<Sheet> {
        sight.read.filter { sheet in
            func bag(_ rows: [SheetRow]) -> [SheetRow: Int] { rows.reduce(into: [:]) { $0[$1, default: 0] += 1 } }
            guard let rows = sight.rows[sheet], let settled = settled[sheet] else { return true }
            return bag(rows) != bag(settled)
        }
    }

    mutating func closeHolds(_ used: Set<Entry>, closesOpen: Bool) {
        for place in holds.indices {
            switch holds[place].state {
            case .open: if closesOpen { holds[place].state = .closed }
            case .approved:
                if !holds[place].hasRunOut { holds[place].used.formUnion(holds[place].entries.intersection(used)) }
                if holds[place].used == holds[place].entries {
                    holds[place].state = .closed
                } else if holds[place].hasRunOut, closesOpen {
                    holds[place].state = .expired
                }
            case .closed, .expired: break
            }
        }
    }

    // MARK: - What people do between runs

    mutating func approve(_ id: UInt64, pastBlock: Bool) {
        guard let place = holds.firstIndex(where: { $0.id == id }) else { return }
        holds[place].state = .approved
        holds[place].pastBlock = pastBlock
        markConcerned(holds[place].entries)
    }

    mutating func approveWaiting(_ id: UInt64) {
        let waiting = waitingDeletes
        if !holds.contains(where: { $0.id == id }) {
            holds.append(Hold(id: id, entries: waiting, state: .approved, pastBlock: true))
        }
        markConcerned(waiting)
    }

    var waitingDeletes: Set<Entry> {
        Set(
            problemRows.flatMap { key, problems in
                problems.filter { $0.kind == .waiting }.map { Entry.delete(key, before: $0.seen[0]) }
            })
    }

    private mutating func markConcerned(_ entries: Set<Entry>) {
        let keys = entries.compactMap { entry -> Int? in
            switch entry {
            case .insert(let key, _), .update(let key, _, _), .delete(let key, _), .reject(let key, _): key
            case .rejectUnreadable: nil
            }
        }
        let places = Set(keys.compactMap { labels[$0] == nil ? nil : homes[$0] })
        let active = Set(sheets.filter { $0.value == .active }.keys)
        owe(places.isSubset(of: active) ? places : active)
    }

    mutating func retire(_ sheet: Sheet, deletes: Bool) {
        sheets[sheet] = deletes ? .retiredDelete : .retiredKeep
        owe(Set(sheets.filter { $0.value == .active }.keys))
    }

    /// The configuration has these sheets now: others that it had are given up, for now.
    mutating func register(_ configured: Set<Sheet>) {
        let left = sheets.filter { $0.value == .active && !configured.contains($0.key) }.map(\.key)
        for sheet in configured where sheets[sheet] != .active {
            sheets[sheet] = .active
            owe([sheet])
        }
        for sheet in left { sheets[sheet] = .orphaned }
        // What was a problem only because of a sheet that is gone is one no more.
        if !left.isEmpty { owe(configured) }
    }

    mutating func expire() {
        for place in holds.indices where holds[place].state == .approved { holds[place].hasRunOut = true }
    }

    mutating func mark(_ sheets: Set<Sheet>) { owed.formUnion(sheets) }

    mutating func markAll() { owe(Set(sheets.filter { $0.value == .active }.keys)) }
}
