import ArgumentParser
import LabelExport
import LabelStore

extension LabelForm.Format: ExpressibleByArgument {}

struct ExportCommand: SheafSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write the labels of one version.",
        discussion: """
            In the order of the key hash, so that a version gives the same bytes every
            time and everywhere. NDJSON is the labels' canonical form, one a line, as it
            was hashed. A file, or a folder, is written under another name first: a
            reader never sees half of it. In CSV, an apostrophe is put before text that a
            spreadsheet would run as a formula; --formulas keep writes every text as it
            is. Labels that were redacted whole are left out, which is told on standard
            error.

            Into a folder (a path that ends in /, or a folder that is there), or to
            s3://BUCKET/PREFIX, go a manifest.json with the rows, bytes and SHA-256 of
            each part and the hashes of the version, and a datapackage.json that
            frictionless, pandas and R open it by. Run again after it was cut short, it
            goes on with the parts that are missing.

            Splits are decided by the key, or by a field (--split-by), and a salt: no
            label ever moves when others come or go. --where takes the words of a row
            rule.

            Examples:
              sheaf export recipe_category@12 > labels.ndjson
              sheaf export recipe_category --format csv --output labels.csv
              sheaf export recipe_category@12 --gzip --parts 8 --output labels/
              sheaf export recipe_category@12 --split train:80,validation:10,test:10 \\
                  --split-by author --output labels/
              sheaf export recipe_category@12 --split train:80,test:20 --only train
              sheaf export recipe_category@12 --changed-since 9 --output changes/
              sheaf export recipe_category --where "category = '主菜' and servings >= 2"
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "What to export: DATASET@VERSION, or DATASET for the newest version.")
    var version: String
    @Option(help: "ndjson or csv.")
    var format: LabelForm.Format = .ndjson
    @Option(help: "In CSV, text that a spreadsheet would run: escape (an apostrophe before it) or keep.")
    var formulas: CSVText.Formulas = .escape
    @Flag(help: "Compress with gzip; also where --output ends in .gz.")
    var gzip = false
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "A file, a folder, or s3://BUCKET/PREFIX (default: standard output).", valueName: "path"))
    var output: String?
    @Option(help: "Into a folder: how many parts of about the same size.")
    var parts: Int?
    @Flag(help: "Into a folder: put another export that is there out of the way.")
    var replace = false
    @Flag(help: "In NDJSON, put a tombstone with the hashes in place of each redacted label.")
    var tombstones = false
    @OptionGroup var selection: SelectionOptions

    func validate() throws {
        if tombstones, format != .ndjson { throw ValidationError("--tombstones goes with NDJSON.") }
        if let parts, !(1...ExportJob.mostParts).contains(parts) {
            throw ValidationError("--parts is a number from 1 to \(ExportJob.mostParts).")
        }
        if parts != nil || replace, !ExportOutput.isFolder(output) {
            throw ValidationError("--parts and --replace go with a folder: end --output in /.")
        }
        if common.json, output == nil || output == "-" {
            throw ValidationError("--json needs --output: both would go to standard output.")
        }
        try selection.check(isFolder: ExportOutput.isFolder(output))
    }

    func execute(_ console: Console) async throws -> Exit {
        let workspace = try Workspace(common, console: console)
        return try await workspace.withStore { store in
            let (dataset, version) = try await VersionReference(version).resolve(in: store)
            let form = LabelForm(format, formulas: formulas == .escape ? .escape : .keep, hasTombstones: tombstones)
            let reading = try await LabelReading(
                store: store, dataset: dataset, version: version,
                selection: try await selection.selection(of: dataset, in: store, workspace), form: form)
            let export = ExportOutput(
                reading: reading, isCompressed: gzip || output?.hasSuffix(".gz") == true, parts: parts ?? 1,
                replaces: replace)
            let result: ExportOutput.Result
            if let output, ExportOutput.isFolder(output) {
                result = try await export.write(toFolder: output)
            } else {
                result = try await export.write(toFile: output == "-" ? nil : output)
            }
            for note in result.notes { Console.note(note) }
            if let output, output != "-" {
                console.line(result.line)
                try console.json(result)
            }
            return .success
        }
    }
}

/// Which labels, and what of them.
struct SelectionOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Only these fields, in this order; a comma between them.", valueName: "fields"))
    var columns: String?
    @Option(
        name: .customLong("where"),
        help: ArgumentHelp(
            "Only labels for which this holds, such as: category = 'soup' and servings > 2.", valueName: "condition"))
    var condition: String?
    @Option(help: ArgumentHelp("Divide the labels, by percents: train:80,validation:10,test:10.", valueName: "splits"))
    var split: String?
    @Option(help: ArgumentHelp("Of the splits only this one.", valueName: "name"))
    var only: String?
    @Option(help: ArgumentHelp("Labels with one value of this field go into one split.", valueName: "field"))
    var splitBy: String?
    @Option(
        help: ArgumentHelp(
            "What makes this division differ from others (default: the dataset's name).", valueName: "text"))
    var salt: String?
    @Option(help: ArgumentHelp("Only labels that are new or changed since this version.", valueName: "version"))
    var changedSince: String?

    func check(isFolder: Bool) throws {
        if split != nil || splitBy != nil || salt != nil, only == nil, !isFolder {
            throw ValidationError(
                "Splits are several files: name one by --only, or end --output in / for a folder.")
        }
    }

    /// What was asked for, of a dataset.
    ///
    /// - Throws: `Failure` for a version that is none, `ExportProblem` for a split; `StoreError`, `MySQLError`.
    func selection(
        of dataset: DatasetRecord, in store: LabelStore, _ workspace: Workspace
    ) async throws -> LabelSelection {
        var since: Int?
        if let changedSince {
            let reference = try VersionReference(changedSince, of: dataset.name)
            since = try await store.version(named: reference.version, of: dataset).version
        }
        return LabelSelection(
            columns: columns.map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) },
            condition: condition, split: try splitChoice(of: dataset, workspace), changedSince: since)
    }

    /// The splits of the command line, or else those of the configuration.
    private func splitChoice(of dataset: DatasetRecord, _ workspace: Workspace) throws -> SplitChoice? {
        let configured = workspace.configuration.datasets.first { $0.name == dataset.name }?.split
        guard split != nil || only != nil || splitBy != nil || salt != nil else { return nil }
        guard let text = split ?? configured?.shares else {
            throw Failure(
                .usage, code: "bad-split", "There are no splits to choose from.",
                hint: "Give --split train:80,validation:10,test:10, or split: of the dataset in sheaf.yaml.")
        }
        return try SplitChoice(
            text, salt: salt ?? configured?.salt ?? dataset.name, by: splitBy ?? configured?.by, only: only)
    }
}
