import Foundation
import LabelStore
import MySQL
import TestSupport

/// A database, a folder with `sheaf.yaml` and sheets, and a proxy that counts what the program sends.
///
/// The state that a case begins with is prepared once, remembered in a second database, and restored from there.
final class CrashBench: Sendable {
    let folder: String
    let proxy: PacketProxy
    /// Looks at the database past the proxy.
    let store: LabelStore
    let connection: MySQLConnection
    private let database: MySQLConfiguration
    private let memory: String

    private init(
        _ folder: String, _ proxy: PacketProxy, _ store: LabelStore, _ connection: MySQLConnection,
        _ database: MySQLConfiguration, _ memory: String
    ) {
        self.folder = folder
        self.proxy = proxy
        self.store = store
        self.connection = connection
        self.database = database
        self.memory = memory
    }

    static func with<R>(_ body: (CrashBench) async throws -> R) async throws -> R {
        try await TestDatabase.withDatabase { database in
            try await TestDatabase.withDatabase { memory in
                let folder = FileManager.default.temporaryDirectory.path() + "/sheaf-crash-\(UUID().uuidString)"
                try FileManager.default.createDirectory(atPath: "\(folder)/schemas", withIntermediateDirectories: true)
                defer { try? FileManager.default.removeItem(atPath: folder) }
                let proxy = try PacketProxy(server: database.socket ?? "")
                let connection = try await MySQLConnection.connect(database)
                let bench = CrashBench(
                    folder, proxy, TestStore.open(database, connections: 1), connection, database,
                    memory.database ?? "")
                try bench.write("schemas/dish.yaml", schema)
                try bench.configure()
                let result: Result<R, any Error>
                do { result = .success(try await body(bench)) } catch { result = .failure(error) }
                await bench.store.close()
                await connection.close()
                return try result.get()
            }
        }
    }

    // MARK: - The folder

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

    /// Writes `sheaf.yaml`.
    ///
    /// - Parameters:
    ///   - sheets: the names of the files that are sheets.
    ///   - guards: those of the dataset.
    ///   - settings: further lines of the dataset.
    /// - Throws: if the file cannot be written.
    func configure(
        sheets: [String] = ["a.csv"], guards: String = "{ max_changed: none, max_deleted: none, max_rejected: none }",
        settings: String = ""
    ) throws {
        try write(
            "sheaf.yaml",
            """
            store: mysql://\(database.user)@localhost/\(database.database ?? "")?socket=\(proxy.path)
            datasets:
              dish:
                schema: schemas/dish.yaml
                sheets: [\(sheets.map { "{ csv: \($0) }" }.joined(separator: ", "))]
                guards: \(guards)
            \(settings)

            """)
    }

