import LabelStore
import Logging
import MySQL
import TestSupport
import Testing

@Suite struct MigrationTests {
    @Test func migratingAgainDoesNothing() async throws {
        try await TestStore.withStore { store, _ in
            let again = try await store.migrate(owner: "tests") { _, _, _ in Issue.record("a statement was run") }
            #expect(again.isEmpty)
            try await store.requireMigrated()
        }
    }

    @Test func severalAtOnceMigrateOnce() async throws {
        try await TestDatabase.withDatabase { configuration in
            let stores = (0..<3).map { _ in TestStore.open(configuration) }
            let outcomes = await withTaskGroup(of: Int?.self) { group in
                for store in stores {
                    group.addTask {
                        do {
                            return try await store.migrate(owner: "tests") { _, _, _ in }.count
                        } catch let error as StoreError where error.code == .busy {
                            return nil
                        } catch {
                            Issue.record(error)
                            return nil
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.compactMap { $0 }.reduce(0, +) == Migration.all.count)
            try await stores[0].requireMigrated()
            for store in stores { await store.close() }
        }
    }

    @Test func aMigrationThatWasCutShortGoesOnBehindItsLastStatement() async throws {
        try await TestDatabase.withDatabase { configuration in
            let store = TestStore.open(configuration)
            struct Cut: Error {}
            // The process ends between two statements.
            let cut = Task {
                _ = try await store.migrate(owner: "tests") { _, statement, _ in
                    if statement == 5 { withUnsafeCurrentTask { $0?.cancel() } }
                }
            }
            _ = await cut.result
            await #expect(throws: StoreError.self) { try await store.requireMigrated() }
            _ = try await store.migrate(owner: "tests") { _, _, _ in }
            try await store.requireMigrated()
            #expect(try await store.datasets().isEmpty)
            await store.close()
        }
    }

    @Test func aStoreThatIsNewerThanTheProgramIsRefused() async throws {
        try await TestStore.withStore { store, configuration in
            try await execute(
                """
                INSERT INTO sheaf_migrations (number, name, checksum, statements_done, applied_at)
                SELECT 999, 'later', checksum, 1, UTC_TIMESTAMP(6) FROM sheaf_migrations LIMIT 1
                """, configuration)
            let error = await #expect(throws: StoreError.self) { try await store.requireMigrated() }
            #expect(error?.code == .newerThanProgram)
            #expect(error?.message.contains("999") == true)
            await #expect(throws: StoreError.self) { try await store.migrate(owner: "tests") { _, _, _ in } }
        }
    }

    @Test func aMigrationThatWasChangedAfterItWasAppliedIsRefused() async throws {
        try await TestStore.withStore { store, configuration in
            try await execute("UPDATE sheaf_migrations SET checksum = REPEAT('x', 32)", configuration)
            let error = await #expect(throws: StoreError.self) { try await store.requireMigrated() }
            #expect(error?.code == .changedMigration)
        }
    }

    @Test func anEmptyDatabaseSaysWhatToDo() async throws {
        try await TestDatabase.withDatabase { configuration in
            let store = TestStore.open(configuration)
            let error = await #expect(throws: StoreError.self) { try await store.requireMigrated() }
            #expect(error?.code == .notMigrated)
            #expect(error?.hint == "Run `sheaf migrate`.")
            await store.close()
        }
    }
}

func execute(_ sql: String, _ configuration: MySQLConfiguration) async throws {
    let connection = try await MySQLConnection.connect(configuration)
    _ = try await connection.run { connection in try connection.execute(sql) }
    await connection.close()
}
