internal import LabelDiff
internal import LabelSchema
internal import LabelStore
internal import SheetSource
internal import Tabular

/// A sheet that could not be read or was refused: its labels stay, and deletes wait.
struct SheetFailure: Sendable {
    /// Its place among the dataset's sheets.
    let index: Int
    /// A stable name for the reason.
    let code: String
    /// What is wrong, by language where the person who keeps the sheet can mend it.
    let messages: [MessageLanguage: String]
    let hint: String
    /// Every sheet of this source fails for this reason: wrong credentials, say.
    let concernsEverySheet: Bool
    /// Whether it was asked for at all: if not, nothing new is known of it.
    var wasTried = true
}

extension SheetFailure {
    init(index: Int, _ error: SheetError, wasTried: Bool = true) {
        self.init(
            index: index, code: error.code.rawValue, messages: [.en: error.detail], hint: error.hint,
            concernsEverySheet: error.concernsEverySheet, wasTried: wasTried)
    }
}

/// One pass over the sheets of a dataset; complete once every sheet was read.
struct Pass: Sendable {
    /// By the sheets' places in the configuration; `nil` where a sheet was not read.
    var sheets: [SeenSheet?]
    var failures: [SheetFailure]
    /// Places of sheets that were left unread, since they are as they were when they were last decided.
    var skipped: Set<Int>
    /// Holds the text of the rows.
    let spool: Spool

    init(sheets count: Int) throws {
        sheets = Array(repeating: nil, count: count)
        failures = []
        skipped = []
        spool = try Spool()
    }

    /// All rows with a readable key, in the order of the merge walk.
    func rows() -> [SeenRow] {
        let read = sheets.compactMap { $0 }
        if read.count == 1 { return read[0].rows }
        var rows: [SeenRow] = []
        rows.reserveCapacity(read.reduce(0) { $0 + $1.rows.count })
        for sheet in read { rows.append(contentsOf: sheet.rows) }
        SeenRow.sort(&rows)
        return rows
    }

    var hasUnreadableKeys: Bool { sheets.contains { $0?.unreadable.isEmpty == false } }
    /// Nothing is known of what the sheets hold now.
    var isBlind: Bool { skipped.isEmpty && sheets.allSatisfy { $0 == nil } }
}

/// Reads sheets of a dataset, a few at a time.
struct Pull: Sendable {
    let definition: DatasetDefinition
    /// What the store knows of each sheet.
    ///
    /// The id of its tab above all: a tab made anew under the old title is not the sheet that it was, and what it lacks
    /// deletes nothing.
    let records: [SheetRecord?]
    let progress: SyncProgress

    /// So many spreadsheets are read at once: enough to hide the source's delay, few enough to spare its quota.
    private static let concurrentReads = 4

    /// How a sheet is to be read.
    struct Wish: Sendable {
        /// A version of the file that is known, to see whether it still stands.
        var knownVersion: String?
        /// The source may answer that nothing has changed since that version.
        var acceptsUnchanged = false
    }

    /// Reads some sheets into a pass.
    ///
    /// What fails in a single sheet is in the pass; what concerns the run is thrown.
    func read(_ wishes: [Int: Wish], into pass: inout Pass, number: Int) async throws {
        let spool = pass.spool
        // Tabs of one spreadsheet are asked for together; any other sheet stands for itself.
        let groups = Dictionary(grouping: wishes.keys.sorted()) { definition.sheets[$0].fileID ?? "\($0)" }
            .values.sorted { $0[0] < $1[0] }
        try await withThrowingTaskGroup(of: [(Int, SheetOutcome)].self) { group in
            var next = 0
            var done = 0
            func startNext() {
                guard next < groups.count else { return }
                let indices = groups[next]
                next += 1
                group.addTask { try await read(indices, wishes, spool: spool, number: number) }
            }
            for _ in 0..<Self.concurrentReads { startNext() }
            while let outcomes = try await group.next() {
                for (index, outcome) in outcomes { pass.note(outcome, at: index) }
                done += outcomes.count
                progress(.pulled(sheets: done, total: wishes.count, pass: number))
                startNext()
            }
        }
        refuseTheSameTabTwice(&pass)
        pass.failures.sort { $0.index < $1.index }
    }

