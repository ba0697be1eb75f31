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

    private func begin(_ plan: RunPlan, isNested: Bool) -> Int {
        let context = contexts.count
        contexts[context] = RunContext(plan: plan, isNested: isNested, owed: naive.owed)
        return context
    }

    private func definition(_ context: Int, _ plan: RunPlan) throws -> DatasetDefinition {
        let source = MemorySource { [self] requests in await attempt(context, requests) }
        let guards =
            plan.floor.map { Guards(maxInserted: 0, maxChanged: 0, maxDeleted: 0, maxRejected: 0, floor: $0) }
            ?? Guards(maxChanged: nil, maxDeleted: nil, maxRejected: nil)
        return DatasetDefinition(
            name: dataset, schema: try bench.schema(form),
            sheets: sheets.sheets.enumerated().filter(\.element.isConfigured).map { place, sheet in
                SheetDefinition(
                    reference: SheetReference(
                        spreadsheet: sheet.file.map(fileID) ?? "\(dataset)-sheet-\(place)", tab: "\(place)"),
                    location: Self.location(place), annotator: nil, reader: source, fileID: sheet.file.map(fileID))
            }, guards: guards)
    }

    static func location(_ place: Int) -> String { "memory:\(place)" }

    private func policy(_ plan: RunPlan) -> ReadPolicy {
        let changes: KnownChanges =
            switch plan.changes {
            case .told: .marked(alsoChanged: [:])
            case .unknown: .unknown
            case .outage: .unavailable(SheetError(.unavailable, "the story says so"))
            }
        return ReadPolicy(readsAll: plan.readsAll, changes: changes, coolDown: .zero)
    }

    private func progress(_ plan: RunPlan, _ context: Int) -> SyncProgress {
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
    private func labelTables() async throws -> String? {
        guard let record = try await bench.store.findDataset(dataset) else { return nil }
        // What a worker has left behind is cleared away first.
        if try await bench.probe.state(of: record).staged > 0 { return nil }
        return try await bench.probe.checksum(of: record, withBookkeeping: false)
    }

    // MARK: - Broken runs

    private func lastRun() async throws -> RunRecord? {
        guard let record = try await bench.store.findDataset(dataset) else { return nil }
        return try await bench.store.runs(of: record, limit: 1).first
    }

    /// A run threw: how it ended all the same, or nil if it came to nothing.
    private func endOfBroken(
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
    private func checkNothingHappened(_ context: Int, _ record: DatasetRecord) async throws {
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

    // MARK: - What a run saw

    /// Puts together what a run saw, from the attempts to read.
    private func sight(_ report: SyncReport, _ context: Int) throws -> Sight {
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

    private func stoodStill(_ place: Int, _ first: Attempt, _ second: Attempt) -> Bool {
        guard case .rows(let before) = Self.seen(first), case .rows(let after) = Self.seen(second) else { return true }
        if sheets.sheets[place].file != nil { return first.version == second.version }
        func bag(_ rows: [SheetRow]) -> [SheetRow: Int] { rows.reduce(into: [:]) { $0[$1, default: 0] += 1 } }
        return bag(before) == bag(after)
    }

    // MARK: - What it must come to

    private func compare(_ report: SyncReport, _ context: Int, _ before: String?) async throws {
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
        try compareHold(report, verdict)
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

    private func compareCounts(_ report: SyncReport, _ verdict: Verdict) throws {
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

    private func compareHold(_ report: SyncReport, _ verdict: Verdict) throws {
        guard verdict.outcome == .held else { return }
        guard let id = report.holdID else { throw Mismatch("held without a hold") }
        if id == 0 { return }
        let equal = naive.holds.first { $0.state == .open && $0.entries == verdict.entries }
        if let equal, equal.id != id { throw Mismatch("hold \(id) shows the same as hold \(equal.id)") }
        if equal == nil, naive.holds.contains(where: { $0.id == id }) {
            throw Mismatch("hold \(id) shows something else than before")
        }
    }

    private var configuredIDs: Set<Naive.Sheet> {
        Set(sheets.sheets.indices.filter { sheets.sheets[$0].isConfigured }.compactMap { ids[$0] })
    }

    /// Learns the numbers of sheets that the store has added.
    private func noteSheets(_ state: Probe.State) throws {
        for place in sheets.sheets.indices {
            ids[place] = state.sheets.first { $0.location == Self.location(place) }?.id
        }
        for sheet in state.sheets where naive.sheets[sheet.id] == nil {
            naive.sheets[sheet.id] = Naive.SheetState(rawValue: sheet.state)
            naive.mark([sheet.id])
        }
    }
}
