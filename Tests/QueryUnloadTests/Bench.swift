import Compression
import Foundation
import MySQL
import TestSupport
import Testing

@testable import QueryUnload

/// A database with a user who may only read it, and a folder for results.
struct Bench: Sendable {
    let root: MySQLConfiguration
    let reader: MySQLConfiguration
    let folder: URL

    var database: String { root.database ?? "" }

    static func with<R>(_ body: (Bench) async throws -> R) async throws -> R {
        try await TestDatabase.withDatabase { root in
            let user = "reader_\(UInt32.random(in: 0...UInt32.max))"
            var reader = root
            reader.user = user
            reader.password = "read-only"
            let folder = FileManager.default.temporaryDirectory.appending(path: "sheaf-unload-\(user)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let bench = Bench(root: root, reader: reader, folder: folder)
            try await bench.asRoot(
                "CREATE USER '\(user)'@'%' IDENTIFIED BY 'read-only'",
                "CREATE USER '\(user)'@'localhost' IDENTIFIED BY 'read-only'",
                "GRANT SELECT ON `\(bench.database)`.* TO '\(user)'@'%'",
                "GRANT SELECT ON `\(bench.database)`.* TO '\(user)'@'localhost'")
            let result: Result<R, any Error>
            do { result = .success(try await body(bench)) } catch { result = .failure(error) }
            try await bench.asRoot("DROP USER '\(user)'@'%'", "DROP USER '\(user)'@'localhost'")
            try? FileManager.default.removeItem(at: folder)
            return try result.get()
        }
    }

    func asRoot(_ statements: String...) async throws {
        let connection = try await MySQLConnection.connect(root)
        for statement in statements { try await connection.run { try $0.execute(statement) } }
        await connection.close()
    }

    func rows(_ sql: String) async throws -> [[MySQLValue]] {
        let connection = try await MySQLConnection.connect(root)
        let rows = try await connection.run { try $0.rows(sql).map(\.values) }
        await connection.close()
        return rows
    }

    func unloader(
        asRoot: Bool = false, limits: UnloadLimits = UnloadLimits(), readsBooleans: Bool = false
    ) -> Unloader {
        Unloader(
            database: asRoot ? root : reader, check: SelectCheck(), limits: limits, readsBooleans: readsBooleans,
            mayWrite: asRoot)
    }

    var destination: FolderDestination { FolderDestination(folder: path("result")) }

    func path(_ name: String) -> String { folder.appending(path: name).path(percentEncoded: false) }

    /// What a query's files hold, one after the other.
    func text(of result: UnloadResult) throws -> String {
        var decoded: [UInt8] = []
        for part in result.parts {
            let bytes = [UInt8](try Data(contentsOf: URL(filePath: path("result/\(part.name)"))))
            let decoder = GzipDecoder()
            try bytes.withUnsafeBytes { try decoder?.decode($0, into: &decoded) }
        }
        return String(decoding: decoded, as: UTF8.self)
    }

    /// Runs a query and gives what its files hold.
    func unload(
        _ sql: String, format: UnloadFormat = .queuery, castsDates: Bool = false, readsBooleans: Bool = false
    ) async throws -> String {
        let result = try await unloader(readsBooleans: readsBooleans)
            .run(sql, format: format, castsDates: castsDates, into: destination)
        defer { try? FileManager.default.removeItem(atPath: path("result")) }
        return try text(of: result)
    }
}

/// Expects a problem of a kind, whose words hold a text.
func expectProblem(
    _ code: UnloadProblem.Code, naming text: String = "", _ comment: String = "", _ body: () async throws -> Void
) async {
    do {
        try await body()
        Issue.record("no error: \(comment)")
    } catch let problem as UnloadProblem {
        #expect(problem.code == code && (text.isEmpty || problem.description.contains(text)), "\(comment): \(problem)")
    } catch {
        Issue.record("\(comment): \(error)")
    }
}
