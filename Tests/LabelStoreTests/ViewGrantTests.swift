import LabelDiff
import LabelSchema
import MySQL
import TestSupport
import Testing

@testable import LabelStore

/// Who may make views, and who may read them: with real users and the grants of docs/sql-views.md.
@Suite(.enabled(if: TestDatabase.isPrivate)) struct ViewGrantTests {
    private static let key = ViewBench.key(1)

    /// A user of the server who is gone at the end, and a store as that user.
    private func withUser(
        _ bench: ViewBench, _ configuration: MySQLConfiguration, grants: [String],
        _ body: (MySQLConfiguration, _ user: String) async throws -> Void
    ) async throws {
        let user = "sheaf_u_\(UInt32.random(in: 0...UInt32.max))"
        try await bench.run("CREATE USER '\(user)'@'localhost' IDENTIFIED BY 'p'")
        for grant in grants { try await bench.run("GRANT \(grant) TO '\(user)'@'localhost'") }
        var other = configuration
        other.user = user
        other.password = "p"
        let result: Result<Void, any Error>
        do { result = .success(try await body(other, user)) } catch { result = .failure(error) }
        try await bench.run("DROP USER '\(user)'@'localhost'")
        try result.get()
    }

    private func withBench(
        _ body: (ViewBench, MySQLConfiguration, _ views: String) async throws -> Void
    ) async throws {
        try await ViewBench.with { bench, configuration in
            try await bench.publish([Self.key: #"{"id":1,"v":"one"}"#], before: [])
            try await TestDatabase.withDatabase { other in
                try await body(bench, configuration, other.database ?? "")
            }
        }
    }

    @Test func aReaderReadsTheViewsAndNothingElseAndWritesNothing() async throws {
        try await withBench { bench, configuration, views in
            try await bench.reconcile(.database(views))
            try await withUser(bench, configuration, grants: ["SELECT ON `\(views)`.*"]) { reader, _ in
                var reader = reader
                reader.database = views
                let connection = try await MySQLConnection.connect(reader)
                for view in ["dish", "dish__versions", "dish__changes"] {
                    #expect(try await connection.rows("SELECT v FROM `\(view)`").map { try $0.text("v") } == ["one"])
                }
                for statement in [
                    "SELECT * FROM `\(bench.database)`.sheaf_labels", "SELECT * FROM `\(bench.database)`.sheaf_tokens",
                    "UPDATE dish SET v = 'x'", "DELETE FROM dish", "INSERT INTO dish (v) VALUES ('x')",
                    "DROP VIEW dish", "CREATE OR REPLACE VIEW dish AS SELECT 1 AS x", "CREATE TABLE t (x INT)",
                    "UPDATE dish__versions SET v = 'x'", "INSERT INTO dish__changes (v) VALUES ('x')",
                ] {
                    await #expect(throws: MySQLError.self, "\(statement)") { try await connection.execute(statement) }
                }
                await connection.close()
            }
            // Nobody at all can write through them, whatever he may do.
            for statement in ["UPDATE `\(views)`.dish SET v = 'x'", "DELETE FROM `\(views)`.dish__versions"] {
                await #expect(throws: MySQLError.self) { try await bench.run(statement) }
            }
        }
    }

    /// The grants of the README's writer, and what more it takes for views of their own database, and not more.
    @Test func aWriterNeedsRightsOnTheDatabaseOfTheViewsAlone() async throws {
        try await withBench { bench, configuration, views in
            let grants = ["SELECT, INSERT, UPDATE, DELETE ON `\(bench.database)`.*"]
            try await withUser(bench, configuration, grants: grants) { writer, user in
                let store = TestStore.open(writer, onThatNode: true)
                for place in [ViewPlace.storeDatabase, .database(views)] {
                    let database = place == .storeDatabase ? bench.database : views
                    let denied = try await store.reconcileViews(of: "dish", in: place, owner: "tests")
                    #expect(denied.made == [] && denied.warnings.count == 1, "\(denied)")
                    let warning = denied.warnings.first ?? ""
                    #expect(warning.contains("GRANT CREATE VIEW, DROP, SELECT ON `\(database)`.*"), "\(warning)")
                    // Told once; the runs that publish nothing do not try again.
                    #expect(try await store.viewsAreSettled(of: "dish", in: place))
                    #expect(try await store.views(of: "dish", in: place).map(\.state) == [.denied, .denied, .denied])
                }
                try await bench.run("GRANT CREATE VIEW, DROP, SELECT ON `\(views)`.* TO '\(user)'@'localhost'")
                await store.close()
                let granted = TestStore.open(writer, onThatNode: true)
                let done = try await granted.reconcileViews(of: "dish", in: .database(views), owner: "tests")
                #expect(done.made.count == 3 && done.warnings == [])
                // And may take the place of a view that another user made, as `sheaf migrate` does.
                try await bench.publish([Self.key: #"{"id":1,"v":"two"}"#], before: [Self.key])
                try await bench.run("UPDATE sheaf_views SET definition_hash = REPEAT('x', 32)")
                #expect(try await bench.reconcile(.database(views)).made.count == 3)
                try await bench.run("UPDATE sheaf_views SET definition_hash = REPEAT('x', 32)")
                let again = try await granted.reconcileViews(of: "dish", in: .database(views), owner: "tests")
                #expect(again.made.count == 3)
                #expect(try await bench.count("SELECT COUNT(*) FROM `\(views)`.dish WHERE v = 'two'") == 1)

                // A grant that is gone later leaves the views as they are, and Sheaf's.
                try await bench.run("REVOKE DROP ON `\(views)`.* FROM '\(user)'@'localhost'")
                await granted.close()
                let revoked = TestStore.open(writer, onThatNode: true)
                try await bench.run("UPDATE sheaf_views SET definition_hash = REPEAT('x', 32)")
                let stale = try await revoked.reconcileViews(of: "dish", in: .database(views), owner: "tests")
                #expect(stale.made == [] && stale.warnings.count == 1)
                #expect(
                    try await revoked.views(of: "dish", in: .database(views)).map(\.state) == [.stale, .stale, .stale])
                await revoked.close()
                #expect(try await bench.reconcile(.database(views)).made.count == 3)
                try await bench.reconcile(.nowhere)
            }
        }
    }
}
