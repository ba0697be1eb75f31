internal import Foundation
package import MySQL
internal import Synchronization

/// A real database for tests.
///
/// The server is that of `SHEAF_TEST_MYSQL`, a URL such as `mysql://root@localhost/?socket=/path` (with
/// `SHEAF_TEST_MYSQL_PASSWORD`, if it needs one). Without it, one private MariaDB is started for the whole test process
/// when the first test asks for it, and stopped when the process ends, however it ends.
package enum TestDatabase {
    /// Runs the body with an empty database of its own, which is dropped after.
    ///
    /// Any number may run at the same time.
    package static func withDatabase<R>(_ body: (MySQLConfiguration) async throws -> R) async throws -> R {
        var configuration = try server.get()
        let name = uniqueName()
        try await administer(
            "CREATE DATABASE `\(name)` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", on: configuration)
        configuration.database = name
        let result: Result<R, any Error>
        do { result = .success(try await body(configuration)) } catch { result = .failure(error) }
        await drop(name)
        return try result.get()
    }

    /// Whether the server is nobody else's, so that a test may change how it behaves.
    package static var isPrivate: Bool { (ProcessInfo.processInfo.environment["SHEAF_TEST_MYSQL"] ?? "").isEmpty }

    /// The server as such, with no default database.
    package static func serverConfiguration() throws -> MySQLConfiguration { try server.get() }

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

    private static func drop(_ name: String) async {
        do {
            // Not by the test's own task, which may have been cancelled.
            let configuration = try server.get()
            try await Task { try await administer("DROP DATABASE IF EXISTS `\(name)`", on: configuration) }.value
        } catch {
            FileHandle.standardError.write(Data("test database \(name) was not dropped: \(error)\n".utf8))
        }
    }

    /// Where tests find their server; decided once.
    private static let server: Result<MySQLConfiguration, any Error> = Result {
        let environment = ProcessInfo.processInfo.environment
        if let url = environment["SHEAF_TEST_MYSQL"], !url.isEmpty {
            return try MySQLConfiguration(url: url, password: environment["SHEAF_TEST_MYSQL_PASSWORD"])
        }
        return try MySQLConfiguration(url: PrivateServer.start(), password: nil)
    }
}

/// The private MariaDB of this test process.
enum PrivateServer {
    struct ScriptFailed: Error, CustomStringConvertible {
        let description: String
    }

    private static let folder = Mutex<String?>(nil)

    private static let script = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Support/private-mariadb.sh").path()

    /// Starts it, and sees to its end.
    ///
    /// - Returns: its URL.
    static func start() throws -> String {
        let name = "sheaf-tests-\(ProcessInfo.processInfo.processIdentifier)-\(UInt32.random(in: 0...UInt32.max))"
        let path = FileManager.default.temporaryDirectory.appending(path: name).path()
        folder.withLock { $0 = path }
        atexit { PrivateServer.stop() }
        // Exit handlers do not run in a crash: the script then sees that the process is gone.
        _ = try run(["start", path, "--fast", "--watch", "\(ProcessInfo.processInfo.processIdentifier)"])
        return try run(["url", path])
    }

    private static func stop() {
        guard let path = folder.withLock({ $0 }) else { return }
        do {
            _ = try run(["remove", path])
        } catch {
            FileHandle.standardError.write(Data("the test server in \(path) was not removed: \(error)\n".utf8))
        }
    }

    private static func run(_ arguments: [String]) throws -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["bash", script] + arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw ScriptFailed(description: "private-mariadb.sh \(arguments[0]) failed; its reasons are above")
        }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
