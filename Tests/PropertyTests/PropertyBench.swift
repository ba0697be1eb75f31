import Foundation
import LabelSchema
import LabelStore
import Logging
import MySQL
import Synchronization
import TestSupport

@testable import Sync

/// One real store in which many datasets live at the same time.
final class PropertyBench: Sendable {
    static let silent = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }

    let store: LabelStore
    let probe: Probe
    private let pool: MySQLPool
    /// Whether the database can be made to fail at a given transaction.
    private let canCrash: Bool
    private let counter = Atomic<Int>(0)
    private let tasks = Mutex<[String: Task<SyncReport, any Error>]>([:])
    private let cancelled = Mutex<Set<String>>([])
    private let schemas: [SchemaForm: LabelSchema]

    private init(_ configuration: MySQLConfiguration, canCrash: Bool) throws {
        pool = MySQLPool(configuration: configuration, maximumConnections: 12)
        store = LabelStore(pool: pool, logger: Self.silent)
        probe = Probe(pool: pool, store: store)
        self.canCrash = canCrash
        var schemas: [SchemaForm: LabelSchema] = [:]
        for form in SchemaForm.allCases { schemas[form] = try LabelSchema.parse(form.text, file: "\(form).yaml") }
        self.schemas = schemas
    }

    /// Runs the body with an empty store.
    static func with<R>(_ body: (PropertyBench) async throws -> R) async throws -> R {
        try await TestStore.withStore { _, configuration in
            let bench = try PropertyBench(configuration, canCrash: TestDatabase.isPrivate)
            if bench.canCrash { try await bench.prepareCrashes() }
            let result: Result<R, any Error>
            do { result = .success(try await body(bench)) } catch { result = .failure(error) }
            await bench.pool.close()
            return try result.get()
        }
    }

    func newName() -> String { "life_\(counter.wrappingAdd(1, ordering: .relaxed).newValue)" }

    func schema(_ form: SchemaForm) throws -> LabelSchema {
        guard let schema = schemas[form] else { throw Mismatch("no schema \(form)") }
        return schema
    }

    /// The same store, with transactions of so many rows.
    func store(rowsPerTransaction rows: Int?) -> LabelStore {
        rows.map { LabelStore(pool: pool, logger: Self.silent, rowsPerTransaction: $0) } ?? store
    }

    // MARK: - Crashes

    /// The database itself refuses a worker's transactions from a certain one on: nothing in the program knows of it.
    ///
    /// A check and no trigger, which would lose the number that a lease is taken with.
    private func prepareCrashes() async throws {
        try await probe.execute("ALTER TABLE sheaf_leases ADD COLUMN dead_from BIGINT UNSIGNED NULL")
        try await probe.execute(
            "ALTER TABLE sheaf_leases ADD CONSTRAINT alive CHECK (dead_from IS NULL OR step < dead_from)")
    }

    /// From its n-th transaction on, the next worker that takes a lease is dead.
    func planCrash(_ lease: String, at step: Int) async throws {
        guard canCrash else { return }
        let step = MySQLValue.int(Int64(step))
        try await probe.execute(
            """
            INSERT INTO sheaf_leases (name, owner, token, step, expires_at, dead_from)
            VALUES (?, '', 0, 0, '1970-01-01 00:00:01', ?) ON DUPLICATE KEY UPDATE step = 0, dead_from = ?
            """, [.text(lease), step, step])
    }

    func forgetCrash(_ lease: String) async throws {
        guard canCrash else { return }
        try await probe.execute("UPDATE sheaf_leases SET dead_from = NULL WHERE name = ?", [.text(lease)])
    }

    // MARK: - Calling off

    func running(_ context: Int, _ dataset: String, _ task: Task<SyncReport, any Error>) {
        let name = "\(dataset) \(context)"
        tasks.withLock { $0[name] = task }
        if cancelled.withLock({ $0.contains(name) }) { task.cancel() }
    }

    func cancel(_ context: Int, _ dataset: String) {
        let name = "\(dataset) \(context)"
        _ = cancelled.withLock { $0.insert(name) }
        tasks.withLock { $0[name] }?.cancel()
    }
}
