import Foundation
import LabelSchema
import LabelStore
import Logging
import MySQL
import SheetSource
import Sync

/// What differs between the store and what it must hold, or what must not have happened.
struct Mismatch: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// One dataset that lives a story in a real store, beside the naive one that tells what must come of it.
actor Life {
    /// One run, as the source sees it.
    struct RunContext {
        var plan: RunPlan
        var isNested = false
        var attempts: [Attempt] = []
        var readsBegun: [Int: Int] = [:]
        var wasOvertaken = false
        /// The sheets that waited to be read when it began.
        var owed: Set<Naive.Sheet> = []
        /// Notices that came while the run was under way: by sheet, when.
        var noticed: [Naive.Sheet: Int] = [:]
    }

    let bench: PropertyBench
    let dataset: String
    var sheets: MemorySheets
    var naive = Naive()
    var form = SchemaForm.base
    /// Every published version, as it was when it was published.
    var archive: [Probe.Version] = []
    var contexts: [Int: RunContext] = [:]
    var moment = 0
    private var feedToken = 0
    /// The store's numbers of the sheets that have a place in the configuration, or had one.
    var ids: [Int: Naive.Sheet] = [:]
    /// How often each row of the decision table was the one.
    private(set) var rules: [Int: Int] = [:]
    /// How runs ended, and how often.
    private(set) var outcomes: [String: Int] = [:]
    /// What went wrong while another run was under way.
    private var nestedFailure: (any Error)?

    init(_ bench: PropertyBench, _ story: LifeStory) {
        self.bench = bench
        dataset = bench.newName()
        sheets = MemorySheets(story.sheets)
    }

    var leaseName: String { SyncRunner.leaseName(dataset: dataset) }

    func count(_ verdict: Verdict) {
        rules.merge(verdict.rules) { $0 + $1 }
        outcomes[verdict.outcome.rawValue, default: 0] += 1
    }

    func countEnd(_ text: String) { outcomes[text, default: 0] += 1 }

    // MARK: - Steps

    /// Lives the whole story, comes to rest, and looks back.
    ///
    /// - Throws: `Mismatch`, with the step.
    func live(_ steps: [Step]) async throws {
        for (index, step) in steps.enumerated() {
            do { try await take(step) } catch {
                throw Mismatch("step \(index + 1), \(step): \(error)")
            }
        }
        do { try await comeToRest() } catch { throw Mismatch("at rest: \(error)") }
    }

    private func take(_ step: Step) async throws {
        switch step {
        case .edit(let edit): sheets.apply(edit)
        case .run(let plan): try await run(plan)
        case .plan: try await plan()
        case .schema(let form): self.form = form
        case .configure(let sheet, let isIn): sheets.configure(sheet, isIn)
        case .retire(let sheet, let deletes): try await retire(sheets.place(sheet), deletes: deletes)
        case .share(let sheet, let isReadable): sheets.share(sheet, isReadable)
        case .header(let sheet, let isWhole): sheets.setHeader(sheet, isWhole)
        case .approve(let pastBlock): try await approve(pastBlock: pastBlock)
        case .approveWaiting: try await approveWaiting()
        case .expire: try await expire()
        case .revert(let back, let floor, let crashAt): try await revert(back: back, floor: floor, crashAt: crashAt)
        case .approveReverted: try await approveReverted()
        case .tag(let name, let back, let moves): try await tag(name, back: back, moves: moves)
        }
    }

    // MARK: - Notices

    func fileID(_ file: Int) -> String { "\(dataset)-\(file)" }

    /// The sheets of some files that the store knows.
    private func known(_ files: Set<Int>) -> Set<Naive.Sheet> {
        Set(
            sheets.sheets.enumerated().compactMap { place, sheet in
                sheet.file.map(files.contains) == true ? ids[place] : nil
            })
    }

    /// Notices come: as the list of changes moves on, the files that it tells of are marked.
    func deliver(only file: Int? = nil) async throws -> Set<Naive.Sheet> {
        let files = sheets.deliver(only: file)
        if files.isEmpty { return [] }
        let marked = known(files)
        let told = files.map { NoticedFile(id: fileID($0), version: "\(sheets.versions[$0] ?? 0)") }
        let (from, to) = (feedToken == 0 ? nil : "\(feedToken)", "\(feedToken + 1)")
        feedToken += 1
        // What was told before it may still be on its way.
        var tries = 0
        while try await !bench.store.moveFeed("feed-\(dataset)", from: from, to: to, files: told) {
            tries += 1
            if tries > 1_000 { throw Mismatch("the list of changes does not move") }
            await Task.yield()
        }
        naive.mark(marked)
        return marked
    }

    // MARK: - Reading

    /// Some sheets of one file are read, or one that stands by itself.
    func attempt(_ context: Int, _ requests: [(sheet: Int, request: SheetRequest)]) async -> [Attempt] {
        for (sheet, _) in requests {
            contexts[context]?.readsBegun[sheet, default: 0] += 1
            // In a task of its own: what others do does not end because this run is called off.
            if case .failure(let error) = await Task(operation: { try await interrupt(context, sheet) }).result {
                nestedFailure = error
            }
        }
        return requests.map { sheet, request in
            moment += 1
            let attempt = Attempt(
                moment: moment, sheet: sheet, found: found(context, sheet, request),
                version: sheets.sheets[sheet].file.map { "\(sheets.versions[$0] ?? 0)" },
                headerIsWhole: sheets.sheets[sheet].headerIsWhole, isOneAnswer: sheets.sheets[sheet].isOneAnswer)
            contexts[context]?.attempts.append(attempt)
            return attempt
        }
    }

    private func found(_ context: Int, _ place: Int, _ request: SheetRequest) -> Attempt.Found {
        let sheet = sheets.sheets[place]
        let read = contexts[context]?.readsBegun[place] ?? 0
        let fails = contexts[context]?.plan.failures.contains {
            sheets.place($0.sheet) == place && ($0.read ?? read) == read
        }
        if !sheet.isReadable || fails == true { return .failed }
        if request.acceptsUnchanged, let file = sheet.file, request.knownVersion == "\(sheets.versions[file] ?? 0)" {
            return .unchanged
        }
        return .rows(sheet.rows)
    }

    private func interrupt(_ context: Int, _ place: Int) async throws {
        guard let plan = contexts[context]?.plan, let read = contexts[context]?.readsBegun[place] else { return }
        for event in plan.interruptions where sheets.place(event.sheet) == place && event.read == read {
            sheets.apply(event.edit)
            guard event.isNoticed else { continue }
            for sheet in try await deliver() {
                moment += 1
                contexts[context]?.noticed[sheet] = moment
            }
        }
        if let taken = plan.overtaken, sheets.place(taken.sheet) == place, taken.read == read,
            contexts[context]?.wasOvertaken == false
        {
            contexts[context]?.wasOvertaken = true
            try await expireLease()
            try await run(RunPlan(readsAll: plan.readsAll, floor: plan.floor), isNested: true)
        }
    }

    func expireLease() async throws {
        try await bench.probe.execute(
            "UPDATE sheaf_leases SET expires_at = '1970-01-01 00:00:01' WHERE name = ?", [.text(leaseName)])
    }

    func takeNestedFailure() throws {
        if let nestedFailure {
            self.nestedFailure = nil
            throw nestedFailure
        }
    }
}
