import LabelDiff
import LabelSchema
import MySQL
import TestSupport
import Testing

@testable import LabelStore

/// Views follow schema, tags and configuration; what is not Sheaf's is left alone; nothing is done without need.
@Suite struct ViewReconcilingTests {
    private static let key = ViewBench.key(1)
    private static let wider =
        #"{"fields":[{"name":"id","type":"integer"},{"name":"v","sheaf":{"role":"label"}},"#
        + #"{"name":"w","type":"date"}],"primaryKey":["id"]}"#

    /// One label in version 1, and a database beside the store's.
    private func withBench(
        _ name: String = "dish", _ body: (ViewBench, MySQLConfiguration, _ other: String) async throws -> Void
    ) async throws {
        try await ViewBench.with(name) { bench, configuration in
            try await bench.publish([Self.key: #"{"id":1,"v":"one"}"#], before: [])
            try await TestDatabase.withDatabase { other in
                try await body(bench, configuration, other.database ?? "")
            }
        }
    }

    private func names(_ bench: ViewBench, in database: String) async throws -> [String] {
        try await bench.rows(
            """
            SELECT table_name AS n FROM information_schema.tables
            WHERE table_schema = '\(database)' AND table_type = 'VIEW' ORDER BY table_name
            """
        ).map { try $0.text("n") }
    }

    private func columns(_ bench: ViewBench, _ view: String) async throws -> [String] {
        try await bench.rows(
            """
            SELECT column_name AS n, data_type AS t FROM information_schema.columns
            WHERE table_schema = DATABASE() AND table_name = '\(view)' ORDER BY ordinal_position
            """
        ).map { "\(try $0.text("n")) \(try $0.text("t"))" }
    }

    // MARK: - What follows what

    @Test func viewsFollowTheSchemaAndATagsViewKeepsTheSchemaOfItsVersion() async throws {
        try await withBench { bench, _, _ in
            try await bench.tag("old", 1)
            let first = try await bench.reconcile()
            #expect(first.made.count == 4 && first.dropped == [] && first.warnings == [])
            #expect(try await columns(bench, "dish") == ["version int", "key_hash binary", "id bigint", "v longtext"])
            try await bench.publish(
                [Self.key: #"{"id":1,"v":"one","w":"2024-05-01"}"#], before: [Self.key], schema: Self.wider)
            #expect(try await bench.store.viewsAreSettled(of: "dish", in: .storeDatabase) == false)
            let second = try await bench.reconcile(onlyIfUnsettled: true)
            #expect(second.made.count == 3 && second.dropped == [])
            #expect(try await columns(bench, "dish").last == "w date")
            #expect(try await columns(bench, "dish__tag__old").last == "v longtext")
            #expect(
                try await columns(bench, "dish__changes") == [
                    "version int", "key_hash binary", "published_at datetime", "change varchar", "id bigint",
                    "v longtext", "w date",
                ])
            // A version from before has nothing under the new field.
            #expect(try await bench.count("SELECT COUNT(*) FROM dish__versions WHERE version = 1 AND w IS NULL") == 1)
        }
    }

    @Test func whereNothingChangedNothingIsDefinedAndOneSmallStatementSaysSo() async throws {
        try await withBench { bench, configuration, _ in
            try await bench.reconcile()
            let made = try await bench.rows("SELECT view_name, changed_at FROM sheaf_views ORDER BY view_name")
            #expect(try await bench.reconcile() == ViewReconciliation())
            let reader = TestStore.open(configuration, connections: 1, onThatNode: true)
            try await reader.pool.withConnection { _ = try $0.execute("FLUSH STATUS") }
            let done = try await reader.reconcileViews(
                of: "dish", in: .storeDatabase, owner: "tests", onlyIfUnsettled: true)
            #expect(done == ViewReconciliation())
            let questions = try await reader.pool.withConnection { connection in
                try connection.rows(
                    """
                    SHOW SESSION STATUS WHERE Variable_name IN
                        ('Com_select', 'Com_insert', 'Com_update', 'Com_create_view', 'Handler_read_key',
                         'Handler_read_next', 'Handler_read_rnd_next')
                    """
                ).map { (try $0.text("Variable_name"), Int(try $0.text("Value")) ?? 0) }
            }
            let counts = Dictionary(uniqueKeysWithValues: questions)
            #expect(counts["Com_select"] == 1 && counts["Com_create_view"] == 0 && counts["Com_update"] == 0)
            #expect(counts.filter { $0.key.hasPrefix("Handler") }.values.reduce(0, +) < 100)
            await reader.close()
            let now = try await bench.rows("SELECT view_name, changed_at FROM sheaf_views ORDER BY view_name")
            #expect(try made.map { try $0.text("changed_at") } == now.map { try $0.text("changed_at") })
            #expect(try await bench.store.reconcileViews(of: "nothing", in: .storeDatabase, owner: "t").made == [])
        }
    }

    @Test func placesOfViewsAreChangedByTheConfiguration() async throws {
        try await withBench { bench, _, other in
            try await bench.reconcile()
            #expect(try await names(bench, in: bench.database) == ["dish", "dish__changes", "dish__versions"])
            let moved = try await bench.reconcile(.database(other), onlyIfUnsettled: true)
            #expect(moved.made.count == 3 && moved.dropped.count == 3)
            #expect(try await names(bench, in: bench.database) == [])
            #expect(try await names(bench, in: other) == ["dish", "dish__changes", "dish__versions"])
            let off = try await bench.reconcile(.nowhere, onlyIfUnsettled: true)
            #expect(off.dropped.count == 3)
            #expect(try await names(bench, in: other) == [])
            #expect(try await bench.count("SELECT COUNT(*) FROM sheaf_views") == 0)
            #expect(try await bench.store.viewsAreSettled(of: "dish", in: .nowhere))
        }
    }

    @Test func aViewThatSomebodyDroppedIsMadeAgain() async throws {
        try await withBench { bench, _, _ in
            try await bench.reconcile()
            try await bench.run("DROP VIEW dish__versions")
            #expect(
                try await bench.store.views(of: "dish", in: .storeDatabase).map(\.state) == [.made, .missing, .made])
            #expect(try await bench.reconcile().made == ["`\(bench.database)`.`dish__versions`"])
        }
    }

    // MARK: - What is not ours

    @Test func aTableOrViewThatIsNotSheafsIsLeftAlone() async throws {
        try await withBench { bench, _, _ in
            try await bench.run(
                "CREATE TABLE dish (x INT)", "INSERT INTO dish VALUES (7)",
                "CREATE VIEW dish__changes AS SELECT 1 AS mine")
            let done = try await bench.reconcile()
            #expect(done.made == ["`\(bench.database)`.`dish__versions`"])
            #expect(done.warnings.count == 2)
            #expect(done.warnings.allSatisfy { $0.contains("has not made") && $0.contains("views: {") })
            #expect(try await bench.count("SELECT x FROM dish") == 7)
            #expect(try await bench.count("SELECT mine FROM dish__changes") == 1)
            // It is told after each publication, and looked for no more in between.
            #expect(try await bench.store.viewsAreSettled(of: "dish", in: .storeDatabase))
            #expect(try await bench.reconcile().warnings.count == 2)
            try await bench.reconcile(.nowhere)
            #expect(try await bench.count("SELECT x FROM dish") == 7)
            #expect(try await bench.count("SELECT mine FROM dish__changes") == 1)
            try await bench.run("RENAME TABLE dish TO dish_of_others", "DROP VIEW dish__changes")
            #expect(try await bench.reconcile().made.count == 3)
            #expect(try await bench.labels("dish") == [Self.key: "one"])
        }
    }

    /// Tables copied into another database must not reach for the views of the first one.
    @Test func aCopyOfTheTablesDropsNoViewOfTheOriginal() async throws {
        try await withBench { bench, configuration, other in
            try await bench.reconcile()
            for table in [
                "sheaf_datasets", "sheaf_versions", "sheaf_labels", "sheaf_history", "sheaf_tags", "sheaf_schemas",
                "sheaf_views", "sheaf_leases", "sheaf_audit",
            ] {
                try await bench.run(
                    "CREATE TABLE `\(other)`.\(table) LIKE \(table)",
                    "INSERT INTO `\(other)`.\(table) SELECT * FROM \(table)")
            }
            try await bench.run("CREATE VIEW `\(other)`.dish AS SELECT * FROM `\(bench.database)`.dish")
            var there = configuration
            there.database = other
            let copy = TestStore.open(there, onThatNode: true)
            // With a schema that allows no views, too.
            try await bench.run(
                "UPDATE `\(other)`.sheaf_schemas SET document = REPLACE(document, '\"v\"', '\"version\"')",
                "CREATE TABLE `\(other)`.kept LIKE `\(other)`.sheaf_views",
                "INSERT INTO `\(other)`.kept SELECT * FROM `\(other)`.sheaf_views")
            #expect(try await copy.reconcileViews(of: "dish", in: .storeDatabase, owner: "tests").dropped == [])
            #expect(try await bench.labels("dish") == [Self.key: "one"])
            try await bench.run(
                "UPDATE `\(other)`.sheaf_schemas SET document = REPLACE(document, '\"version\"', '\"v\"')",
                "DELETE FROM `\(other)`.sheaf_views",
                "INSERT INTO `\(other)`.sheaf_views SELECT * FROM `\(other)`.kept")
            #expect(try await copy.viewsAreSettled(of: "dish", in: .storeDatabase) == false)
            let done = try await copy.reconcileViews(of: "dish", in: .storeDatabase, owner: "tests")
            #expect(done.made.count == 3 && done.dropped == [] && done.warnings == [])
            #expect(try await copy.reconcileViews(of: "dish", in: .storeDatabase, owner: "t") == ViewReconciliation())
            try await bench.run("UPDATE `\(other)`.sheaf_labels SET label = '{\"id\":1,\"v\":\"copy\"}'")
            #expect(try await bench.count("SELECT COUNT(*) FROM `\(other)`.dish WHERE v = 'copy'") == 1)
            #expect(try await copy.reconcileViews(of: "dish", in: .nowhere, owner: "tests").dropped.count == 3)
            #expect(try await bench.labels("dish") == [Self.key: "one"])
            await copy.close()
        }
    }

    // MARK: - What cannot be made

    @Test func fieldsThatCannotBeColumnsLeaveOutTheirViewsAndNothingElse() async throws {
        let unfit =
            #"{"fields":[{"name":"id","type":"integer"},{"name":"v","sheaf":{"role":"label"}},"#
            + #"{"name":"Version"}],"primaryKey":["id"]}"#
        try await withBench { bench, _, _ in
            try await bench.tag("good", 1)
            try await bench.reconcile()
            try await bench.publish([Self.key: #"{"id":1,"v":"two"}"#], before: [Self.key], schema: unfit)
            let done = try await bench.reconcile()
            #expect(done.made == [] && done.dropped.count == 3)
            #expect(done.warnings.count == 1)
            #expect(done.warnings.first?.contains("`Version`") == true, "\(done.warnings)")
            #expect(done.warnings.first?.contains("views: off") == true)
            #expect(try await names(bench, in: bench.database) == ["dish__tag__good"])
            #expect(try await bench.store.viewsAreSettled(of: "dish", in: .storeDatabase))
            let states = try await bench.store.views(of: "dish", in: .storeDatabase).map(\.state)
            #expect(states == [.unfit, .unfit, .unfit, .made])
            try await bench.publish([Self.key: #"{"id":1,"v":"three"}"#], before: [Self.key])
            #expect(try await bench.reconcile(onlyIfUnsettled: true).made.count == 3)
            #expect(try await bench.labels("dish") == [Self.key: "three"])
        }
    }

    @Test(
        arguments: [
            ("version", 1), ("VERSION", 1), ("key_hash", 1), ("change", 1), ("published_at", 1), ("changed", 0),
            (String(repeating: "a", count: 64), 0), (String(repeating: "a", count: 65), 1), ("a ", 1), ("a\0", 1),
            ("😀", 1), ("日本", 0), ("", 1), ("-a", 1), ("a\n", 1),
        ])
    func namesThatNoViewCanHaveAreTold(name: String, problems: Int) {
        #expect(ViewDefinition.problems(with: [ViewColumn(name: name, type: .string)]).count == problems)
    }

    @Test func namesThatDifferInTheirLettersCaseAreTold() {
        let columns = ["a", "b", "A"].map { ViewColumn(name: $0, type: .string) }
        #expect(ViewDefinition.problems(with: columns).count == 1)
        #expect(ViewDefinition.problems(with: columns).first?.contains("`a` and `A`") == true)
    }

    @Test func aMissingDatabaseIsTold() async throws {
        try await withBench { bench, _, _ in
            let done = try await bench.reconcile(.database("sheaf_test_no_such`database"))
            #expect(done.made == [] && done.warnings.count == 1)
            #expect(done.warnings.first?.contains("CREATE DATABASE `sheaf_test_no_such``database`") == true)
        }
    }

    // MARK: - Hostile names

    /// The configuration lets no such name through; what is in the store is data all the same.
    @Test(
        arguments: [
            "d`; DROP TABLE sheaf_labels; -- ", "d' OR '1'='1", "d\"\\", "日本語😀", "../../x", "", " ", "sheaf_labels",
            "a\u{1B}[31m", String(repeating: "é", count: 180),
        ])
    func aDatasetOfAnyNameHasItsViews(name: String) async throws {
        try await ViewBench.with(name) { bench, _ in
            try await bench.publish([Self.key: #"{"id":1,"v":"one"}"#], before: [])
            try await bench.tag("t", 1)
            let done = try await bench.reconcile()
            #expect(done.made.count == 4 && done.warnings == [], "\(done)")
            for view in try await bench.store.views(of: name, in: .storeDatabase) {
                let labels = try await bench.labels(view.name)
                #expect(view.state == .made && labels == [Self.key: "one"])
            }
            #expect(try await bench.count("SELECT COUNT(*) FROM sheaf_labels") == 1)
            #expect(try await bench.reconcile(.nowhere).dropped.count == 4)
        }
    }

    // MARK: - Crashes and others

    /// A worker that was killed behind the publication, or between two statements, is made up for by the next run.
    @Test func whatAKilledWorkerLeftUndoneIsDone() async throws {
        try await withBench { bench, _, _ in
            // Published, and nothing reconciled.
            #expect(try await bench.reconcile(onlyIfUnsettled: true).made.count == 3)
            // Noted, and not made; made, and not noted.
            try await bench.run("UPDATE sheaf_views SET state = 'making'", "DROP VIEW dish")
            #expect(try await bench.reconcile(onlyIfUnsettled: true).made.count == 3)
            #expect(try await bench.labels("dish") == [Self.key: "one"])
            // A tag set, and its view not made.
            try await bench.tag("t", 1)
            #expect(try await bench.reconcile(onlyIfUnsettled: true).made.count == 1)
            // Dropped, and not noted.
            try await bench.run("DELETE FROM sheaf_tags", "DROP VIEW dish__tag__t")
            try await bench.reconcile(onlyIfUnsettled: true)
            #expect(try await bench.store.viewsAreSettled(of: "dish", in: .storeDatabase))
            #expect(try await bench.count("SELECT COUNT(*) FROM sheaf_views WHERE state = 'made'") == 3)
        }
    }

    @Test func manyWorkersAtOnceDoNoHarm() async throws {
        try await withBench { bench, configuration, _ in
            for number in 1...5 { try await bench.tag("t\(number)", 1) }
            try await withThrowingTaskGroup(of: ViewReconciliation.self) { group in
                for _ in 0..<6 {
                    group.addTask {
                        let store = TestStore.open(configuration, connections: 2)
                        let done = try await store.reconcileViews(of: "dish", in: .storeDatabase, owner: "tests")
                        await store.close()
                        return done
                    }
                }
                var made = 0
                for try await done in group {
                    #expect(done.warnings == [] && done.dropped == [])
                    made += done.made.count
                }
                #expect(made == 8)
            }
            #expect(try await bench.count("SELECT COUNT(*) FROM sheaf_views WHERE state = 'made'") == 8)
        }
    }

    @Test func viewsAreMadeAnewIfAsked() async throws {
        try await withBench { bench, _, _ in
            try await bench.reconcile()
            try await bench.run("CREATE OR REPLACE VIEW dish AS SELECT 1 AS by_hand")
            let done = try await bench.store.reconcileViews(
                of: "dish", in: .storeDatabase, owner: "tests", anew: true, audited: (actor: "tests", why: "mend"))
            #expect(done.made.count == 3)
            #expect(try await bench.labels("dish") == [Self.key: "one"])
            #expect(try await bench.count("SELECT COUNT(*) FROM sheaf_audit WHERE action = 'views'") == 1)
        }
    }

    /// Somebody who reads for long keeps the definition as it is; the run ends, and the next one tries again.
    @Test func aReaderWhoStaysKeepsTheViewAsItIs() async throws {
        try await withBench { bench, configuration, _ in
            try await bench.reconcile()
            try await bench.publish([Self.key: #"{"id":1,"v":"two"}"#], before: [Self.key], schema: Self.wider)
            let reader = try await MySQLConnection.connect(configuration)
            try await reader.execute("START TRANSACTION")
            _ = try await reader.rows("SELECT COUNT(*) FROM dish")
            let blocked = try await bench.reconcile()
            #expect(blocked.made.count == 2 && blocked.warnings.count == 1)
            #expect(try await bench.store.viewsAreSettled(of: "dish", in: .storeDatabase) == false)
            try await reader.execute("COMMIT")
            await reader.close()
            #expect(try await bench.reconcile(onlyIfUnsettled: true).made == ["`\(bench.database)`.`dish`"])
        }
    }

    // MARK: - Names

    @Test func noTwoViewsHaveOneName() {
        let datasets = [
            "dish", "dish_", "dish__versions", "dish__tag__a", "_dish", "dish_tag", "sheaf_labels", "a__b", "a",
            String(repeating: "d", count: 63), String(repeating: "d", count: 62), String(repeating: "d", count: 50),
        ]
        let tags = [
            "a", "A", "b__c", "versions", "c", "a.b", "a-b", "a/b", "abcdefabcd", String(repeating: "t", count: 100),
            String(repeating: "t", count: 99),
        ]
        var seen: [String: String] = [:]
        for dataset in datasets {
            let kinds: [ViewKind] = [.current, .versions, .changes] + tags.map { .tag($0) }
            for kind in kinds {
                let name = ViewName.name(of: kind, dataset: dataset)
                #expect(1...64 ~= name.utf8.count && name == name.lowercased())
                #expect(!name.hasPrefix("sheaf_") || name.contains("__"), "the name of a table")
                let what = "\(dataset) \(kind)"
                #expect(seen.updateValue(what, forKey: name) == nil, "\(name)")
            }
        }
        #expect(
            ViewName.name(of: .tag("release-1.2/x"), dataset: "recipe_category")
                == "recipe_category__tag__release-1.2/x")
    }
}
