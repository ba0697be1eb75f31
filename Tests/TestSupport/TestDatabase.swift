internal import Foundation
package import MySQL
internal import Synchronization

/// A real database for tests.
///
/// The server is that of `SHEAF_TEST_MYSQL`, a URL such as `mysql://root@localhost/?socket=/path` (with
/// `SHEAF_TEST_MYSQL_PASSWORD`, if it needs one). Without it, one private MariaDB is started for the whole test process
/// when the first test asks for it, and stopped when the process ends, however it ends. With `SHEAF_TEST_CLUSTER`, the nodes
/// of that cluster are taken in turn.
package enum TestDatabase {
    /// Runs the body with an empty database of its own, which is dropped after.
    ///
    /// Any number may run at the same time.
    ///
    /// - Parameters:
    ///   - other: a server of the test's own; `nil` takes that of all tests.
    ///   - body: is given the database.
    /// - Returns: what the body returns.
    /// - Throws: what the body throws; `MySQLError` if there can be no database.
    package static func withDatabase<R>(
        on other: MySQLConfiguration? = nil, _ body: (MySQLConfiguration) async throws -> R
    ) async throws -> R {
        let server = try other ?? TestCluster.current?.nextNode() ?? server.get()
        var configuration = server
        let name = uniqueName()
        try await administer(
            "CREATE DATABASE `\(name)` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", on: configuration)
        // To connect to a database that another node has not made yet is refused at once.
        for node in try TestCluster.current?.nodes ?? [] {
            try await administer("SELECT COUNT(*) FROM information_schema.schemata", on: node)
        }
        configuration.database = name
        let result: Result<R, any Error>
        do { result = .success(try await body(configuration)) } catch { result = .failure(error) }
        await drop(name, on: server)
        return try result.get()
    }

    /// Whether the server is nobody else's, so that a test may change how it behaves.
    package static var isPrivate: Bool {
        TestCluster.current == nil && (ProcessInfo.processInfo.environment["SHEAF_TEST_MYSQL"] ?? "").isEmpty
    }

    /// Whether the server is reached by a Unix socket, in front of which a test may stand.
    package static var hasSocket: Bool { (try? server.get().socket) != nil }

    /// The server as such, with no default database.
    package static func serverConfiguration() throws -> MySQLConfiguration { try server.get() }

    /// A private server that offers TLS, and the file of the authority that its certificate is by.
    ///
    /// Always a server of its own, started when a test first asks for it. Its certificate is for `localhost`.
    package static func serverWithTLS() throws -> (configuration: MySQLConfiguration, authorityFile: String) {
        try tlsServer.get()
    }

    private static let tlsServer = Result {
        let (url, folder) = try PrivateServer.start("--tls")
        return (
            configuration: try MySQLConfiguration(url: url, password: nil), authorityFile: "\(folder)/tls/authority.pem"
        )
    }

    private static let counter = Atomic<Int>(0)

    private static func uniqueName() -> String {
        let number = counter.wrappingAdd(1, ordering: .relaxed).newValue
        return "sheaf_test_\(ProcessInfo.processInfo.processIdentifier)_\(number)_\(UInt32.random(in: 0...UInt32.max))"
    }

    private static func administer(_ sql: String, on configuration: MySQLConfiguration) async throws {
        let connection = try await MySQLConnection.connect(configuration)
        // A test that leaves a transaction open would make DROP DATABASE wait for a day.
        try await connection.execute("SET SESSION lock_wait_timeout = 10")
        try await connection.execute(sql)
        await connection.close()
    }

    private static func drop(_ name: String, on configuration: MySQLConfiguration) async {
        do {
            // Not by the test's own task, which may have been cancelled.
            try await Task { try await administer("DROP DATABASE IF EXISTS `\(name)`", on: configuration) }.value
        } catch {
            FileHandle.standardError.write(Data("test database \(name) was not dropped: \(error)\n".utf8))
        }
    }

    /// Where tests find their server; decided once.
    private static let server: Result<MySQLConfiguration, any Error> = Result {
        if let cluster = TestCluster.current { return try cluster.nextNode() }
        let environment = ProcessInfo.processInfo.environment
        if let url = environment["SHEAF_TEST_MYSQL"], !url.isEmpty {
            return try MySQLConfiguration(url: url, password: environment["SHEAF_TEST_MYSQL_PASSWORD"])
        }
        return try MySQLConfiguration(url: PrivateServer.start().url, password: nil)
    }
}

/// The private MariaDBs of this test process.
enum PrivateServer {
    private static let folders = Mutex<[String]>([])
    private static let removesAtExit: Void = { atexit { PrivateServer.removeAll() } }()

    /// Starts one, and sees to its end.
    ///
    /// - Parameter options: options of the script.
    /// - Returns: its URL and its folder.
    /// - Throws: `SupportScript.Failed`.
    static func start(_ options: String...) throws -> (url: String, folder: String) {
        try start(list: options)
    }

    /// The same with a list of options.
    static func start(list options: [String]) throws -> (url: String, folder: String) {
        let process = ProcessInfo.processInfo.processIdentifier
        let name = "sheaf-tests-\(process)-\(UInt32.random(in: 0...UInt32.max))"
        let folder = FileManager.default.temporaryDirectory.appending(path: name).path(percentEncoded: false)
        folders.withLock { $0.append(folder) }
        removesAtExit
        // Exit handlers do not run in a crash: the script then sees that the process is gone.
        try run(["start", folder, "--fast", "--watch", "\(process)"] + options)
        return (try run(["url", folder]), folder)
    }

    private static func removeAll() {
        for folder in folders.withLock({ $0 }) {
            do {
                try run(["remove", folder])
            } catch {
                FileHandle.standardError.write(Data("the test server in \(folder) was not removed: \(error)\n".utf8))
            }
        }
    }

    /// Runs the script, and gives what it prints.
    @discardableResult
    static func run(_ arguments: [String]) throws -> String {
        try SupportScript.run("private-mariadb.sh", arguments)
    }
}

/// A script of `Tests/Support`.
enum SupportScript {
    struct Failed: Error, CustomStringConvertible {
        let description: String
    }

    static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Support")

    /// Runs one, and gives what it prints.
    static func run(_ name: String, _ arguments: [String]) throws -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["bash", folder.appending(path: name).path(percentEncoded: false)] + arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failed(description: "\(name) \(arguments.first ?? "") failed; its reasons are above")
        }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
