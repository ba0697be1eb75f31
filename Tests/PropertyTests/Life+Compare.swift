import LabelStore

@testable import Sync

extension Life {
    func compare(_ report: SyncReport, _ context: Int, _ before: String?) async throws {
        let record = try await bench.store.dataset(dataset)
        let state = try await bench.probe.state(of: record)
        try noteSheets(state)
        naive.register(configuredIDs)
        let sight = try sight(report, context)
        let verdict = naive.verdict(sight)
        if report.outcome.rawValue != verdict.outcome.rawValue {
            throw Mismatch(
                "it is \(report.outcome) \(report.breaches), and must be \(verdict.outcome): "
                    + "\(verdict.changes.map(\.entry)), rules \(verdict.rules)")
        }
        count(verdict)
        if verdict.outcome != .failed { try compareCounts(report, verdict) }
        if verdict.outcome == .held { try compareHold(report.holdID, verdict.entries) }
        var homes: [Int: Naive.Sheet] = [:]
        for (key, home) in state.homes { if let key = Probe.keys[key] { homes[key] = home } }
        let writes = verdict.outcome == .published || verdict.outcome == .unchanged
        for (key, allowed) in verdict.homes where writes && !(homes[key].map(allowed.contains) ?? false) {
            throw Mismatch("key \(key) is at home in \(homes[key] ?? 0), and must be in one of \(allowed)")
        }
        let hold = report.holdID == 0 ? state.holds.last?.id : report.holdID
        naive.apply(verdict, sight, homes: homes, hold: hold)
        // What was told of after a sheet was read is still to be read.
        for (sheet, moment) in contexts[context]?.noticed ?? [:] {
            let reads = contexts[context]?.attempts.filter { ids[$0.sheet] == sheet }.map(\.moment) ?? []
            if reads.allSatisfy({ $0 < moment }) { naive.mark([sheet]) }
        }
        try checkBookkeeping(state)
        if state.staged != 0 { throw Mismatch("\(state.staged) rows are left of a version that nobody sees") }
        if verdict.outcome != .published, let before {
            let after = try await bench.probe.checksum(of: record, withBookkeeping: false)
            if after != before {
                throw Mismatch("it is \(verdict.outcome), and has written labels: \(before), \(after)")
            }
        }
        try await checkVersions(record, state)
    }

    func compareCounts(_ report: SyncReport, _ verdict: Verdict) throws {
        let counts = report.counts
        let told = [
            counts.inserted, counts.updated, counts.deleted, counts.rejected, counts.waitingDeletes,
            counts.newlyRejected, report.passes,
        ]
        let must = [
            verdict.inserted, verdict.updated, verdict.deleted, verdict.rejected, verdict.waiting,
            verdict.newRejections.count, verdict.looksTwice ? 2 : 1,
        ]
        if told != must {
            throw Mismatch(
                "inserted, updated, deleted, rejected, waiting, new rejections, passes are \(told), and must be \(must): "
                    + "\(verdict.changes.map(\.entry)), rules \(verdict.rules), problems \(verdict.problems)")
        }
        if report.outcome == .planned, report.breaches.isEmpty != (verdict.outcome != .held) {
            throw Mismatch("the plan says \(report.breaches), and it must be \(verdict.outcome)")
        }
    }

    func compareHold(_ id: UInt64?, _ entries: Set<Naive.Entry>) throws {
        guard let id else { throw Mismatch("held without a hold") }
        // A report that was told by a dead worker does not say.
        if id == 0 { return }
        let equal = naive.holds.first { $0.state == .open && $0.entries == entries }
        if let equal, equal.id != id { throw Mismatch("hold \(id) shows the same as hold \(equal.id)") }
        if equal == nil, naive.holds.contains(where: { $0.id == id }) {
            throw Mismatch("hold \(id) shows something else than before")
        }
    }

    var configuredIDs: Set<Naive.Sheet> {
        Set(sheets.sheets.indices.filter { sheets.sheets[$0].isConfigured }.compactMap { ids[$0] })
    }

    /// Learns the numbers of sheets that the store has added.
    func noteSheets(_ state: Probe.State) throws {
        for place in sheets.sheets.indices {
            ids[place] = state.sheets.first { $0.location == Self.location(place) }?.id
        }
        for sheet in state.sheets where naive.sheets[sheet.id] == nil {
            naive.sheets[sheet.id] = Naive.SheetState(rawValue: sheet.state)
            naive.mark([sheet.id])
        }
    }
}
