import Foundation
import HTTPTransfer
import LabelSchema
import LabelStore
import Logging
import MySQL
import SheetSource
import Sync
import Synchronization

/// The configuration, and what is made of it: the store, the sources, the datasets.
struct Workspace: Sendable {
    let configuration: Configuration
    let console: Console
    let language: MessageLanguage
    let logger = Logger(label: "sheaf")
    private let google: GoogleOnce
    /// Asks for leave to write, and is made by nobody but who writes.
    private let googleForWriting: GoogleOnce
    private let ledger = StoreLedger()
    let web = WebClientOnce()

    init(_ common: CommonOptions, console: Console) throws {
        configuration = try ConfigurationReader.read(file: common.configFile)
        self.console = console
        let environment = ProcessInfo.processInfo.environment
        let configured = configuration.language.flatMap(MessageLanguage.init(rawValue:))
        language = common.language ?? configured ?? .byLocale
        let settings = configuration.google
        let credentials: GoogleCredentials =
            settings.credentials.map { .serviceAccountFile($0) } ?? .applicationDefault(environment: environment)
        var google = GoogleConfiguration(credentials: credentials, endpoint: settings.endpoint)
        if let quota = settings.quota {
            google.quota = GoogleQuota(ledger: ledger)
            google.quota?.userReadsPerMinute = quota.user
            google.quota?.projectReadsPerMinute = quota.project
            google.quota?.userWritesPerMinute = quota.user
            google.quota?.projectWritesPerMinute = quota.project
        }
        self.google = GoogleOnce(google, logger)
        google.mayWrite = true
        googleForWriting = GoogleOnce(google, logger)
    }

    // MARK: - Store

    /// Runs a body with the store, whose tables must be up to date unless told otherwise.
    func withStore<R>(
        migrated: Bool = true, connections: Int = 4, _ body: (LabelStore) async throws -> R
    ) async throws -> R {
        let pool = MySQLPool(configuration: try storeConfiguration(), maximumConnections: connections)
        let store = LabelStore(pool: pool, logger: logger)
        let result: Result<R, any Error>
        do {
            if migrated { try await store.requireMigrated() }
            ledger.store.withLock { $0 = store }
            result = .success(try await body(store))
        } catch {
            result = .failure(error)
        }
        ledger.store.withLock { $0 = nil }
        await store.close()
        return try result.get()
    }

