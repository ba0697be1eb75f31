import Digest
import Foundation
import LabelDiff
import LabelSchema
import LabelStore
import Logging
import MySQL
import SheetSource
import Synchronization
import TestSupport

@testable import Sync

/// A dataset whose sheets are CSV files in a folder of its own, synced into a real store.
struct Workbench: Sendable {
    static let dataset = "dish"

    let store: LabelStore
    let configuration: MySQLConfiguration
    let folder: String
    /// Called before each read, with the file's name and how often the run has asked for it: a sheet that has not changed
    /// is asked for once to find that out, and again for each of the two passes that prove a delete.
    let beforeRead = Shared<(@Sendable (String, Int) throws -> Void)?>(nil)

    static let schemaText = """
        name: dish
        primaryKey: [id]
        fields:
          - { name: id, type: integer, title: ID, sheaf: { role: key } }
          - { name: name, type: string, title: 名前, sheaf: { role: context } }
          - name: kind
            type: string
            title: 種類
            constraints: { required: true, enum: [主食, 主菜, 副菜] }
            sheaf: { role: label }
          - { name: annotator, type: string, title: 担当者, sheaf: { role: annotator } }
        """

    static func with<R>(_ body: (Workbench) async throws -> R) async throws -> R {
        try await TestStore.withStore { store, configuration in
            let folder = FileManager.default.temporaryDirectory.path() + "/sheaf-sync-\(UUID().uuidString)"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            return try await body(Workbench(store: store, configuration: configuration, folder: folder))
        }
    }

    // MARK: - Sheets

    /// One row of a sheet: key, name, kind, annotator; a shorter list leaves the rest blank.
    typealias Row = [String]

    func write(_ sheet: String, _ rows: [Row], header: Row = ["ID", "名前", "種類", "担当者"]) throws {
        let text = ([header] + rows).map { $0.joined(separator: ",") }.joined(separator: "\n") + "\n"
        try text.write(toFile: "\(folder)/\(sheet)", atomically: true, encoding: .utf8)
    }

    func remove(_ sheet: String) throws {
        try FileManager.default.removeItem(atPath: "\(folder)/\(sheet)")
    }

    // MARK: - Runs

    func runner(
        _ sheets: [String], schema: String = schemaText, guards: Guards = .none, store other: LabelStore? = nil,
        mode: SyncRunner.Mode = .sync, dataset: String = dataset, progress: @escaping SyncProgress = { _ in }
    ) throws -> SyncRunner {
        let reader = HookedReader(source: CSVFolderSource(folder: folder), hook: beforeRead)
        return SyncRunner(
            definition: DatasetDefinition(
                name: dataset, schema: try LabelSchema.parse(schema, file: "dish.yaml"),
                sheets: sheets.map { sheet in
                    SheetDefinition(
                        reference: SheetReference(spreadsheet: sheet), location: "csv:\(sheet)", annotator: nil,
                        reader: reader)
                }, guards: guards),
            store: other ?? store, actor: "tests", worker: "tests",
            logger: Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }, mode: mode, progress: progress)
    }

    @discardableResult
    func sync(
        _ sheets: [String], schema: String = schemaText, guards: Guards = .none, dataset: String = dataset
    ) async throws -> SyncReport {
        try await runner(sheets, schema: schema, guards: guards, dataset: dataset).sync()
    }

    // MARK: - The store

    func record() async throws -> DatasetRecord { try await store.dataset(Self.dataset) }

    /// The labels of a version (the newest), by id: the kind of each.
    func kinds(version: Int? = nil) async throws -> [Int: String] {
        var kinds: [Int: String] = [:]
        for label in try await labels(version: version) {
            let members = CanonicalLabel.parse(label) ?? []
            guard case .number(let id)? = members.first(where: { $0.name == "id" })?.value,
                case .string(let kind)? = members.first(where: { $0.name == "kind" })?.value
            else { continue }
            kinds[Int(id) ?? 0] = kind
        }
        return kinds
    }

    func labels(version: Int? = nil) async throws -> [[UInt8]] {
        let record = try await record()
        return try await store.page(
            of: record, version: version ?? record.currentVersion, after: nil, limit: 1_000_000
        ).labels
    }

    /// Every row of every table of Sheaf's, for showing that nothing was written.
    func everything() async throws -> [String: Int] {
        let pool = MySQLPool(configuration: configuration)
        let sums = try await pool.withConnection { connection in
            var sums: [String: Int] = [:]
            for row in try connection.rows("SHOW TABLES LIKE 'sheaf\\_%'") {
                let table = try row.text(0)
                let checksum = try connection.rows("CHECKSUM TABLE `\(table)` EXTENDED").first
                sums[table] = Int(try checksum?.optionalInt(1) ?? 0)
            }
            return sums
        }
        await pool.close()
        return sums
    }

    func execute(_ sql: String) async throws {
        let connection = try await MySQLConnection.connect(configuration)
        try await connection.run { connection in _ = try connection.execute(sql) }
        await connection.close()
    }

    func runStates() async throws -> [RunState] {
        try await store.runs(of: try await record(), limit: 100).map(\.state)
    }
}

extension Guards {
    static let none = Guards(maxChanged: nil, maxDeleted: nil, maxRejected: nil)
}

/// A value behind a lock, shared by copies of the struct that holds it.
final class Shared<Value: Sendable>: Sendable {
    private let mutex: Mutex<Value>

    init(_ value: Value) {
        mutex = Mutex(value)
    }

    var value: Value {
        get { mutex.withLock { $0 } }
        set { mutex.withLock { $0 = newValue } }
    }
}

/// Files as they are, with a chance to change them between two reads, as people do.
struct HookedReader: SheetReader {
    let source: CSVFolderSource
    let hook: Shared<(@Sendable (String, Int) throws -> Void)?>
    private let reads = Shared<[String: Int]>([:])

    init(source: CSVFolderSource, hook: Shared<(@Sendable (String, Int) throws -> Void)?>) {
        self.source = source
        self.hook = hook
    }

    func read(_ request: SheetRequest) async throws(SheetError) -> SheetReading {
        let sheet = request.sheet
        let number = (reads.value[sheet.spreadsheet] ?? 0) + 1
        reads.value[sheet.spreadsheet] = number
        do {
            try hook.value?(sheet.spreadsheet, number)
        } catch {
            throw SheetError(.unavailable, sheet: sheet, "the test says so")
        }
        return try await source.read(request)
    }
}
