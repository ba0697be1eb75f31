/// The decision table, key by key.
extension Naive {
    /// What a run must make of what it saw.
    func verdict(_ sight: Sight) -> Verdict {
        let schemaChanged = form.map { $0 != sight.form } ?? false
        let nothingWasRead = sight.skipped.isEmpty && sight.first.isEmpty
        if nothingWasRead || (schemaChanged && !sight.failed.isEmpty) {
            var verdict = Verdict()
            verdict.outcome = .failed
            return verdict
        }
        var verdict = decide(sight, sight.first, proven: sight.onePassProves ? Set(SheetRow.keys.indices) : [])
        if !verdict.missing.isEmpty, let second = sight.second {
            verdict = decide(sight, second, proven: sight.stoodStill ? verdict.missing : [])
            verdict.result.looksTwice = true
        } else if !verdict.missing.isEmpty {
            verdict.result.looksTwice = true
        }
        var result = verdict.result
        result.outcome = outcome(result, sight, schemaChanged: schemaChanged)
        return result
    }

    private func decide(
        _ sight: Sight, _ rows: [Sheet: [SheetRow]], proven: Set<Int>
    ) -> (result: Verdict, missing: Set<Int>) {
        var result = Verdict()
        var missing: Set<Int> = []
        let all = rows.flatMap { sheet, rows in rows.map { (sheet: sheet, row: $0) } }
        let isBlocked =
            sight.sheets.contains { rows[$0] == nil } || all.contains { $0.row.key == SheetRow.unreadable }
        for key in SheetRow.keys.indices {
            let here = all.filter { $0.row.key == key }
            let filled = here.filter { !$0.row.isPending }
            let label = labels[key]
            let state = reverted[key].map { reread($0, under: sight.form) }
            if label == nil, state == nil, here.isEmpty, problems[key, default: []].isEmpty { continue }
            let carried = label.map { carriedOver($0, to: sight.form) }
            let fits = carried.map { sight.form.kinds.contains($0.kind) } ?? true

            var known = Set(problems[key, default: []].map(\.sheet))
            if let home = homes[key], label != nil { known.insert(home) }
            if let sheet = state?.sheet { known.insert(sheet) }
            let concerned = known.union(here.map(\.sheet))
            let value = filled.count == 1 && filled[0].row.isValid(sight.form) ? filled[0].row.label(sight.form) : nil

            // What follows if no row says otherwise: the label stays, and so does all that is open.
            var after = label
            var home = homes[key].map { Set([$0]) } ?? []
            var open = problemList(key)
            var revertedAfter = state
            let rule: Int

            func reject() {
                if filled.count > 1 {
                    let seen = filled.map { $0.row.seen(sight.form) }.sorted { $0.lexicographicallyPrecedes($1) }
                    open = filled.map { Problem(kind: .duplicate, sheet: $0.sheet, seen: seen) }
                    let places = Set(filled.map(\.sheet))
                    home = home.isSubset(of: places) && !home.isEmpty ? home : places
                } else {
                    open = filled.map {
                        Problem(kind: .invalid, sheet: $0.sheet, seen: [$0.row.seen(sight.form)])
                    }
                    home = Set(filled.map(\.sheet))
                }
            }
            func end() {
                open = []
                revertedAfter = nil
                home = Set(filled.map(\.sheet))
            }

            if sight.sheets.contains(where: { known.contains($0) && rows[$0] == nil }) {
                rule = 1
                result.undecided.formUnion(concerned)
            } else if value == nil, !filled.isEmpty, fits {
                rule = filled.count > 1 ? 2 : 3
                reject()
            } else if value == nil, !filled.isEmpty {
                rule = 4
                after = nil
                reject()
            } else if let value, value == label {
                rule = 5
                end()
            } else if let value, state?.state == value.text, fits {
                rule = 6
                end()
                revertedAfter = state
                revertedAfter?.sheet = filled[0].sheet
            } else if let value, state?.state == value.text {
                rule = 7
                after = value
                end()
            } else if let value, label == nil {
                rule = 8
                after = value
                end()
            } else if let value {
                rule = 9
                after = value
                end()
            } else if label != nil, let state, state.state == nil, fits {
                rule = 10
                open = []
            } else if label == nil, state == nil {
                rule = 11
                open = []
            } else if label != nil, isKept(homes[key], sight), fits {
                rule = 12
                open = []
            } else if !fits {
                rule = 13
                after = nil
                open = []
                revertedAfter = nil
            } else if let label, isApprovedPastBlock(key, label), proven.contains(key) {
                rule = 14
                after = nil
                open = []
                revertedAfter = nil
            } else if isBlocked, !(label.map { isApprovedPastBlock(key, $0) } ?? false) {
                rule = 15
                open =
                    label.map { [Problem(kind: .waiting, sheet: homes[key] ?? 0, seen: [$0.text])] } ?? []
            } else if proven.contains(key) {
                rule = 16
                after = nil
                open = []
                revertedAfter = nil
            } else {
                rule = 17
                missing.insert(key)
                result.undecided.formUnion(concerned)
                if let home = homes[key], label != nil, !sight.sheets.contains(home) {
                    result.undecided.formUnion(sight.sheets)
                }
            }
            result.rules[rule, default: 0] += 1

            // A label that stays without a row that gives it takes the form of a new schema, unless it was left undecided
            // in rule 1, where a new schema would have had the run wait.
            if value == nil || rule == 6, after != nil, let carried { after = carried }
            note(&result, key, label, after, hasRow: value != nil && after == value, sight)
            if let after {
                result.labels[key] = after
                result.homes[key] = home
            }
            if !open.isEmpty { result.problems[key] = open }
            if let revertedAfter { result.reverted[key] = revertedAfter }
            if [2, 3, 4].contains(rule) {
                let known = problems[key, default: []]
                let entries = open.filter { found in
                    !known.contains { $0.kind == found.kind && $0.seen == found.seen }
                }.map { Entry.reject(key, $0.seen) }
                result.newRejections += entries
            }
        }
        noteUnreadable(&result, sight, rows)
        return (result, missing)
    }

