import LabelStore

@testable import Sync

extension Life {
    /// Puts together what a run saw, from the attempts to read.
    func sight(_ report: SyncReport, _ context: Int) throws -> Sight {
        let places = sheets.sheets.indices.filter { sheets.sheets[$0].isConfigured }
        let run = contexts[context] ?? RunContext(plan: RunPlan())
        var sight = Sight(
            sheets: [], form: form, first: [:], second: report.passes == 2 ? [:] : nil, stoodStill: true,
            onePassProves: false, failed: [], asked: [], read: [], skipped: [], floor: run.plan.floor)
        for place in places {
            guard let id = ids[place] else { throw Mismatch("sheet \(place) has no number") }
            sight.sheets.append(id)
            var attempts = run.attempts.filter { $0.sheet == place }
            let last = report.passes == 2 ? attempts.popLast() : nil
            if report.passes == 2, last == nil { throw Mismatch("sheet \(place) was not read a second time") }
            var (failed, asked, read) = (false, false, false)
            let isNew = run.noticed[id] != nil && !run.owed.contains(id)
            switch attempts.last.map(Self.seen) {
            case .rows(let rows):
                sight.first[id] = rows
                read = true
            case .failed: (failed, asked) = (true, true)
            case .unchanged, nil:
                if run.plan.changes == .outage, sheets.sheets[place].file != nil {
                    failed = true
                } else if let settled = naive.settled[id], !naive.owed.contains(id) || isNew {
                    sight.first[id] = settled
                    sight.skipped.insert(id)
                } else {
                    throw Mismatch("sheet \(place) was left unread, and something waits there")
                }
            }
            if let last {
                sight.skipped.remove(id)
                (failed, asked, read) = (false, true, false)
                switch Self.seen(last) {
                case .rows(let rows):
                    sight.second?[id] = rows
                    read = true
                    if let first = attempts.last, !stoodStill(place, first, last) { sight.stoodStill = false }
                case .failed, .unchanged: failed = true
                }
            }
            if failed { sight.failed.insert(id) }
            if failed, asked { sight.asked.insert(id) }
            if read { sight.read.insert(id) }
            let told = report.sheets[sight.sheets.count - 1]
            if told.wasRead != read || (told.failure != nil) != failed {
                throw Mismatch(
                    "the report says of sheet \(place): read \(told.wasRead), \(told.failure?.code ?? "fine")")
            }
        }
        if places.count == 1, let id = ids[places[0]], sight.read.contains(id), sight.second == nil {
            sight.onePassProves = sheets.sheets[places[0]].isOneAnswer
        }
        return sight
    }

    private static func seen(_ attempt: Attempt) -> Attempt.Found {
        if case .rows = attempt.found, !attempt.headerIsWhole { return .failed }
        return attempt.found
    }

    func stoodStill(_ place: Int, _ first: Attempt, _ second: Attempt) -> Bool {
        guard case .rows(let before) = Self.seen(first), case .rows(let after) = Self.seen(second) else { return true }
        if sheets.sheets[place].file != nil { return first.version == second.version }
        func bag(_ rows: [SheetRow]) -> [SheetRow: Int] { rows.reduce(into: [:]) { $0[$1, default: 0] += 1 } }
        return bag(before) == bag(after)
    }
}
