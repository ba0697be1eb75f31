import Foundation
import LabelSchema
import LabelStore
import MySQL
import SheetSource
import Synchronization

@testable import Sync

extension Life {
    // MARK: - Running

    /// A run, beside what it must come to.
    func run(_ plan: RunPlan, isNested: Bool = false) async throws {
        if !plan.isLate, plan.changes != .outage { _ = try await deliver() }
        let context = begin(plan, isNested: isNested)
        let before = try await labelTables()
        let earlier = try await lastRun()?.id
        let runner = SyncRunner(
            definition: try definition(context, plan), store: bench.store(rowsPerTransaction: plan.chunk),
            actor: "tests", worker: "tests", logger: PropertyBench.silent, policy: policy(plan),
            progress: progress(plan, context))
        if let crash = plan.crashAt, !isNested { try await bench.planCrash(leaseName, at: crash) }
        let task = Task.detached { try await runner.sync() }
        bench.running(context, dataset, task)
        let result = await task.result
        if plan.crashAt != nil, !isNested { try await bench.forgetCrash(leaseName) }
        if !isNested { try takeNestedFailure() }

        var report: SyncReport
        switch result {
        case .success(let ended):
            if contexts[context]?.wasOvertaken == true { throw Mismatch("it was overtaken, and ended well") }
            report = ended
        case .failure(let error):
            guard let ended = try await endOfBroken(context, plan, error, after: earlier) else { return }
            report = ended
        }
        try await compare(report, context, before)
    }

    /// What a sync would do: all but the writing.
    func plan() async throws {
        let configured = sheets.sheets.indices.filter { sheets.sheets[$0].isConfigured }
        let active = Set(naive.sheets.filter { $0.value == .active }.keys)
        // A sheet that the store does not know has no number yet.
        guard let record = try await bench.store.findDataset(dataset), Set(configured.compactMap { ids[$0] }) == active,
            configured.allSatisfy({ ids[$0] != nil })
        else { return }
        let context = begin(RunPlan(), isNested: false)
        let before = try await bench.probe.checksum(of: record, withBookkeeping: true)
        let runner = SyncRunner(
            definition: try definition(context, RunPlan()), store: bench.store, actor: "tests", worker: "tests",
            logger: PropertyBench.silent, policy: policy(RunPlan()))
        let report = try await Task.detached { try await runner.plan() }.value
        if try await bench.probe.checksum(of: record, withBookkeeping: true) != before {
            throw Mismatch("a plan writes")
        }
        let verdict = naive.verdict(try sight(report, context))
        if verdict.outcome != .failed { try compareCounts(report, verdict) }
    }

    func begin(_ plan: RunPlan, isNested: Bool) -> Int {
        let context = contexts.count
        contexts[context] = RunContext(plan: plan, isNested: isNested, owed: naive.owed)
        return context
    }

    func definition(_ context: Int, _ plan: RunPlan) throws -> DatasetDefinition {
        let source = MemorySource { [self] requests in await attempt(context, requests) }
        return DatasetDefinition(
            name: dataset, schema: try bench.schema(form),
            sheets: sheets.sheets.enumerated().filter(\.element.isConfigured).map { place, sheet in
                SheetDefinition(
                    reference: SheetReference(
                        spreadsheet: sheet.file.map(fileID) ?? "\(dataset)-sheet-\(place)", tab: "\(place)"),
                    location: Self.location(place), annotator: place == 1 ? nil : "person \(place)", reader: source,
                    fileID: sheet.file.map(fileID))
            }, guards: guards(plan.floor))
    }

    func guards(_ floor: Int?) -> Guards {
        floor.map { Guards(maxInserted: 0, maxChanged: 0, maxDeleted: 0, maxRejected: 0, floor: $0) }
            ?? Guards(maxChanged: nil, maxDeleted: nil, maxRejected: nil)
    }

    static func location(_ place: Int) -> String { "memory:\(place)" }

    func policy(_ plan: RunPlan) -> ReadPolicy {
        let changes: KnownChanges =
            switch plan.changes {
            case .told: .marked(alsoChanged: [:])
            case .unknown: .unknown
            case .outage: .unavailable(SheetError(.unavailable, "the story says so"))
            }
        return ReadPolicy(readsAll: plan.readsAll, changes: changes, coolDown: .zero)
    }

    func progress(_ plan: RunPlan, _ context: Int) -> SyncProgress {
        guard let cancelAt = plan.cancelAt else { return { _ in } }
        let (bench, dataset) = (bench, dataset)
        let events = Mutex(0)
        return { event in
            // Once all is written, it is too late to call a run off.
            if case .writing(let done, let total) = event, done >= total { return }
            let number = events.withLock {
                $0 += 1
                return $0
            }
            if number == cancelAt { bench.cancel(context, dataset) }
        }
    }

    /// The tables that hold labels and what announces them.
    func labelTables() async throws -> String? {
        guard let record = try await bench.store.findDataset(dataset) else { return nil }
        // What a worker has left behind is cleared away first.
        if try await bench.probe.state(of: record).staged > 0 { return nil }
        return try await bench.probe.checksum(of: record, withBookkeeping: false)
    }

    // MARK: - Broken runs

    func lastRun() async throws -> RunRecord? {
        guard let record = try await bench.store.findDataset(dataset) else { return nil }
        return try await bench.store.runs(of: record, limit: 1).first
    }

    /// A run threw: how it ended all the same, or nil if it came to nothing.
    func endOfBroken(
        _ context: Int, _ plan: RunPlan, _ error: any Error, after earlier: UInt64?
    ) async throws -> SyncReport? {
        let wasOvertaken = contexts[context]?.wasOvertaken == true
        let isExpected =
            (plan.crashAt != nil && error is MySQLError)
            || (plan.cancelAt != nil && (error is CancellationError || (error as? MySQLError)?.kind == .cancelled))
            || (wasOvertaken && (error as? StoreError)?.code == .leaseLost)
        guard isExpected else { throw Mismatch("it throws \(error)") }
        countEnd(wasOvertaken ? "overtaken" : plan.crashAt != nil ? "crashed" : "cancelled")
        try await expireLease()
        guard let record = try await bench.store.findDataset(dataset) else { return nil }
        if !wasOvertaken, let last = try await lastRun(), last.id != earlier,
            [.published, .unchanged, .partial, .held].contains(last.state), let text = last.report
        {
            // It did all that counts, and died in what comes after.
            var report = try JSONDecoder().decode(SyncReport.self, from: Data(text.utf8))
            report.holdID = report.holdID ?? 0
            return report
        }
        try await checkNothingHappened(context, record)
        return nil
    }

    /// A run that broke off leaves everything as it was, save marks and homes.
    func checkNothingHappened(_ context: Int, _ record: DatasetRecord) async throws {
        let state = try await bench.probe.state(of: record)
        try noteSheets(state)
        let configured = configuredIDs
        if Set(state.sheets.filter { $0.state == "active" }.map(\.id)) == configured { naive.register(configured) }
        if record.currentVersion != naive.versions.count {
            throw Mismatch("it broke off, and version \(record.currentVersion) is the current one")
        }
        for (key, home) in state.homes {
            guard let key = Probe.keys[key], naive.homes[key] != home else { continue }
            let seen = contexts[context]?.attempts.contains { attempt in
                guard case .rows(let rows) = attempt.found else { return false }
                return ids[attempt.sheet] == home && rows.contains { $0.key == key }
            }
            if seen != true { throw Mismatch("it broke off, and key \(key) is at home in sheet \(home)") }
            naive.homes[key] = home
        }
        try checkBookkeeping(state)
        try await checkArchive(record)
    }
}
