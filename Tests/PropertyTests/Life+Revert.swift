import LabelStore

@testable import Sync

extension Life {
    /// The labels go back to a former version, beside what must come of it.
    func revert(back: Int, floor: Int?, crashAt: Int?) async throws {
        if naive.versions.isEmpty { return }
        let target = max(1, naive.versions.count - back)
        let plan = RunPlan(floor: floor, crashAt: crashAt, chunk: crashAt == nil ? nil : 1)
        let context = begin(plan, isNested: false)
        let (before, earlier) = (try await labelTables(), try await lastRun()?.id)
        let runner = RevertRunner(
            dataset: dataset, guards: guards(floor), store: bench.store(rowsPerTransaction: plan.chunk), actor: "tests",
            worker: "tests", logger: PropertyBench.silent)
        let wish = RevertRunner.Wish(version: target)
        try await planRevert(runner, wish, naive.reversion(to: target, floor: floor))
        if let crashAt { try await bench.planCrash(leaseName, at: crashAt) }
        let result = await Task.detached { try await runner.revert(wish, why: nil) }.result
        if crashAt != nil { try await bench.forgetCrash(leaseName) }
        let report: SyncReport
        switch result {
        case .success(let ended): report = ended
        case .failure(let error):
            guard let ended = try await endOfBroken(context, plan, error, after: earlier) else { return }
            report = ended
        }
        try await compare(report, naive.reversion(to: target, floor: floor), before)
    }

    private func planRevert(
        _ runner: RevertRunner, _ wish: RevertRunner.Wish, _ reversion: Naive.Reversion
    ) async throws {
        let record = try await bench.store.dataset(dataset)
        let before = try await bench.probe.checksum(of: record, withBookkeeping: true)
        let report = try await Task.detached { try await runner.plan(wish) }.value
        if try await bench.probe.checksum(of: record, withBookkeeping: true) != before {
            throw Mismatch("a plan of a revert writes")
        }
        if report.counts.changes != reversion.changes.count || report.counts.leftOut != reversion.leftOut.count {
            throw Mismatch("the plan says \(report.counts), and it must be \(reversion)")
        }
        if report.breaches.isEmpty != (reversion.outcome != .held) {
            throw Mismatch("the plan says \(report.breaches), and it must be \(reversion.outcome)")
        }
    }

    private func compare(_ report: SyncReport, _ reversion: Naive.Reversion, _ before: String?) async throws {
        let record = try await bench.store.dataset(dataset)
        let state = try await bench.probe.state(of: record)
        if report.outcome.rawValue != reversion.outcome.rawValue {
            throw Mismatch("it is \(report.outcome) \(report.breaches), and must be \(reversion)")
        }
        countEnd("revert \(reversion.outcome)")
        if report.counts.leftOut != reversion.leftOut.count {
            throw Mismatch("\(report.counts.leftOut) are left out, and must be \(reversion.leftOut)")
        }
        if reversion.outcome == .held { try compareHold(report.holdID, reversion.entries) }
        var homes: [Int: Naive.Sheet] = [:]
        for (key, home) in state.homes { if let key = Probe.keys[key] { homes[key] = home } }
        for (key, home) in naive.homes
        where naive.labels[key] != nil && reversion.labels[key] != nil && homes[key] != home {
            throw Mismatch("a revert moves key \(key) from sheet \(home)")
        }
        naive.apply(reversion, homes: homes, hold: report.holdID == 0 ? state.holds.last?.id : report.holdID)
        try checkBookkeeping(state)
        if state.staged != 0 { throw Mismatch("\(state.staged) rows are left of a version that nobody sees") }
        if reversion.outcome != .published, let before,
            try await bench.probe.checksum(of: record, withBookkeeping: false) != before
        {
            throw Mismatch("it is \(reversion.outcome), and has written labels")
        }
        try await checkVersions(record, state)
    }
}
