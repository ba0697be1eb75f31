import Foundation
import HTTPTransfer
import LabelSchema
import LabelStore
import Logging
import MySQL
import SheetSource
import SheetsEmulator
import TestSupport

@testable import Sync

/// A dataset whose sheets are spreadsheets of an emulated Google, synced into a real store.
struct GoogleBench: Sendable {
    static let tab = "料理"
    static let silent = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }
    static let header = ["ID", "名前", "種類", "担当者"]

    let store: LabelStore
    let configuration: MySQLConfiguration
    let emulator: SheetsEmulator
    let source: GoogleSheetsSource
    /// The same account, which asks for leave to write.
    let writer: GoogleSheetsSource
    let email: String

    /// Runs a body with spreadsheets of these ids and rows.
    static func with<R>(
        _ sheets: KeyValuePairs<String, [[String]]>, _ body: (GoogleBench) async throws -> R
    ) async throws -> R {
        try await TestStore.withStore { store, configuration in
            let folder = FileManager.default.temporaryDirectory.path() + "/sheaf-google-\(UUID().uuidString)"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let emulator = SheetsEmulator()
            _ = try await emulator.start()
            let key = try emulator.makeServiceAccountKey(directory: folder)
            var google = GoogleConfiguration(credentials: .serviceAccountFile(key.path), endpoint: emulator.endpoint)
            google.retryPolicy.maximumAttempts = 2
            google.retryPolicy.initialBackoff = .milliseconds(5)
            let source = GoogleSheetsSource(
                configuration: google, client: HTTPClient(),
                logger: Self.silent)
            google.mayWrite = true
            let writer = GoogleSheetsSource(configuration: google, client: HTTPClient(), logger: Self.silent)
            let bench = GoogleBench(
                store: store, configuration: configuration, emulator: emulator, source: source, writer: writer,
                email: key.email)
            for (id, rows) in sheets { bench.add(id, rows) }
            let result: Result<R, any Error>
            do { result = .success(try await body(bench)) } catch { result = .failure(error) }
            await emulator.stop()
            return try result.get()
        }
    }

    // MARK: - Sheets

    func add(_ id: String, _ rows: [[String]]) {
        emulator.addSpreadsheet(
            id: id, title: "表 \(id)", sharedWith: [email], tabs: [(Self.tab, [Self.header] + rows)])
    }

    /// Types other rows in place of those that a sheet holds.
    func rewrite(_ id: String, _ rows: [[String]]) throws {
        let old = try emulator.rows(id, tab: Self.tab).count
        if old > 1 { try emulator.deleteRows(id, tab: Self.tab, 2...old) }
        if !rows.isEmpty { try emulator.insertRows(id, tab: Self.tab, at: 2, rows) }
    }

    // MARK: - Runs

    /// How a run goes; what time it is to the store is moved by `wait(_:)`.
    struct Settings: Sendable {
        var coolDown: Duration = .seconds(300)
        var fullReadEvery: Duration = .seconds(86_400)
        var readsAll = false
        var guards: Guards = .none
        var schema = Workbench.schemaText
        var store: LabelStore?
    }

    func definition(_ ids: [String], _ settings: Settings = Settings()) throws -> DatasetDefinition {
        DatasetDefinition(
            name: Workbench.dataset, schema: try LabelSchema.parse(settings.schema, file: "dish.yaml"),
            sheets: ids.map { id in
                SheetDefinition(
                    reference: SheetReference(spreadsheet: id, tab: Self.tab), location: "google:\(id)/\(Self.tab)",
                    annotator: nil, reader: source, fileID: id)
            }, guards: settings.guards)
    }

    var feed: ChangeFeed {
        ChangeFeed(source: source, store: store, logger: Self.silent)
    }

    func runner(_ ids: [String], _ changes: KnownChanges, _ settings: Settings = Settings()) throws -> SyncRunner {
        SyncRunner(
            definition: try definition(ids, settings), store: settings.store ?? store, actor: "tests",
            worker: "tests", logger: Self.silent,
            policy: ReadPolicy(
                readsAll: settings.readsAll, changes: changes, coolDown: settings.coolDown,
                fullReadEvery: settings.fullReadEvery))
    }

    /// Asks what changed, and syncs.
    @discardableResult
    func sync(_ ids: [String], _ settings: Settings = Settings()) async throws -> SyncReport {
        try await runner(ids, try await feed.follow(), settings).sync()
    }

    func plan(_ ids: [String]) async throws -> SyncReport {
        try await runner(ids, try await feed.look()).plan()
    }

    /// The calls that a body costs, by method, without signing in.
    func calls(_ body: () async throws -> Void) async throws -> [String: Int] {
        emulator.resetCounters()
        try await body()
        return emulator.counters.filter { $0.key != "token" && $0.value > 0 }
    }

    /// Lets time pass for the store: all that was noted is so much older.
    func wait(_ seconds: Int) async throws {
        try await execute(
            """
            UPDATE sheaf_sheets SET read_at = read_at - INTERVAL \(seconds) SECOND,
                changed_at = changed_at - INTERVAL \(seconds) SECOND
            """)
    }

    // MARK: - The store

    func record() async throws -> DatasetRecord { try await store.dataset(Workbench.dataset) }

    /// The labels of the newest version, by id: the kind of each.
    func kinds() async throws -> [Int: String] {
        let record = try await record()
        var kinds: [Int: String] = [:]
        for label in try await store.page(
            of: record, version: record.currentVersion, after: nil, limit: 1_000_000
        ).labels {
            let members = CanonicalLabel.parse(label) ?? []
            guard case .number(let id)? = members.first(where: { $0.name == "id" })?.value,
                case .string(let kind)? = members.first(where: { $0.name == "kind" })?.value
            else { continue }
            kinds[Int(id) ?? 0] = kind
        }
        return kinds
    }

    func dirty() async throws -> [String] {
        try await store.sheets(of: try await record()).filter(\.isDirty).compactMap(\.fileID).sorted()
    }

    func execute(_ sql: String) async throws {
        let connection = try await MySQLConnection.connect(configuration)
        try await connection.run { connection in _ = try connection.execute(sql) }
        await connection.close()
    }
}
