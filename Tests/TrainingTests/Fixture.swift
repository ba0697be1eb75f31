import Digest
import Foundation
import LabelStore
import Logging
import MySQL
import TestSupport

@testable import Training

/// A migrated store with one dataset, a folder for jobs, and what is needed to relay.
struct Fixture {
    let store: LabelStore
    let pool: MySQLPool
    let folder: String
    let logger = Logger(label: "training-tests") { _ in SwiftLogNoOpLogHandler() }

    static let dataset = "recipe_category"

    static func with<R>(_ body: (Fixture) async throws -> R) async throws -> R {
        try await TestDatabase.withDatabase { configuration in
            let pool = MySQLPool(configuration: configuration)
            let logger = Logger(label: "training-tests") { _ in SwiftLogNoOpLogHandler() }
            let store = LabelStore(pool: pool, logger: logger)
            _ = try await store.migrate(owner: "tests") { _, _, _ in }
            _ = try await store.ensureDataset(dataset)
            let folder = FileManager.default.temporaryDirectory.path() + "/sheaf-training-\(UUID().uuidString)"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let fixture = Fixture(store: store, pool: pool, folder: folder)
            let result: Result<R, any Error>
            do { result = .success(try await body(fixture)) } catch { result = .failure(error) }
            await store.close()
            try FileManager.default.removeItem(atPath: folder)
            return try result.get()
        }
    }

    /// Publishes a version as `LabelStore.publish` leaves it, with its event, and without its labels.
    func publish(_ version: Int, changes: Int, announced: Bool = true) async throws {
        let dataset = try await store.dataset(Self.dataset)
        try await pool.withTransaction { connection in
            let id = MySQLValue.uint(UInt64(dataset.id))
            let schema = try connection.execute(
                """
                INSERT INTO sheaf_schemas (dataset_id, schema_hash, document, created_at)
                VALUES (?, ?, '{}', UTC_TIMESTAMP(6)) ON DUPLICATE KEY UPDATE schema_id = LAST_INSERT_ID(schema_id)
                """, [id, .bytes([UInt8](repeating: 1, count: 32))]
            ).lastInsertID
            try connection.execute(
                """
                INSERT INTO sheaf_versions (dataset_id, version, state, parent, schema_id, run_id, root_hash,
                    version_hash, label_count, inserted, updated, deleted, actor, created_at, published_at)
                VALUES (?, ?, 'published', ?, ?, 1, ?, ?, 100, ?, 0, 0, 'tests', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))
                """,
                [
                    id, .int(Int64(version)), .int(Int64(version - 1)), .uint(schema),
                    .bytes([UInt8](repeating: 2, count: 32)), .bytes([UInt8](repeating: UInt8(version), count: 32)),
                    .int(Int64(changes)),
                ])
            try connection.execute(
                "UPDATE sheaf_datasets SET current_version = ? WHERE dataset_id = ?", [.int(Int64(version)), id])
            guard announced else { return }
            try connection.execute(
                """
                INSERT INTO sheaf_events (dataset_id, kind, version, payload, created_at)
                VALUES (?, 'version_published', ?, '{}', UTC_TIMESTAMP(6))
                """, [id, .int(Int64(version))])
        }
    }

    /// A trainer that is a piece of shell, told to end after ten seconds at most.
    func training(
        _ script: String = "true", policy: TrainingPolicy = TrainingPolicy(), timeout: Duration = .seconds(10),
        grace: Duration = .seconds(5), attempts: Int = 1, outputLimit: Int = 10_000
    ) -> TrainingConfiguration {
        TrainingConfiguration(
            policy: policy,
            command: CommandConfiguration(
                run: ["sh", "-c", script], workingFolder: folder, environment: ["GREETING": "hello world"],
                timeout: timeout, grace: grace, maximumAttempts: attempts, outputLimit: outputLimit))
    }

    /// A relay as one worker has it.
    func relay(
        _ configuration: TrainingConfiguration, launcher: (any Launcher)? = nil, later: Duration = .zero
    ) -> Relay {
        let store = store
        return Relay(
            store: store, configurations: [Self.dataset: configuration],
            launcher: launcher ?? InactiveLauncher(stateFolder: folder + "/state"),
            environment: RelayEnvironment(
                configurationPath: "/etc/sheaf.yaml", programPath: "/usr/bin/sheaf", worker: "tests"),
            logger: logger, clock: { try await store.now() + later })
    }

    /// Publishes a version, launches its job with a launcher that starts nothing, and supervises it in this process.
    func runJob(_ configuration: TrainingConfiguration, version: Int = 1) async throws -> JobRecord {
        try await publish(version, changes: 60)
        let report = try await relay(configuration).relayDue()
        guard let job = report.launched.first else { throw Missing("launched job: \(report)") }
        _ = try await supervise(job)
        return try await store.job(job)
    }

    func supervise(_ job: UInt64, poll: Duration = .milliseconds(20)) async throws -> Int32 {
        try await Supervisor.run(
            folder: try await jobFolder(job).path, store: store, logger: logger, poll: poll, inherited: nil)
    }

    /// The folder of a job's newest attempt.
    func jobFolder(_ job: UInt64) async throws -> JobFolder {
        guard let path = try await store.attempts(of: job).last?.folder else { throw Missing("attempt of job \(job)") }
        return JobFolder(path: path)
    }

    func output(_ job: UInt64) async throws -> String {
        String(decoding: try PrivateFile.read(try await jobFolder(job).outputLog) ?? [], as: UTF8.self)
    }
}

struct Missing: Error, CustomStringConvertible {
    let description: String
    init(_ what: String) { description = "there is no \(what)" }
}

/// Prepares attempts as the command launcher does, and starts nothing: the test does that itself.
struct InactiveLauncher: Launcher {
    let kind = "command"
    let stateFolder: String

    func prepare(_ job: JobFile) async throws -> PreparedAttempt? {
        try await CommandLauncher(stateFolder: stateFolder, supervisor: []).prepare(job)
    }

    func launch(_ attempt: PreparedAttempt) async throws {}
}

/// Waits until something is there; for what another process does, which sends no signal.
func eventually<T>(_ what: String, _ look: () async throws -> T?) async throws -> T {
    for _ in 0..<1_000 {
        if let found = try await look() { return found }
        try await Task.sleep(for: .milliseconds(10))
    }
    throw Missing(what)
}