    /// Two entries of the configuration may turn out to be one tab, by title and by id: every row would be a duplicate of
    /// itself.
    private func refuseTheSameTabTwice(_ pass: inout Pass) {
        var first: [[String]: Int] = [:]
        for index in pass.skipped.sorted() {
            guard let file = definition.sheets[index].fileID, let tab = records[index]?.tabID else { continue }
            first[place(index, file, tab)] = index
        }
        for (index, sheet) in pass.sheets.enumerated() {
            guard let identity = sheet?.identity else { continue }
            let tab = place(index, identity.spreadsheet, identity.sheetID)
            guard let other = first[tab] else {
                first[tab] = index
                continue
            }
            pass.sheets[index] = nil
            pass.failures.append(
                SheetFailure(
                    index: index, code: "same-tab-twice",
                    messages: [.en: "it is the same tab as sheet \(other + 1) of the configuration"],
                    hint: "Take one of the two out of sheaf.yaml.", concernsEverySheet: false))
        }
    }

    /// What must not be read twice: a tab, or a named range of it.
    private func place(_ index: Int, _ spreadsheet: String, _ tab: Int) -> [String] {
        [spreadsheet, "\(tab)", definition.sheets[index].reference.namedRange ?? ""]
    }

    private func read(
        _ indices: [Int], _ wishes: [Int: Wish], spool: Spool, number: Int
    ) async throws -> [(Int, SheetOutcome)] {
        let progress = progress
        let collectors = indices.map { index in
            let sheet = definition.sheets[index]
            return SheetCollector(
                schema: definition.schema, sheetIndex: UInt16(index), spool: spool,
                expectedFields: records[index]?.boundFields ?? []
            ) { rows in
                progress(.reading(sheet: sheet.displayName, rows: rows, pass: number))
            }
        }
        let requests = zip(indices, collectors).map { index, collector in
            var reference = definition.sheets[index].reference
            if reference.sheetID == nil { reference.sheetID = records[index]?.tabID }
            let wish = wishes[index] ?? Wish()
            return SheetRequest(
                reference, knownVersion: wish.knownVersion, acceptsUnchanged: wish.acceptsUnchanged, into: collector)
        }
        let reader = definition.sheets[indices[0]].reader
        let results = await reader.read(together: requests)
        try Task.checkCancellation()
        var outcomes: [(Int, SheetOutcome)] = []
        for (index, (result, collector)) in zip(indices, zip(results, collectors)) {
            outcomes.append((index, try await outcome(index, result, collector)))
        }
        return outcomes
    }

    private func outcome(
        _ index: Int, _ result: Result<SheetReading, SheetError>, _ collector: SheetCollector
    ) async throws -> SheetOutcome {
        switch result {
        case .success(let reading):
            if reading.isUnchanged { return .unchanged }
            do {
                return .read(try await collector.finish(reading))
            } catch let refused as HeaderRefused {
                return .failed(Self.failure(index, refused))
            }
        case .failure(let error):
            if error.code == .cancelled { throw CancellationError() }
            if error.code == .consumerStopped {
                guard let refused = error.underlying as? HeaderRefused else { throw error.underlying ?? error }
                return .failed(Self.failure(index, refused))
            }
            return .failed(SheetFailure(index: index, error))
        }
    }

    static func failure(_ index: Int, _ refused: HeaderRefused) -> SheetFailure {
        var messages: [MessageLanguage: String] = [:]
        for language in MessageLanguage.allCases {
            messages[language] = refused.problems.map { $0.message(language) }.joined(separator: " ")
        }
        return SheetFailure(
            index: index, code: refused.problems.first?.code ?? "header", messages: messages,
            hint: "Its labels stay as they are; nothing of this sheet was written.", concernsEverySheet: false)
    }
}

/// What came of reading one sheet.
private enum SheetOutcome: Sendable {
    case read(SeenSheet)
    /// The source says that it is as it was.
    case unchanged
    case failed(SheetFailure)
}

extension Pass {
    fileprivate mutating func note(_ outcome: SheetOutcome, at index: Int) {
        skipped.remove(index)
        switch outcome {
        case .read(let sheet): sheets[index] = sheet
        case .unchanged: skipped.insert(index)
        case .failed(let failure): failures.append(failure)
        }
    }
}
