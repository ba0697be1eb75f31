internal import LabelDiff
package import LabelSchema
package import SheetSource
internal import Tabular

/// Validates files against a schema, together as one dataset, with no store and no configuration.
package struct DatasetValidation: Sendable {
    /// One file to be validated.
    package struct File: Sendable {
        /// As it is told.
        package var name: String
        package var sheet: SheetReference
        package var reader: any SheetReader

        package init(name: String, sheet: SheetReference, reader: any SheetReader) {
            self.name = name
            self.sheet = sheet
            self.reader = reader
        }
    }

    /// Takes in how far it is: rows judged, and bytes of the files.
    package typealias Progress = @Sendable (_ rows: Int, _ bytes: Int) -> Void

    let schema: LabelSchema
    private let schemaFile: String
    private let files: [File]
    private let references: [ReferenceFile]
    /// So many rows with errors are told.
    private let limit: Int
    private let progress: Progress

    /// A validation to be run.
    ///
    /// - Parameters:
    ///   - schema: the schema.
    ///   - schemaFile: its file, as it is told.
    ///   - files: the files of the dataset.
    ///   - references: files in place of other datasets; foreign keys to those that are missing are not checked.
    ///   - limit: so many rows with errors are told.
    ///   - progress: is told how far it is.
    package init(
        schema: LabelSchema, schemaFile: String, files: [File], references: [ReferenceFile] = [], limit: Int,
        progress: @escaping Progress = { _, _ in }
    ) {
        self.references = references
        self.schema = schema
        self.schemaFile = schemaFile
        self.files = files
        self.limit = limit
        self.progress = progress
    }

    /// Reads all files and judges their rows.
    ///
    /// - Returns: what was found; a file that is no CSV, or whose header does not fit, is part of that.
    /// - Throws: `SheetError` if a file cannot be read at all, or changed meanwhile; `CancellationError`.
    package func run() async throws -> ValidationReport {
        let clock = ContinuousClock()
        let start = clock.now
        let hasher = RunHasher()
        var findings = ValidationFindings(schema, limit: limit)
        var (rows, bytes) = (0, 0)
        for (index, file) in files.enumerated() {
            let (rowsBefore, bytesBefore) = (rows, bytes)
            let collector = ValidationCollector(
                schema: schema, hasher: hasher, file: UInt16(index), limit: limit
            ) { [progress] in
                progress(rowsBefore + $0, bytesBefore + $1)
            }
            var told = ValidationReport.File(name: file.name)
            told.problems = try await read(file, into: collector)
            told.counts = await collector.counts
            rows += told.counts.rows
            bytes += await collector.bytes
            await findings.add(told, from: collector)
        }
        try await findTableErrors(&findings, hasher)
        return report(findings, seconds: (clock.now - start).seconds)
    }

    /// What is wrong with the file as a whole.
    private func read(_ file: File, into collector: ValidationCollector) async throws -> [ValidationReport.Problem] {
        do {
            do throws(SheetError) {
                _ = try await file.reader.read(SheetRequest(file.sheet, into: collector))
            } catch {
                if let underlying = error.underlying { throw underlying }
                if error.code == .cancelled { throw CancellationError() }
                guard error.code == .csvMalformed else { throw error }
                try await collector.finish(isComplete: false)
                return [ValidationReport.Problem(error)]
            }
            try await collector.finish(isComplete: true)
            return []
        } catch let refused as HeaderRefused {
            return refused.problems.map { ValidationReport.Problem($0) }
        }
    }

    // MARK: - Errors over the table

    /// Rejects every row whose key stands in another row too, or that breaks a rule which other rows have to do with.
    private func findTableErrors(_ findings: inout ValidationFindings, _ hasher: RunHasher) async throws {
        var errors = TableErrors(schema: schema, limit: limit)
        for group in await findings.takeDuplicates() { errors.add(duplicates: group, &findings) }
        let offered = try await offeredValues(hasher)
        for breach in await findings.takeBreaches(offered: offered) { errors.add(breach, &findings) }
        let told = errors.first()
        guard !told.isEmpty else { return }
        let rows = try await rows(told.map(\.place))
        let words = TableErrorWords(schema: schema, names: files.map(\.name), columns: findings.columns)
        for error in told {
            let row = rows[error.place.file]?[error.place.row]
            findings.add(
                TroubledRow(
                    file: error.place.file, row: error.place.row, key: row?.key ?? [],
                    errors: [words.error(error, in: row)].compactMap { $0 }))
        }
    }

    /// The values of other datasets, for the foreign keys that can be checked.
    private func offeredValues(_ hasher: RunHasher) async throws -> [Int: Set<TupleHash>] {
        var offered: [Int: Set<TupleHash>] = [:]
        for (index, key) in schema.foreignKeys.enumerated() {
            guard case .dataset(let name) = key.reference else { continue }
            for reference in references where reference.dataset == name {
                offered[index, default: []].formUnion(try await reference.offered(to: key, of: schema, hasher))
            }
        }
        return offered
    }

    /// Foreign keys to datasets of which no file is given.
    private var unchecked: [ValidationReport.Unchecked] {
        schema.foreignKeys.compactMap { key in
            guard case .dataset(let name) = key.reference, !references.contains(where: { $0.dataset == name }) else {
                return nil
            }
            let titles = key.fields.map { field in schema.fields.first { $0.name == field }?.title ?? field }
            return ValidationReport.Unchecked(
                rule: "foreign-key", fields: key.fields,
                ja: "「\(titles.joined(separator: "、"))」の値がデータセット \(name) にあるかどうかは確認していません"
                    + "（--reference \(name)=ファイル.csv で確認できます）。",
                en: "Whether the values of \(titles.joined(separator: ", ")) stand in the dataset \(name)"
                    + " (--reference \(name)=FILE.csv checks it).")
        }
    }

    /// A few rows by name, for which their files are read once more.
    private func rows(_ places: [KeyPlace]) async throws -> [UInt16: [UInt32: PickedRow]] {
        var picked: [UInt16: [UInt32: PickedRow]] = [:]
        for (index, places) in Dictionary(grouping: places, by: \.file) {
            let file = files[Int(index)]
            let picker = RowPicker(schema: schema, rows: Set(places.map(\.row)).sorted())
            do throws(SheetError) {
                _ = try await file.reader.read(SheetRequest(file.sheet, into: picker))
            } catch {
                // Of a file that is malformed further down, the rows above have come.
                guard error.code == .csvMalformed else { throw error }
            }
            picked[index] = await picker.rows
        }
        return picked
    }

    // MARK: - The report

    private func report(_ findings: ValidationFindings, seconds: Double) -> ValidationReport {
        let fields = schema.fields.map { field in
            ValidationReport.Field(
                name: field.name, ja: field.titles["ja"] ?? field.title, en: field.titles["en"] ?? field.title)
        }
        var report = ValidationReport(
            valid: findings.files.allSatisfy { $0.isComplete && $0.counts.invalid == 0 },
            schema: ValidationReport.Schema(
                file: schemaFile, name: schema.name, title: schema.title, fields: fields))
        report.files = findings.files
        for file in findings.files { report.counts += file.counts }
        report.errors = findings.tallies
        report.rows = findings.troubled.map { row in
            ValidationReport.Row(
                file: files[Int(row.file)].name, row: Int(row.row),
                key: row.key.isEmpty ? nil : String(decoding: row.key, as: UTF8.self),
                errors: row.errors.map { ValidationReport.Finding($0) })
        }
        report.unchecked = unchecked
        report.aliases = findings.aliasCounts
        report.rowsOmitted = findings.troubledCount - findings.troubled.count
        report.seconds = (seconds * 1000).rounded() / 1000
        return report
    }
}

extension Duration {
    fileprivate var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}

extension ValidationReport.Problem {
    fileprivate init(_ problem: HeaderProblem) {
        self.init(code: problem.code, ja: problem.message(.ja), en: problem.message(.en))
    }

    fileprivate init(_ error: SheetError) {
        let hint = error.hint.isEmpty ? "" : " (\(error.hint))"
        self.init(
            code: "source-error", ja: "ファイルを最後まで読み取れませんでした：\(error.detail)\(hint)",
            en: "The file could not be read to its end: \(error.detail)\(hint).")
    }
}

extension ValidationReport.Finding {
    init(_ error: CellError) {
        let kind = ErrorKind(error)
        self.init(
            code: error.code, kind: kind.kind, field: error.field, severity: kind.severity,
            cell: error.column.map { A1.cell(column: $0, row: error.rowNumber) } ?? "\(error.rowNumber)",
            value: error.cell, suggestion: error.detail["suggestion"], ja: error.message(.ja), en: error.message(.en))
    }
}
