import Foundation
import MySQL
import SheetsEmulator
import Synchronization
import TestSupport

/// A whole small world: a database, sheets behind the emulator's HTTP API, a folder with `sheaf.yaml`, and the program
/// itself, run as a person runs it.
final class Scene: Sendable {
    static let account = "sheaf@test.example"

    let emulator: SheetsEmulator
    let database: MySQLConfiguration
    let folder: String
    private let hook: RequestHook

    private init(
        _ emulator: SheetsEmulator, _ database: MySQLConfiguration, _ folder: String, _ hook: RequestHook
    ) {
        self.emulator = emulator
        self.database = database
        self.folder = folder
        self.hook = hook
    }

    /// Runs a body in a world of its own, with one spreadsheet `s1` (tab 料理) and the tables made.
    static func with<R>(
        rows: [[String]] = Scene.rows, migrated: Bool = true, server: MySQLConfiguration? = nil,
        _ body: (Scene) async throws -> R
    ) async throws -> R {
        try await TestDatabase.withDatabase(on: server) { database in
            let folder = FileManager.default.temporaryDirectory.path() + "/sheaf-scene-\(UUID().uuidString)"
            try FileManager.default.createDirectory(atPath: "\(folder)/schemas", withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let hook = RequestHook()
            var configuration = EmulatorConfiguration()
            configuration.onRequest = { hook.call($0) }
            let emulator = SheetsEmulator(configuration: configuration)
            try await emulator.start()
            let scene = Scene(emulator, database, folder, hook)
            _ = try emulator.makeServiceAccountKey(file: "\(folder)/key.json", email: account)
            emulator.addSpreadsheet(
                id: "s1", title: "献立", sharedWith: [account], tabs: [("料理", [header] + rows)])
            try scene.write("schemas/dish.yaml", schema)
            try scene.configure()
            let result: Result<R, any Error>
            do {
                if migrated { try await scene.run("migrate") }
                result = .success(try await body(scene))
            } catch {
                result = .failure(error)
            }
            await emulator.stop()
            return try result.get()
        }
    }

    static let header = ["ID", "名前", "種類", "担当者"]
    static let rows = (1...40).map { ["\($0)", "料理\($0)", ["主食", "主菜", "副菜"][$0 % 3], "佐藤"] }

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
          - { name: annotator, type: string, title: 担当者, sheaf: { role: annotator } }

        """

    // MARK: - The folder

    func write(_ file: String, _ text: String) throws {
        try text.write(toFile: "\(folder)/\(file)", atomically: true, encoding: .utf8)
    }

    func read(_ file: String) throws -> String {
        try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
    }

    /// Writes `sheaf.yaml`; what is given takes the place of what works.
    func configure(
        store: String? = nil, credentials: String = "key.json", spreadsheet: String = "s1", tab: String = "料理",
        training: String = "", extraSheets: String = "", google: String = ""
    ) throws {
        try write(
            "sheaf.yaml",
            """
            store: \(store ?? storeURL)
            google: { credentials: \(credentials), endpoint: "\(emulator.endpoint)"\(google) }
            language: en
            datasets:
              dish:
                schema: schemas/dish.yaml
                sheets:
                  - { spreadsheet: \(spreadsheet), tab: \(tab) }
            \(extraSheets)
            \(training)

            """)
    }

    /// Lines for `configure(training:)`: a trainer that is a shell script.
    static func training(_ script: String, timeout: String = "60s") -> String {
        let quoted = script.replacing("'", with: "''")
        return """
                training:
                  launcher:
                    run: [/bin/sh, -c, '\(quoted)']
                    timeout: \(timeout)
            """
    }

    var storeURL: String { storeURL(database) }

    /// The store of the scene, reached in another way.
    func storeURL(_ database: MySQLConfiguration) -> String {
        let place = database.socket.map { "localhost/\(database.database ?? "")?socket=\($0)" }
        return "mysql://\(database.user)@"
            + (place
                ?? "\(database.host):\(database.port)/\(database.database ?? "")?ssl-mode=\(database.tlsMode.rawValue)")
    }

    // MARK: - The program

    struct Outcome: Sendable {
        var code: Int32
        var output: String
        var errors: String
    }

    /// The program beside the tests.
    static let program = SheafProgram.path

    /// Runs `sheaf` in the scene's folder and collects what it says.
    ///
    /// - Parameters:
    ///   - arguments: those of the command line.
    ///   - environment: variables beside those that every command of the scene gets.
    ///   - shell: a script for `/bin/sh`, with the program as `$0` and the arguments as `$1` and on; `nil` runs the
    ///     program itself.
    ///   - meanwhile: is given the process id, and runs beside it.
    /// - Returns: its exit code, or the negative number of the signal that ended it, and what it printed.
    /// - Throws: if the program cannot be started, or prints more than 64 MiB.
    @discardableResult
    func run(
        _ arguments: String..., environment: [String: String] = [:], through shell: String? = nil,
        meanwhile: @escaping @Sendable (pid_t) async -> Void = { _ in }
    ) async throws -> Outcome {
        try await run(list: arguments, environment: environment, through: shell, meanwhile: meanwhile)
    }

    /// The same with a list of arguments.
    func run(
        list arguments: [String], environment: [String: String] = [:], through shell: String? = nil,
        meanwhile: @escaping @Sendable (pid_t) async -> Void = { _ in }
    ) async throws -> Outcome {
        var variables = environment
        if let password = database.password { variables["SHEAF_STORE_PASSWORD"] = password }
        variables["SHEAF_ACTOR"] = "tester"
        let outcome = try await SheafProgram.run(
            arguments, in: folder, environment: variables, through: shell, meanwhile: meanwhile)
        return Outcome(code: outcome.code, output: outcome.output, errors: outcome.errors)
    }

    /// Waits until the emulator is asked for something, and then lets a body run before the answer is given.
    func onNextRequest(_ method: String, _ body: @escaping @Sendable () -> Void) {
        hook.set(method, body)
    }

    func labels(_ version: String = "dish") async throws -> [String] {
        try await run("export", version).output.split(separator: "\n").map(String.init)
    }
}

/// A body that is run once, when a request comes.
final class RequestHook: Sendable {
    private let waiting = Mutex<(method: String, body: @Sendable () -> Void)?>(nil)

    func set(_ method: String, _ body: @escaping @Sendable () -> Void) {
        waiting.withLock { $0 = (method, body) }
    }

    func call(_ method: String) {
        let body = waiting.withLock { waiting -> (@Sendable () -> Void)? in
            guard let found = waiting, method.contains(found.method) else { return nil }
            waiting = nil
            return found.body
        }
        body?()
    }
}