    func write(_ file: String, _ text: String) throws {
        let path = "\(folder)/\(file)"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        // A file that was only just changed would be looked at twice, some seconds apart.
        let seconds = text.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFFFF }
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1_700_000_000 + Double(seconds))],
            ofItemAtPath: path)
    }

    /// Writes a sheet: rows of key, name and kind.
    func sheet(_ rows: [DishRow], in file: String = "a.csv") throws {
        try write(file, "ID,名前,種類\n" + rows.map { "\($0.id),\($0.name),\($0.kind)\n" }.joined())
    }

    // MARK: - The program

    @discardableResult
    func run(_ arguments: [String], expecting codes: Set<Int32> = [0]) async throws -> SheafProgram.Outcome {
        var variables = ["SHEAF_ACTOR": "tester"]
        if let password = database.password { variables["SHEAF_STORE_PASSWORD"] = password }
        let outcome = try await SheafProgram.run(arguments, in: folder, environment: variables)
        guard codes.contains(outcome.code) else { throw UnexpectedEnd(arguments: arguments, outcome: outcome) }
        return outcome
    }

    struct UnexpectedEnd: Error, CustomStringConvertible {
        let arguments: [String]
        let outcome: SheafProgram.Outcome

        var description: String {
            "`sheaf \(arguments.joined(separator: " "))` ended with \(outcome.code): \(outcome.errors) \(outcome.output)"
        }
    }

    /// Takes a step that a person would take.
    func take(_ step: CrashStep) async throws {
        switch step {
        case .sheaf(let arguments, let codes): try await run(arguments, expecting: codes)
        case .untilJobsEnd: try await relayUntilJobsEnd()
        }
    }

    /// Relays until each job has come to its end, as a service does; pauses between attempts are skipped.
    private func relayUntilJobsEnd() async throws {
        struct NeverEnds: Error {}
        for _ in 0..<10 {
            try await change("UPDATE sheaf_jobs SET not_before = '2000-01-01' WHERE state = 'waiting'")
            try await run(["relay", "--wait"], expecting: [0, 9])
            await proxy.untilNobodyIsConnected()
            let open = try await store.jobs(states: [.waiting, .starting, .running])
            if open.isEmpty { return }
        }
        throw NeverEnds()
    }

    /// Waits until the server has rolled back whatever the processes left that are gone.
    ///
    /// - Parameter sender: whose end it is about; what a command launches may not even have begun when it ends.
    /// - Throws: `MySQLError`.
    func settle(after sender: PacketSender = .first) async throws {
        if case .others = sender {
            while proxy.report.sprung == nil,
                try await !store.jobs(states: [.waiting, .starting, .running]).isEmpty
            {
                try await Task.sleep(for: .milliseconds(5))
            }
        }
        await proxy.untilNobodyIsConnected()
        let numbers = proxy.report.connections
        if numbers.isEmpty { return }
        let list = numbers.map(String.init).joined(separator: ",")
        let question = "SELECT 1 FROM information_schema.processlist WHERE id IN (\(list)) LIMIT 1"
        while try await connection.run({ try !$0.rows(question).isEmpty }) {
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    /// Nobody has to wait until the lease of a process runs out that is gone.
    func expireLeases() async throws {
        try await change("UPDATE sheaf_leases SET expires_at = '2000-01-01'")
    }

    /// Changes rows of a table, if there is one.
    private func change(_ sql: String) async throws {
        do {
            try await connection.run { _ = try $0.execute(sql) }
        } catch let error as MySQLError where error.number == 1146 {
        }
    }

    // MARK: - Memory

    /// Remembers the state of the database.
    func remember() async throws {
        let memory = memory
        try await connection.run { connection in
            for table in try Self.tables(connection) {
                _ = try connection.execute("CREATE TABLE `\(memory)`.\(table) LIKE \(table)")
                _ = try connection.execute("INSERT INTO `\(memory)`.\(table) SELECT * FROM \(table)")
            }
            _ = try connection.execute("CREATE TABLE `\(memory)`.\(Self.viewMemory) (statement MEDIUMTEXT)")
            for view in try Self.views(connection) {
                let statement = try connection.rows("SHOW CREATE VIEW `\(view)`").first?.text(1) ?? ""
                _ = try connection.execute("INSERT INTO `\(memory)`.\(Self.viewMemory) VALUES (?)", [.text(statement)])
            }
        }
    }

    /// Makes the database what it was when it was remembered.
    ///
    /// - Parameter withTables: whether its tables may have changed, and not only their rows.
    /// - Throws: `MySQLError`; if what jobs have left cannot be deleted.
    func restore(withTables: Bool) async throws {
        let memory = memory
        try await connection.run { connection in
            _ = try connection.execute("SET SESSION foreign_key_checks = 0")
            let known = try connection.rows(
                """
                SELECT table_name AS name FROM information_schema.tables WHERE table_schema = ? AND table_name <> ?
                """, [.text(memory), .text(Self.viewMemory)]
            ).map { try $0.text("name") }
            for view in try Self.views(connection) { _ = try connection.execute("DROP VIEW `\(view)`") }
            if withTables {
                for table in try Self.tables(connection) { _ = try connection.execute("DROP TABLE \(table)") }
                for table in known { _ = try connection.execute("CREATE TABLE \(table) LIKE `\(memory)`.\(table)") }
            }
            for table in known {
                if !withTables { _ = try connection.execute("DELETE FROM \(table)") }
                _ = try connection.execute("INSERT INTO \(table) SELECT * FROM `\(memory)`.\(table)")
            }
            for row in try connection.rows("SELECT statement FROM `\(memory)`.\(Self.viewMemory)") {
                _ = try connection.execute(try row.text("statement"))
            }
        }
        // What trainers of the case before have left.
        let jobs = "\(folder)/.sheaf"
        if FileManager.default.fileExists(atPath: jobs) { try FileManager.default.removeItem(atPath: jobs) }
    }

    /// Where the statements of views are remembered.
    private static let viewMemory = "remembered_views"

    static func tables(_ connection: isolated MySQLConnection) throws -> [String] {
        try names("BASE TABLE", connection)
    }

    static func views(_ connection: isolated MySQLConnection) throws -> [String] { try names("VIEW", connection) }

    private static func names(_ type: String, _ connection: isolated MySQLConnection) throws -> [String] {
        try connection.rows(
            """
            SELECT table_name AS name FROM information_schema.tables
            WHERE table_schema = DATABASE() AND table_type = ? ORDER BY table_name
            """, [.text(type)]
        ).map { try $0.text("name") }
    }
}

/// A row of a sheet.
struct DishRow: Sendable {
    var id: String
    var name: String
    var kind: String

    init(_ id: Int, _ kind: Int = 0) {
        self.id = "\(id)"
        name = "料理\(id)"
        self.kind = ["主食", "主菜", "副菜"][(id + kind) % 3]
    }

    func with(id: String? = nil, kind: String? = nil) -> DishRow {
        var row = self
        row.id = id ?? row.id
        row.kind = kind ?? row.kind
        return row
    }
}
