import LabelStore
import SheetSource
import Sync

/// `sheaf.yaml`, read and checked.
///
/// Paths are absolute: relative ones are meant from the file's own folder.
struct Configuration: Sendable {
    /// The file it was read from.
    var file: String
    var folder: String
    var store: StoreSettings
    var google: GoogleSettings
    var datasets: [DatasetSettings]
    /// Where jobs keep their folders.
    var stateFolder: String
    var language: String?
    var serve: ServeSettings
    /// Where the SQL views of the datasets go.
    var views = ViewPlace.storeDatabase
    /// `nil` where nobody may send SELECTs.
    var queries: QueriesSettings?
}

struct StoreSettings: Sendable {
    /// A `mysql://` URL without a password.
    var url: String
    var passwordFile: String?
    var line: Int
}

struct GoogleSettings: Sendable {
    /// A service account's key file; without it, application default credentials are used.
    var credentials: String?
    /// The base address of a stand-in for Google.
    var endpoint: String?
    /// How long after its last change a sheet is read again in every run.
    var coolDown: Duration
    /// How often a sheet is read at least, whatever the list of changes says.
    var fullReadEvery: Duration
    /// Reads a minute; `nil` sets no limit.
    var quota: QuotaSettings?
    var watch: WatchSettings
}

/// How `sheaf watch` runs.
struct WatchSettings: Sendable, Equatable {
    /// How often there is a run though nothing has told of a change.
    var every: Duration = .seconds(10 * 60)
    /// What it takes to be told of changes; `nil` where nobody can.
    var push: PushSettings?
}

/// Where Google posts its notices to.
struct PushSettings: Sendable, Equatable {
    /// The address as Google sees it.
    var address: String
    /// Its path, percent-encoded.
    var path: String
    /// Where to listen for what comes from there.
    var host: String
    var port: Int
    var channelLifetime: Duration
}

/// How many calls of Google Sheets that read may be made in a minute.
struct QuotaSettings: Sendable {
    /// By one account.
    var user: Int
    /// By all accounts of its project.
    var project: Int
}

struct DatasetSettings: Sendable {
    var name: String
    var line: Int
    /// The file of the label schema, as written and as found.
    var schema: String
    var schemaPath: String
    var sheets: [SheetSettings]
    var guards: Guards
    var training: TrainingSettings?
    /// Which versions are kept; `nil` keeps all.
    var retention: RetentionRule?
    /// How its labels are divided where an export says no more than which split it wants.
    var split: SplitSettings?
}

/// How labels of a dataset are divided.
struct SplitSettings: Sendable {
    /// Such as `train:80,validation:10,test:10`.
    var shares: String
    /// The field whose value decides; `nil`: the key.
    var by: String?
    var salt: String?
}

struct SheetSettings: Sendable {
    enum Source: Sendable {
        case google
        /// A file, or several: a folder or a pattern, whose files are looked up when they are to be read.
        case csv
        case web
    }

    var source: Source
    var reference: SheetReference
    var annotator: String?
    var line: Int
    /// How the characters of a file are written; `nil` as its source says, or else UTF-8.
    var encoding: TextEncoding?
    /// Where a file on the web is, and the file with the value of its `Authorization` header.
    var address: WebAddress?
    var authorizationFile: String?
}

/// When to train, and how.
struct TrainingSettings: Sendable {
    var pipeline: String
    var minimumChanges: Int
    var quiet: Duration
    var atMostEvery: Duration
    var run: [String]
    var workingFolder: String
    var environment: [String: String]
    var timeout: Duration
    var attempts: Int
}
