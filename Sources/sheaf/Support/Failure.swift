import ArgumentParser
import LabelExport
import LabelSchema
import LabelStore
import MySQL
import ObjectStorage
import QueryUnload
import SheetSource
import Sync
import Training

/// How `sheaf` ends: what scripts decide by.
///
/// The README has the same table.
enum Exit: Int32, CaseIterable {
    case success = 0
    /// Something that Sheaf did not foresee; `validate` ends so if rows are not valid.
    case unexpected = 1
    /// A wrong argument or a mistake in `sheaf.yaml`.
    case usage = 2
    /// A label schema with a mistake, or rows that were refused.
    case invalid = 3
    /// The run is held until somebody approves it.
    case held = 4
    /// Another worker writes the dataset.
    case busy = 5
    /// A sheet could not be read; the others were synced.
    case partial = 6
    /// The database cannot be reached, or is not fit.
    case store = 7
    /// No sheet could be read: wrong credentials, nothing shared.
    case source = 8
    /// A training job failed.
    case jobFailed = 9
    /// A file could not be written: the disk is full, say.
    case output = 10
    /// `verify` found something that differs.
    case damaged = 11
    case cancelled = 130

    var code: ExitCode { ExitCode(rawValue) }

    /// How `validate` ends if not every row is valid: as every checker does.
    static let notValid = Exit.unexpected

    /// What it means, in the words of the README's table.
    var meaning: String {
        switch self {
        case .success: "done; also when nothing had changed"
        case .unexpected: "of `validate`: there are rows that are not valid; else an error that Sheaf did not foresee"
        case .usage: "a wrong argument, or a mistake in sheaf.yaml"
        case .invalid: "a label schema with a mistake, or rows that were refused"
        case .held: "a guard was exceeded: held until someone approves"
        case .busy: "another worker is writing the dataset"
        case .partial:
            "a sheet could not be read: its labels stay; the rest was synced, unless a new schema waits for it"
        case .store: "the database cannot be reached, is read-only, or is not migrated"
        case .source: "no sheet could be read: credentials, sharing, network"
        case .jobFailed: "a training job failed"
        case .output: "a file could not be written"
        case .damaged: "of `verify`: something stored is not what the labels give"
        case .cancelled: "cancelled by Ctrl-C or SIGTERM"
        }
    }
}

/// An error told to a person: what is wrong, what to do, and how the program ends.
struct Failure: Error {
    let exit: Exit
    /// A stable name, for `--json`.
    let code: String
    let message: String
    let hint: String

    init(_ exit: Exit, code: String, _ message: String, hint: String = "") {
        self.exit = exit
        self.code = code
        self.message = message
        self.hint = hint
    }

    /// Translates whatever was thrown.
    init(_ error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case let mistakes as ConfigurationMistakes:
            self.init(.usage, code: "configuration", mistakes.description)
        case let mistakes as LabelSchemaMistakes:
            self.init(.invalid, code: "schema", mistakes.description)
        case let problem as ReferenceProblem:
            self.init(.invalid, code: "reference", problem.message, hint: problem.hint)
        case let problem as RestoreProblem:
            self.init(.usage, code: problem.code, problem.message, hint: problem.hint)
        case let problem as UnloadProblem:
            self.init(
                problem.code == .unavailable ? .store : .usage, code: problem.code.rawValue, problem.message,
                hint: problem.hint)
        case let error as StoreError: self.init(error)
        case let error as MySQLError: self.init(error)
        case let error as SheetError:
            self.init(
                .source, code: error.code.rawValue, CellText.shown(error.description.sentence, limit: 1_000))
        case let error as TrainingError:
            self.init(.jobFailed, code: error.code.rawValue, error.message, hint: error.hint)
        case let problem as ExportProblem:
            let exit: Exit = [.output, .redacted].contains(problem.code) ? .output : .usage
            self.init(exit, code: problem.code.rawValue, problem.message, hint: problem.hint)
        case let error as ObjectStorageError:
            let exit: Exit = error.code == .invalid ? .usage : .output
            self.init(exit, code: "object-\(error.code.rawValue)", error.message.sentence, hint: error.hint)
        case let error as StoredLabelDamaged: self.init(.store, code: "damaged", error.description)
        case let error as SpoolError: self.init(.output, code: "spool", error.description)
        case is CancellationError:
            self.init(.cancelled, code: "cancelled", "Cancelled. The last published version is as it was.")
        default:
            self.init(.unexpected, code: "unexpected", "\(error)")
        }
    }

    private init(_ error: StoreError) {
        let exit: Exit
        switch error.code {
        case .busy, .leaseLost: exit = .busy
        case .unknownDataset, .unknownVersion, .unknownHold, .unknownJob, .notAllowed, .prunedVersion,
            .unknownTag, .tagExists, .unknownKey, .unknownToken:
            exit = .usage
        case .notMigrated, .newerThanProgram, .changedMigration, .damaged: exit = .store
        }
        self.init(exit, code: error.code.rawValue, error.message, hint: error.hint)
    }

    private init(_ error: MySQLError) {
        let exit: Exit = error.kind == .cancelled ? .cancelled : .store
        self.init(
            exit, code: "database-\(error.kind.rawValue)", "The database: \(error.message).",
            hint: error.hint?.sentence ?? "")
    }
}

extension String {
    /// Begun with a capital and ended with a full stop, for parts of messages that are written without.
    var sentence: String {
        guard let last else { return self }
        return prefix(1).uppercased() + dropFirst() + (".。!?！？".contains(last) ? "" : ".")
    }
}
