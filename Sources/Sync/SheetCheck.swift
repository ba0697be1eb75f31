internal import LabelSchema
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
    package func checkSheets() async throws -> [SheetCheck] {
        var checks: [SheetCheck] = []
        for sheet in sheets { checks.append(try await check(sheet)) }
        return checks
    }

    private func check(_ sheet: SheetDefinition) async throws -> SheetCheck {
        let header = HeaderCheck(schema: schema)
        var check = SheetCheck(
            sheet: sheet.displayName, spreadsheet: sheet.reference.spreadsheet, code: nil, messages: [:], hint: "")
        do {
            _ = try await sheet.reader.read(sheet.reference, into: header)
        } catch {
            if error.code == .cancelled { throw CancellationError() }
            if error.code != .consumerStopped {
                check.code = error.code.rawValue
                check.messages = ["en": error.detail]
                check.hint = error.hint
                return check
            }
        }
        let problems = await header.problems ?? [.emptyHeader(row: sheet.reference.headerRow)]
        guard let first = problems.first else { return check }
        check.code = first.code
        for language in MessageLanguage.allCases {
            check.messages[language.rawValue] = problems.map { $0.message(language) }.joined(separator: " ")
        }
        check.hint = "Nothing of this sheet can be synced before."
        return check
    }
}

/// Takes the header row in, and stops the read.
private actor HeaderCheck: RowConsumer {
    private struct Enough: Error {}

    private let schema: LabelSchema
    /// `nil` until a header row was seen; empty if it fits.
    private(set) var problems: [HeaderProblem]?

    init(schema: LabelSchema) {
        self.schema = schema
    }

    func begin(_ identity: SheetIdentity) {
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
