internal import LabelDiff
internal import LabelSchema
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
}

/// One complete pass over all sheets of a dataset.
struct Pass: Sendable {
    /// By the sheets' places in the configuration; `nil` where a sheet could not be read.
    var sheets: [SeenSheet?]
    var failures: [SheetFailure]
    /// Holds the text of the rows.
    let spool: Spool

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
    var filledCount: Int { sheets.reduce(0) { $0 + ($1?.filledCount ?? 0) } }
}

/// Reads all sheets of a dataset, a few at a time.
struct Pull: Sendable {
    let definition: DatasetDefinition
    /// The id of each sheet's tab as it was last read, where it is known: a tab made anew under the old title is not the
    /// sheet that it was, and what it lacks deletes nothing.
    let knownTabs: [Int?]
    let progress: SyncProgress

    /// So many sheets are read at once: enough to hide the source's delay, few enough to spare its quota.
    private static let concurrentReads = 4

    /// Makes one pass.
    ///
    /// What fails in a single sheet is in the result; what concerns the run is thrown.
    func pass(_ number: Int) async throws -> Pass {
        let spool = try Spool()
        var pass = Pass(
            sheets: Array(repeating: nil, count: definition.sheets.count), failures: [], spool: spool)
        try await withThrowingTaskGroup(of: (Int, Result<SeenSheet, ReadFailed>).self) { group in
            var next = 0
            func startNext() {
                guard next < definition.sheets.count else { return }
                let index = next
                next += 1
                group.addTask { (index, try await read(index, spool: spool, pass: number)) }
            }
            for _ in 0..<Self.concurrentReads { startNext() }
            while let (index, result) = try await group.next() {
                switch result {
                case .success(let sheet): pass.sheets[index] = sheet
                case .failure(let failed): pass.failures.append(failed.failure)
                }
                startNext()
            }
        }
        refuseTheSameTabTwice(&pass)
        pass.failures.sort { $0.index < $1.index }
        return pass
    }

    /// Two entries of the configuration may turn out to be one tab, by title and by id: every row would be a duplicate of
    /// itself.
    private func refuseTheSameTabTwice(_ pass: inout Pass) {
        var first: [[String]: Int] = [:]
        for (index, sheet) in pass.sheets.enumerated() {
            guard let identity = sheet?.identity else { continue }
            let tab = [identity.spreadsheet, "\(identity.sheetID)"]
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

    private struct ReadFailed: Error {
        let failure: SheetFailure
    }

    private func read(_ index: Int, spool: Spool, pass: Int) async throws -> Result<SeenSheet, ReadFailed> {
        let sheet = definition.sheets[index]
        let progress = progress
        let collector = SheetCollector(schema: definition.schema, sheetIndex: UInt16(index), spool: spool) { rows in
            progress(.reading(sheet: sheet.displayName, rows: rows, pass: pass))
        }
        var reference = sheet.reference
        if reference.sheetID == nil { reference.sheetID = knownTabs[index] }
        do {
            let reading = try await sheet.reader.read(reference, into: collector)
            return .success(try await collector.finish(reading))
        } catch let error as SheetError {
            if error.code == .cancelled { throw CancellationError() }
            if error.code == .consumerStopped {
                guard let refused = error.underlying as? HeaderRefused else { throw error.underlying ?? error }
                return .failure(ReadFailed(failure: Self.failure(index, refused)))
            }
            return .failure(
                ReadFailed(
                    failure: SheetFailure(
                        index: index, code: error.code.rawValue, messages: [.en: error.detail], hint: error.hint,
                        concernsEverySheet: error.concernsEverySheet)))
        } catch let refused as HeaderRefused {
            return .failure(ReadFailed(failure: Self.failure(index, refused)))
        }
    }

    private static func failure(_ index: Int, _ refused: HeaderRefused) -> SheetFailure {
        var messages: [MessageLanguage: String] = [:]
        for language in MessageLanguage.allCases {
            messages[language] = refused.problems.map { $0.message(language) }.joined(separator: " ")
        }
        return SheetFailure(
            index: index, code: refused.problems.first?.code ?? "header", messages: messages,
            hint: "Its labels stay as they are; nothing of this sheet was written.", concernsEverySheet: false)
    }
}