    /// A label under the names of another schema.
    func carriedOver(_ label: Label, to form: SchemaForm) -> Label {
        Label(
            key: label.key, name: form.nameField == nil || label.nameField == nil ? 0 : label.name, kind: label.kind,
            nameField: form.nameField)
    }

    /// What was reverted, as the same row is read under another schema.
    private func reread(_ reverted: Reverted, under form: SchemaForm) -> Reverted {
        var reverted = reverted
        guard let label = reverted.label, form != self.form, !reverted.isLost else { return reverted }
        guard form.kinds.contains(label.kind) else {
            reverted.isLost = true
            return reverted
        }
        reverted.label = carriedOver(label, to: form)
        return reverted
    }

    private func problemList(_ key: Int) -> [Problem] { problemRows[key] ?? [] }

    /// Nobody reads the home any more, on purpose.
    private func isKept(_ home: Sheet?, _ sight: Sight) -> Bool {
        guard let home else { return true }
        return !sight.sheets.contains(home) && sheets[home] != .retiredDelete
    }

    private func isApprovedPastBlock(_ key: Int, _ label: Label) -> Bool {
        holds.contains { $0.pastBlock && $0.standing.contains(.delete(key, before: label.text)) }
    }

    private func note(
        _ result: inout Verdict, _ key: Int, _ before: Label?, _ after: Label?, hasRow: Bool, _ sight: Sight
    ) {
        let schemaChanged = form.map { $0 != sight.form } ?? false
        switch (before, after) {
        case (nil, nil): return
        case (nil, let after?): result.changes.append(.init(entry: .insert(key, after: after.text)))
        case (let before?, nil):
            // Without a row of the table that says so, no label goes but those that nobody offers or that no longer fit.
            let fits = sight.form.kinds.contains(before.kind)
            result.changes.append(.init(entry: .delete(key, before: before.text), isCost: !fits))
        case (let before?, let after?):
            if before == after { return }
            let carried = carriedOver(before, to: sight.form)
            let losesName = carried.nameField == nil && before.nameField != nil && before.name != 0
            result.changes.append(
                .init(
                    entry: .update(key, before: before.text, after: after.text), isCost: schemaChanged && losesName,
                    isRenaming: schemaChanged && !losesName && carried != before && after == carried))
        }
    }

    private func noteUnreadable(_ result: inout Verdict, _ sight: Sight, _ rows: [Sheet: [SheetRow]]) {
        for sheet in sight.sheets {
            guard let rows = rows[sheet] else {
                // It could not be read: what stood there stands.
                if let before = unreadable[sheet], !before.isEmpty { result.unreadable[sheet] = before }
                continue
            }
            let found = rows.filter { $0.key == SheetRow.unreadable }.map { $0.seen(sight.form) }
            if !found.isEmpty { result.unreadable[sheet] = found }
            result.newRejections += found.filter { !unreadable[sheet, default: []].contains($0) }
                .map { Entry.rejectUnreadable($0) }
        }
    }
}