    private func storeConfiguration() throws -> MySQLConfiguration {
        let environment = ProcessInfo.processInfo.environment
        var password = environment["SHEAF_STORE_PASSWORD"]
        if password == nil, let file = configuration.store.passwordFile {
            guard let data = FileManager.default.contents(atPath: file) else {
                throw Failure(
                    .usage, code: "configuration", "The password file \(file) cannot be read.",
                    hint: "Correct store_password_file, or set SHEAF_STORE_PASSWORD.")
            }
            password = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .newlines)
        }
        do {
            return try MySQLConfiguration(url: configuration.store.url, password: password)
        } catch {
            throw ConfigurationMistakes(mistakes: [
                ConfigurationMistake(
                    file: configuration.file, line: configuration.store.line, problem: "`store`: \(error.message)")
            ])
        }
    }

    // MARK: - Datasets

    /// The settings of the datasets named, or of all; those that foreign keys point to come first.
    func datasets(_ names: [String]) throws -> [DatasetSettings] {
        let wanted = names.isEmpty ? configuration.datasets : try names.map(dataset)
        var ordered: [DatasetSettings] = []
        var visited: Set<String> = []
        func visit(_ settings: DatasetSettings) {
            // In a circle of references, whichever is met first waits for the next run.
            guard visited.insert(settings.name).inserted else { return }
            // A schema with a mistake is told of when its dataset is run.
            for name in (try? schema(settings))?.referencedDatasets ?? [] {
                if let target = wanted.first(where: { $0.name == name }) { visit(target) }
            }
            ordered.append(settings)
        }
        wanted.forEach(visit)
        return ordered
    }

    func dataset(_ name: String) throws -> DatasetSettings {
        if let found = configuration.datasets.first(where: { $0.name == name }) { return found }
        let known = configuration.datasets.map(\.name)
        let near = NearestText.find(name, among: known).map { "Did you mean \($0)?" }
        throw Failure(
            .usage, code: "unknown-dataset", "\(configuration.file) has no dataset `\(CellText.shown(name))`.",
            hint: near ?? "It has: \(known.joined(separator: ", ")).")
    }

    func schema(_ dataset: DatasetSettings) throws -> LabelSchema {
        guard let data = FileManager.default.contents(atPath: dataset.schemaPath) else {
            throw ConfigurationMistakes(mistakes: [
                ConfigurationMistake(
                    file: configuration.file, line: dataset.line,
                    problem: "datasets.\(dataset.name).schema: the file \(dataset.schema) cannot be read")
            ])
        }
        return try LabelSchema.parse(
            bytes: Array(data), file: dataset.schema, lists: .besides(schemaFile: dataset.schemaPath))
    }

    func definition(_ dataset: DatasetSettings) throws -> DatasetDefinition {
        DatasetDefinition(
            name: dataset.name, schema: try schema(dataset),
            sheets: try sheets(dataset).map { sheet in
                switch sheet.source {
                case .google:
                    SheetDefinition(
                        reference: sheet.reference, location: Self.location(sheet.reference),
                        annotator: sheet.annotator, reader: google.source, fileID: sheet.reference.spreadsheet)
                case .csv:
                    SheetDefinition(
                        reference: sheet.reference,
                        location: "csv:\(sheet.reference.spreadsheet)".precomposedStringWithCanonicalMapping,
                        annotator: sheet.annotator, reader: files(sheet))
                case .web:
                    SheetDefinition(
                        reference: sheet.reference, location: "url:\(sheet.reference.spreadsheet)",
                        annotator: sheet.annotator, reader: try webFile(sheet))
                }
            }, guards: dataset.guards)
    }

    /// How the store names a sheet: composed, so that two spellings of one title are one sheet.
    private static func location(_ sheet: SheetReference) -> String {
        if let range = sheet.namedRange {
            return "google:\(sheet.spreadsheet)/=\(range)".precomposedStringWithCanonicalMapping
        }
        if let id = sheet.sheetID { return "google:\(sheet.spreadsheet)/#\(id)" }
        // A title that looks like a number or a range of the lines above is not that one.
        let title = sheet.tab ?? ""
        let isAmbiguous = title.hasPrefix("#") || title.hasPrefix("=") || title.hasPrefix("'")
        return "google:\(sheet.spreadsheet)/\(isAmbiguous ? "'" : "")\(title)".precomposedStringWithCanonicalMapping
    }

    // MARK: - Runs

    /// What is known of changes in the spreadsheets of some datasets.
    ///
    /// - Parameters:
    ///   - datasets: those that are to be run.
    ///   - store: where the place in the list of changes is kept.
    ///   - follows: also store what was learnt; a plan does not.
    /// - Returns: `unavailable` if Google cannot say.
    /// - Throws: what the store throws; `CancellationError`.
    func changes(
        in datasets: [DatasetSettings], store: LabelStore, follows: Bool
    ) async throws -> KnownChanges {
        guard datasets.contains(where: { $0.sheets.contains { $0.source == .google } }) else { return .unknown }
        let feed = ChangeFeed(source: google.source, store: store, logger: logger)
        return follows ? try await feed.follow() : try await feed.look()
    }

    func runner(
        _ dataset: DatasetSettings, store: LabelStore, changes: KnownChanges = .unknown, readsAll: Bool = false,
        progress: ProgressLine
    ) throws -> SyncRunner {
        let policy = ReadPolicy(
            readsAll: readsAll, changes: changes, coolDown: configuration.google.coolDown,
            fullReadEvery: configuration.google.fullReadEvery)
        return SyncRunner(
            definition: try definition(dataset), store: store, actor: Self.actor, worker: Self.worker, logger: logger,
            policy: policy,
            progress: { event in progress.show(Self.text(event, dataset: dataset.name)) })
    }

    static func text(_ event: SyncEvent, dataset: String) -> String {
        switch event {
        case .reading(let sheet, let rows, let pass):
            "\(dataset): \(pass == 1 ? "reading" : "looking again at") \(CellText.shown(sheet)), \(rows.grouped) rows"
        case .pulled(let sheets, let total, let pass):
            "\(dataset): \(sheets.grouped) of \(total.counted("sheet")) read\(pass == 1 ? "" : " once more")"
        case .comparing(let rows): "\(dataset): comparing \(rows.grouped) rows"
        case .writing(let done, let total):
            "\(dataset): writing \(done.grouped) of \(total.grouped) changes (\(total == 0 ? 100 : done * 100 / total)%)"
        }
    }

    /// The channels through which Google tells of changes.
    var channels: any ChannelSource { google.source }

    /// Where cells of spreadsheets can be written.
    var writer: any SheetWriter { googleForWriting.source }

    // MARK: - Who

    /// Who asks: `SHEAF_ACTOR`, or the user of this process.
    static var actor: String {
        let environment = ProcessInfo.processInfo.environment
        let named = environment["SHEAF_ACTOR"] ?? ""
        return String((named.isEmpty ? NSUserName() : named).unicodeScalars.prefix(255).map(Character.init))
    }

    /// The process, for whoever finds the dataset busy.
    static var worker: String {
        "\(NSUserName())@\(ProcessInfo.processInfo.hostName), process \(ProcessInfo.processInfo.processIdentifier)"
    }
}

/// Counts calls in the store while it is open, so that all workers share one count, and in this process otherwise.
private final class StoreLedger: QuotaLedger {
    let store = Mutex<LabelStore?>(nil)

    func reserve(_ buckets: [QuotaBucket]) async throws -> Duration {
        guard let store = store.withLock({ $0 }) else { return await LocalQuota.shared.reserve(buckets) }
        return try await StoredQuota(store: store).reserve(buckets)
    }
}

/// The one client of Google's APIs, made when a command needs it: its sign-in and connections are shared by all datasets.
private final class GoogleOnce: Sendable {
    private let configuration: GoogleConfiguration
    private let logger: Logger
    private let made = Mutex<GoogleSheetsSource?>(nil)

    init(_ configuration: GoogleConfiguration, _ logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    var source: GoogleSheetsSource {
        made.withLock { made in
            if let made { return made }
            let source = GoogleSheetsSource(configuration: configuration, client: HTTPClient(), logger: logger)
            made = source
            return source
        }
    }
}

extension Int {
    /// With commas between thousands: `12,345`.
    var grouped: String {
        let digits = String(magnitude)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return self < 0 ? "-" + text : text
    }

    /// `1 row`, `2 rows`.
    func counted(_ noun: String) -> String { "\(grouped) \(self == 1 ? noun : noun + "s")" }
}
