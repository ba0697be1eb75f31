import LabelStore

@testable import Sync

extension Life {
    /// All is mended, all notices come and all is approved: the labels are what the sheets say, and nothing is left to do.
    func comeToRest() async throws {
        for place in sheets.sheets.indices {
            sheets.share(place, true)
            if !sheets.sheets[place].headerIsWhole { sheets.setHeader(place, true) }
            sheets.apply(.mend(sheet: place))
        }
        var quiet = 0
        for _ in 0..<8 where quiet < 2 {
            let before = naive.versions.count
            try await run(RunPlan())
            let isHeld = naive.holds.contains { $0.state == .open }
            if isHeld { try await approve(pastBlock: true) }
            quiet = before == naive.versions.count && !isHeld ? quiet + 1 : 0
        }
        if quiet < 2 { throw Mismatch("it never comes to rest") }
        // Nothing has changed, and whoever hears of changes knows that without looking.
        let asked = contexts[contexts.count - 1]?.attempts.filter { sheets.sheets[$0.sheet].file != nil } ?? []
        if !asked.isEmpty { throw Mismatch("nothing has changed, and sheets \(asked.map(\.sheet)) are read") }
        let configured = sheets.sheets.indices.filter { sheets.sheets[$0].isConfigured }
        for place in configured {
            guard let id = ids[place] else { throw Mismatch("sheet \(place) is not known") }
            if bag(naive.settled[id]) != bag(sheets.sheets[place].rows) {
                throw Mismatch("what was last seen of sheet \(place) is not what it holds")
            }
            if naive.owed.contains(id) { throw Mismatch("sheet \(place) is still to be read") }
        }
        for key in SheetRow.keys.indices {
            let filled = configured.flatMap { sheets.sheets[$0].rows }.filter { $0.key == key && !$0.isPending }
            let label = naive.labels[key]
            // What was reverted stays as it is until somebody types something else.
            if naive.reverted[key] != nil { continue }
            if filled.count == 1, filled[0].isValid(form), label != filled[0].label(form) {
                throw Mismatch("key \(key) is \(String(describing: label)), and the sheets say \(filled)")
            }
            if filled.isEmpty, label != nil, let home = naive.homes[key], naive.sheets[home] == .active {
                throw Mismatch("key \(key) stays, and no sheet offers it")
            }
        }
        try await lookBack()
        try await verify()
    }

    private func bag(_ rows: [SheetRow]?) -> [SheetRow: Int]? {
        rows?.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    }

    /// What the store says of itself is what its labels say.
    private func verify() async throws {
        let record = try await bench.store.dataset(dataset)
        let report = try await DatasetVerifier(store: bench.store).verify(record, .all).report
        if !report.isSound { throw Mismatch("the store does not verify: \(report.findings.map(\.message))") }
        if report.versions.count != naive.versions.count {
            throw Mismatch("\(report.versions.count) versions verify of \(naive.versions.count)")
        }
    }
}
