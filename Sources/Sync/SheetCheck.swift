internal import LabelSchema
package import LabelStore
internal import SheetSource
internal import Tabular

/// What a look at one sheet found: whether it can be read at all and has the columns of the schema.
package struct SheetCheck: Sendable, Codable {
    package var sheet: String
    package var spreadsheet: String
    package var code: String?
    /// What is wrong, by language, `en` at least; empty if nothing is.
    package var messages: [String: String]
    package var hint: String

    package var isSound: Bool { code == nil }
}

extension DatasetDefinition {
    /// Looks at the header of each sheet, and reads no further.
    ///
    /// - Parameter store: knows the tabs from earlier reads: one made anew under an old title is told, as a sync would.
    ///   `nil` where there is no store to ask.
    /// - Returns: what was found of each sheet, in the order of the configuration.
    /// - Throws: what the store throws; `CancellationError`.
    package func checkSheets(_ store: LabelStore?) async throws -> [SheetCheck] {
        var records: [SheetRecord?] = []
        if let store { records = try await StoredState.load(self, from: store).records }
        var checks: [SheetCheck] = []
        var first: [[String]: Int] = [:]
        for (index, sheet) in sheets.enumerated() {
            var (check, identity) = try await check(sheet, tab: records.isEmpty ? nil : records[index]?.tabID)
            if check.isSound, let identity {
                let place = [identity.spreadsheet, "\(identity.sheetID)", sheet.reference.namedRange ?? ""]
                if let other = first[place] {
                    check.code = "same-tab-twice"
                    check.messages = ["en": "it is the same tab as sheet \(other + 1) of the configuration"]
                    check.hint = "Take one of the two out of sheaf.yaml."
                } else {
                    first[place] = index
                }
            }
            checks.append(check)
        }
        return checks
    }

    private func check(_ sheet: SheetDefinition, tab: Int?) async throws -> (SheetCheck, SheetIdentity?) {
        let header = HeaderCheck(schema: schema)
        var check = SheetCheck(
            sheet: sheet.displayName, spreadsheet: sheet.reference.spreadsheet, code: nil, messages: [:], hint: "")
        var reference = sheet.reference
        if reference.sheetID == nil { reference.sheetID = tab }
        do {
            _ = try await sheet.reader.read(reference, into: header)
        } catch {
            if error.code == .cancelled { throw CancellationError() }
            if error.code != .consumerStopped {
                check.code = error.code.rawValue
                check.messages = ["en": error.detail]
                check.hint = error.hint
                return (check, nil)
            }
        }
        let problems = await header.problems ?? [.emptyHeader(row: sheet.reference.headerRow)]
        guard let first = problems.first else { return (check, await header.identity) }
        check.code = first.code
        for language in MessageLanguage.allCases {
            check.messages[language.rawValue] = problems.map { $0.message(language) }.joined(separator: " ")
        }
        check.hint = "Nothing of this sheet can be synced before."
        return (check, await header.identity)
    }
}

/// Takes the header row in, and stops the read.
private actor HeaderCheck: RowConsumer {
    private struct Enough: Error {}

    private let schema: LabelSchema
    /// `nil` until a header row was seen; empty if it fits.
    private(set) var problems: [HeaderProblem]?
    private(set) var identity: SheetIdentity?

    init(schema: LabelSchema) {
        self.schema = schema
    }

    func begin(_ identity: SheetIdentity) {
        self.identity = identity
        problems = nil
    }

    func receive(_ batch: RowBatch) throws {
        guard batch.rowCount > 0 else { return }
        switch schema.bind(header: batch.texts(ofRow: 0), headerRow: batch.firstRowNumber) {
        case .bound: problems = []
        case .refused(let found): problems = found
        }
        throw Enough()
    }
}
