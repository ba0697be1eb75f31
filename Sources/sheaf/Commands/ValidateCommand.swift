import ArgumentParser
import Foundation
import LabelSchema
import Logging
import SheetSource
import Sync

struct ValidateCommand: SheafSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "validate", abstract: "Validate CSV files against a label schema, and nothing else.",
        discussion: """
            Needs no configuration and no store. Several files are one dataset: a key may
            stand only once in all of them. Pending rows and warnings do not count
            against a file. Ends with 0 if every row is valid, with 1 if not.

            Examples:
              sheaf validate schemas/dish.yaml dishes.csv
              sheaf validate schemas/dish.yaml *.csv --html report.html
              sheaf validate schemas/dish.yaml - --json < dishes.csv | jq .counts
              sheaf validate schemas/dish.yaml excel.csv --encoding cp932 --all
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The label schema.", completion: .file())
    var schema: String
    @Argument(help: "CSV files, or - for standard input.", completion: .file())
    var files: [String]
    @Option(help: ArgumentHelp("The row with the titles of the columns.", valueName: "row"))
    var headerRow = 1
    @Option(
        help: ArgumentHelp(
            "How the files' characters are written: utf-8, cp932 (Excel in Japan), utf-16 or auto.", valueName: "name"))
    var encoding: String?
    @Option(help: ArgumentHelp("What stands between two fields: one character, or tab.", valueName: "character"))
    var delimiter: String?
    @Option(
        help: ArgumentHelp(
            "The rows of a dataset that foreign keys point to; may be given more than once.", valueName: "name=file"))
    var reference: [String] = []
    @Option(
        help: ArgumentHelp(
            "So many rows with errors are told (default: 50 as text, 10000 as JSON or HTML).", valueName: "rows"))
    var limit: Int?
    @Flag(help: "Tell every row with errors.")
    var all = false
    @Option(help: ArgumentHelp("Write a page to look at, complete in itself.", valueName: "file"))
    var html: String?

    private static let limitInText = 50
    private static let limitInFiles = 10_000
    private static let maximumFiles = 65_000

    func validate() throws {
        if headerRow < 1 { throw ValidationError("Rows are counted from 1: correct --header-row.") }
        if let limit, limit < 0 { throw ValidationError("Give 0 or more with --limit.") }
        if limit != nil, all { throw ValidationError("Give either --limit or --all.") }
        if let encoding, TextEncoding(name: encoding) == nil {
            throw ValidationError("Give utf-8, cp932, utf-16 or auto with --encoding.")
        }
        if delimiter != nil, separator == nil {
            throw ValidationError(
                "Give one ASCII character that is no quote and no line break with --delimiter, or tab.")
        }
        for text in reference where Self.reference(text) == nil {
            throw ValidationError("Give DATASET=FILE with --reference, not \(CellText.shown(text)).")
        }
        if Set(files).count != files.count {
            throw ValidationError("Name each file once: a second time, all of its keys would be duplicates.")
        }
        if files.count > Self.maximumFiles {
            throw ValidationError("At most \(Self.maximumFiles) files are validated together.")
        }
        if common.json, html == "-" { throw ValidationError("Both --json and --html - write to standard output.") }
    }

    func execute(_ console: Console) async throws -> Exit {
        let console = html == "-" ? Console(style: console.style, isJSON: false, isSilent: true) : console
        let language = common.language ?? .byLocale
        Self.keepFreedMemory()
        let report = try await report()
        if let html { try write(ValidationPage(report: report, language: language).bytes(), to: html) }
        let shown = all ? Int.max : limit ?? Self.limitInText
        console.lines(
            ValidationText(report: report, style: console.style, language: language, limit: shown).lines())
        try console.json(report)
        log(report)
        return report.valid ? .success : .notValid
    }

    /// Makes the allocator keep what is freed for the next batch of rows.
    ///
    /// glibc gives freed memory back to the kernel beyond a limit, and the kernel clears it before it gives it out again;
    /// the limit grows with the largest block that was ever freed (mallopt(3), `M_MMAP_THRESHOLD`). This one is never
    /// touched, and so costs nothing.
    private static func keepFreedMemory() {
        UnsafeMutableRawPointer.allocate(byteCount: 30 << 20, alignment: 16).deallocate()
    }

    private func report() async throws -> ValidationReport {
        guard let data = FileManager.default.contents(atPath: schema) else {
            throw Failure(
                .usage, code: "no-such-file", "The file \(CellText.shown(schema, limit: 500)) cannot be read.")
        }
        let labelSchema = try LabelSchema.parse(
            bytes: Array(data), file: schema, lists: .besides(schemaFile: schema))
        let progress = ValidationProgress(paths: files, isShown: !common.json || html != nil)
        let kept = all ? Int.max : limit ?? (common.json || html != nil ? Self.limitInFiles : Self.limitInText)
        let validation = DatasetValidation(
            schema: labelSchema, schemaFile: schema, files: files.map(file), references: try references(labelSchema),
            limit: kept
        ) { rows, bytes in progress.show(rows: rows, bytes: bytes) }
        defer { progress.clear() }
        do {
            return try await validation.run()
        } catch let refused as ReferenceFile.Refused {
            throw Failure(
                .usage, code: "reference",
                CellText.shown("\(refused.file): \(refused.problems.joined(separator: " "))".sentence, limit: 1_000),
                hint: "Its header has to have the names of the fields that are referred to.")
        } catch let error as SheetError where error.code == .csvNotReadable {
            throw Failure(.usage, code: "no-such-file", CellText.shown(error.description.sentence, limit: 1_000))
        }
    }

    private static func reference(_ text: String) -> (dataset: String, path: String)? {
        guard let equals = text.firstIndex(of: "=") else { return nil }
        let (name, path) = (String(text[..<equals]), String(text[text.index(after: equals)...]))
        return name.isEmpty || path.isEmpty || path == "-" ? nil : (name, path)
    }

    private func references(_ schema: LabelSchema) throws -> [ReferenceFile] {
        try reference.compactMap(Self.reference).map { dataset, path in
            guard schema.referencedDatasets.contains(dataset) else {
                let known = schema.referencedDatasets
                throw Failure(
                    .usage, code: "reference",
                    "No foreign key of the schema points to a dataset `\(CellText.shown(dataset))`.",
                    hint: known.isEmpty ? "It has none." : "There is: \(known.joined(separator: ", ")).")
            }
            var file = file(path)
            file.sheet.headerRow = 1
            return ReferenceFile(dataset: dataset, file: file)
        }
    }

    private func file(_ path: String) -> DatasetValidation.File {
        let encoding = encoding.flatMap(TextEncoding.init(name:)) ?? .utf8
        if path == "-" {
            return DatasetValidation.File(
                name: "stdin", sheet: SheetReference(spreadsheet: "stdin", headerRow: headerRow),
                reader: StandardInputSource(encoding: encoding, separator: separator))
        }
        let url = URL(filePath: path).standardizedFileURL
        return DatasetValidation.File(
            name: path,
            sheet: SheetReference(spreadsheet: url.path(percentEncoded: false), headerRow: headerRow),
            reader: CSVFolderSource(folder: "/", encoding: encoding, separator: separator, isVersioned: false))
    }

    private var separator: UInt8? {
        guard let delimiter else { return nil }
        if ["tab", "\\t"].contains(delimiter) { return 0x09 }
        let isOne = delimiter.utf8.count == 1 && !["\"", "\n", "\r", "\0"].contains(delimiter)
        return isOne ? delimiter.utf8.first : nil
    }

    private func write(_ page: [UInt8], to path: String) throws {
        let file = try OutputFile(path: path)
        do {
            try file.write(page)
            try file.finish()
        } catch {
            file.discard()
            throw error
        }
    }

    private func log(_ report: ValidationReport) {
        Logger(label: "sheaf").info(
            "validated",
            metadata: [
                "schema": "\(report.schema.file)", "files": "\(report.files.count)", "rows": "\(report.counts.rows)",
                "valid": "\(report.counts.valid)", "pending": "\(report.counts.pending)",
                "invalid": "\(report.counts.invalid)", "warnings": "\(report.counts.warnings)",
                "errors": "\(report.counts.errors)", "seconds": "\(report.seconds)",
            ])
    }
}

/// How far a validation is, by the bytes of its files.
private struct ValidationProgress: Sendable {
    private let line: ProgressLine
    /// Nil if it is not known before.
    private let total: Int?

    init(paths: [String], isShown: Bool) {
        line = ProgressLine(isShown: isShown)
        let sizes = paths.map { path -> Int? in
            let attributes = try? FileManager.default.attributesOfItem(atPath: path)
            return path == "-" ? nil : (attributes?[.size] as? NSNumber)?.intValue
        }
        total = sizes.contains(nil) ? nil : sizes.reduce(0) { $0 + ($1 ?? 0) }
    }

    func show(rows: Int, bytes: Int) {
        guard let total, total > 0 else { return line.show(rows.counted("row")) }
        line.show("\(rows.counted("row")), \(min(99, bytes * 100 / total)) %")
    }

    func clear() { line.clear() }
}
