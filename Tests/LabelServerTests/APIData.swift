import Foundation
import LabelDiff
import LabelSchema
import LabelStore
import Logging
import MySQL
import SheetSource
import Sync
import TestSupport

@testable import LabelServer

/// Datasets of CSV files in a folder, synced into a store: what a server has to serve.
struct APIData: Sendable {
    let store: LabelStore
    let configuration: MySQLConfiguration
    let folder: String

    static let schema = """
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
        """

    /// Runs the body with a store and a server before it.
    static func serve<R>(
        _ settings: APIServer.Settings = .init(port: 0), connections: Int = 4,
        _ body: (APIScene, APIData) async throws -> R
    ) async throws -> R {
        try await TestStore.withStore(connections: connections) { store, configuration in
            let folder = FileManager.default.temporaryDirectory.path() + "/sheaf-api-\(UUID().uuidString)"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let data = APIData(store: store, configuration: configuration, folder: folder)
            return try await APIScene.with(settings, store: store) { scene in try await body(scene, data) }
        }
    }

    /// Makes a version of these rows: id, name, kind.
    @discardableResult
    func sync(
        _ rows: [[String]], dataset: String = "dish", schema: String = schema, guards: Guards? = nil
    ) async throws -> SyncReport {
        let header = ["ID", "名前", "種類"]
        func quoted(_ text: String) -> String { "\"\(text.replacing("\"", with: "\"\""))\"" }
        let text = ([header] + rows).map { $0.map(quoted).joined(separator: ",") }.joined(separator: "\n") + "\n"
        try text.write(toFile: "\(folder)/\(dataset).csv", atomically: true, encoding: .utf8)
        let runner = SyncRunner(
            definition: DatasetDefinition(
                name: dataset, schema: try LabelSchema.parse(schema, file: "\(dataset).yaml"),
                sheets: [
                    SheetDefinition(
                        reference: SheetReference(spreadsheet: "\(dataset).csv"), location: "csv:\(dataset).csv",
                        annotator: nil, reader: CSVFolderSource(folder: folder))
                ], guards: guards ?? Guards(maxChanged: nil, maxDeleted: nil, maxRejected: nil)),
            store: store, actor: "aki", worker: "tests",
            logger: Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() })
        return try await runner.sync()
    }

    /// So many rows.
    static func rows(_ count: Int, kind: String = "主食", longer: Int = 0) -> [[String]] {
        let more = String(repeating: "あ", count: longer)
        return (1...count).map { ["\($0)", "名\($0)\(more)", kind] }
    }

    /// The labels of a version as NDJSON, as the store has them.
    func lines(_ version: Int, dataset: String = "dish") async throws -> [String] {
        let record = try await store.dataset(dataset)
        var lines: [String] = []
        try await store.forEachPage(of: record, version: version, limit: 1_000) { page in
            lines += page.labels.map { String(decoding: $0, as: UTF8.self) }
        }
        return lines
    }

    /// Takes the whole text of a label away.
    func redact(_ id: Int) async throws {
        let dataset = try await store.dataset("dish")
        let hash = LabelSchema.keyHash(Array("[\(id)]".utf8))
        let plan = try await Redactor(dataset: dataset, store: store)
            .plan(hash, fields: nil, includesFormerKeys: true)
        try await store.withLease(SyncRunner.leaseName(dataset: "dish"), owner: "tests") { lease in
            try await store.redact(
                plan.rows, keys: plan.keys,
                RedactionWish(
                    fields: nil, erasesAnnotator: true, actor: "aki", why: nil, subject: "key hash \(hash)"),
                in: dataset, lease: lease)
        }
    }

    func execute(_ sql: String) async throws {
        let connection = try await MySQLConnection.connect(configuration)
        try await connection.run { connection in _ = try connection.execute(sql) }
        await connection.close()
    }

    /// Transactions that stand open on the server in this database, and statements that run.
    func openTransactions() async throws -> [String] {
        let connection = try await MySQLConnection.connect(configuration)
        let open = try await connection.rows(
            """
            SELECT CONCAT_WS(' ', p.command, p.state, LEFT(p.info, 60), t.trx_started) AS what
            FROM information_schema.processlist p
            LEFT JOIN information_schema.innodb_trx t
                ON t.trx_mysql_thread_id = p.id
            WHERE p.db = DATABASE() AND p.id <> CONNECTION_ID() AND (t.trx_id IS NOT NULL OR p.command <> 'Sleep')
            """
        ).map { try $0.text("what") }
        await connection.close()
        return open
    }
}
