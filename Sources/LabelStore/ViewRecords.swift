internal import Digest
internal import LabelSchema
internal import MySQL

/// Where the views of a store's datasets are to stand.
package enum ViewPlace: Sendable, Equatable {
    /// Beside Sheaf's tables.
    case storeDatabase
    /// In a database of their own, so that one grant covers all of them and nothing else.
    case database(String)
    /// There are to be none.
    case nowhere
}

/// How far a view has come.
package enum ViewState: String, Sendable {
    /// It is about to be made: whether it was, nobody has noted.
    case making
    case made
    /// Its name is that of a table or view that Sheaf has not made.
    case taken
    /// The database user lacks a grant.
    case denied
    /// The label schema has a field that cannot be a column.
    case unfit
    /// The server refused it for another reason.
    case failed
}

/// A view as the store remembers it.
struct ViewRecord: Sendable {
    let database: String
    let name: String
    /// Where Sheaf's tables stood when it was made.
    let storeDatabase: String
    let kind: ViewKind
    let schemaID: UInt32
    let state: ViewState
    let definitionHash: SHA256Digest
    let problem: String?

    /// A view of the name there would be ours.
    var mayStand: Bool { state == .made || state == .making }
}

/// A view that there should be.
struct WantedView: Sendable {
    let definition: ViewDefinition
    /// Why there can be none.
    let problem: String?
}

/// What views a dataset should have, which it has, and what stands under their names.
struct ViewBook: Sendable {
    let dataset: DatasetRecord
    let storeDatabase: String
    /// Where the views go; `nil` if there are to be none.
    let database: String?
    let wanted: [WantedView]
    let records: [ViewRecord]
    /// Of the wanted names, those that a table or view has there.
    let standing: Set<String>

    /// The record by which a view of the name in that database is ours.
    ///
    /// Tables that were copied into another database, views and all, own the copies of the views beside them.
    func ownRecord(_ name: String) -> ViewRecord? {
        records.first { record in
            guard record.name == name, record.mayStand else { return false }
            if record.storeDatabase == storeDatabase { return record.database == database }
            return record.database == record.storeDatabase && database == storeDatabase
        }
    }
}

extension LabelStore {
    /// What there is to know of a dataset's views, as of one moment.
    func viewBook(of name: String, in place: ViewPlace) async throws -> ViewBook? {
        let read = try await pool.withTransaction { connection in try Self.readViews(of: name, in: place, connection) }
        guard let read else { return nil }
        // Not on the connection's thread: a schema may hold long lists.
        let columns = read.documents.mapValues { document -> [ViewColumn]? in
            (try? LabelSchema.parse(document: document)).map(ViewColumn.columns)
        }
        let wanted = read.schemas.map { kind, schemaID in
            let found = columns[schemaID] ?? nil
            let problems = found.map(ViewDefinition.problems) ?? ["Its stored label schema cannot be read."]
            return WantedView(
                definition: ViewDefinition(
                    kind, of: read.dataset, schemaID: schemaID, columns: found ?? [], storeDatabase: read.storeDatabase),
                problem: problems.isEmpty ? nil : problems.joined(separator: " "))
        }
        var standing: Set<String> = []
        if let database = read.database, !wanted.isEmpty {
            standing = try await self.standing(wanted.map(\.definition.name), in: database)
        }
        return ViewBook(
            dataset: read.dataset, storeDatabase: read.storeDatabase, database: read.database, wanted: wanted,
            records: read.records, standing: standing)
    }

    private struct Read: Sendable {
        var dataset: DatasetRecord
        var storeDatabase: String
        var database: String?
        /// Which views, and of which schema each.
        var schemas: [(ViewKind, UInt32)] = []
        var documents: [UInt32: [UInt8]] = [:]
        var records: [ViewRecord] = []
    }

    private static func readViews(
        of name: String, in place: ViewPlace, _ connection: isolated MySQLConnection
    ) throws -> Read? {
        let found = try connection.rows(
            """
            SELECT d.dataset_id, d.name, d.current_version, v.schema_id, DATABASE() AS store_database
            FROM sheaf_datasets d
                LEFT JOIN sheaf_versions v ON v.dataset_id = d.dataset_id AND v.version = d.current_version
            WHERE d.name = ?
            """, [.text(name)])
        guard let row = found.first else { return nil }
        let dataset = DatasetRecord(
            id: UInt32(try row.int("dataset_id")), name: try row.text("name"),
            currentVersion: Int(try row.int("current_version")))
        var read = Read(dataset: dataset, storeDatabase: try row.text("store_database"))
        read.records = try viewRecords(of: dataset, connection)
        switch place {
        case .nowhere: return read
        case .storeDatabase: read.database = read.storeDatabase
        case .database(let name): read.database = name
        }
        guard let schemaID = try row.optionalID("schema_id") else { return read }
        read.schemas = [(.current, schemaID), (.versions, schemaID), (.changes, schemaID)]
        read.schemas += try connection.rows(
            """
            SELECT t.name, v.schema_id FROM sheaf_tags t
                JOIN sheaf_versions v ON v.dataset_id = t.dataset_id AND v.version = t.version
            WHERE t.dataset_id = ? ORDER BY t.name
            """, [.uint(UInt64(dataset.id))]
        ).map { (ViewKind.tag(try $0.text("name")), UInt32(try $0.int("schema_id"))) }
        for id in Set(read.schemas.map(\.1)) {
            read.documents[id] = try connection.rows(
                "SELECT document FROM sheaf_schemas WHERE schema_id = ?", [.uint(UInt64(id))]
            ).first.map { Array(try $0.text("document").utf8) }
        }
        return read
    }

    private static func viewRecords(
        of dataset: DatasetRecord, _ connection: isolated MySQLConnection
    ) throws -> [ViewRecord] {
        try connection.rows(
            """
            SELECT database_name, view_name, store_database, kind, tag, schema_id, state, definition_hash, problem
            FROM sheaf_views WHERE dataset_id = ? ORDER BY database_name, view_name
            """, [.uint(UInt64(dataset.id))]
        ).map { row in
            let kind: ViewKind =
                switch try row.text("kind") {
                case "versions": .versions
                case "changes": .changes
                case "tag": .tag(try row.text("tag"))
                default: .current
                }
            guard let state = ViewState(rawValue: try row.text("state")), let hash = try row.digest("definition_hash")
            else { throw StoreError.damaged("a view of \(dataset.name) in a state that is none") }
            return ViewRecord(
                database: try row.text("database_name"), name: try row.text("view_name"),
                storeDatabase: try row.text("store_database"), kind: kind, schemaID: UInt32(try row.int("schema_id")),
                state: state, definitionHash: hash, problem: try row.optionalText("problem"))
        }
    }

    /// Of these names, those that a table or view has.
    private func standing(_ names: [String], in database: String) async throws -> Set<String> {
        try await pool.withConnection { connection in
            var standing: Set<String> = []
            for some in names.chunked(keysPerStatement) {
                let rows = try connection.rows(
                    """
                    SELECT table_name AS name FROM information_schema.tables
                    WHERE table_schema = ? AND table_name IN (\(markers(some.count)))
                    """, [.text(database)] + some.map { .text($0) })
                for row in rows { standing.insert(try row.text("name")) }
            }
            return standing
        }
    }

    /// Whether the last reconciliation saw a dataset as it is: its schema, its tags and the place of its views.
    ///
    /// One small statement; what a run that was killed behind its publication left undone, it sees.
    func viewsAreSettled(of name: String, in place: ViewPlace) async throws -> Bool {
        let database: MySQLValue =
            switch place {
            case .database(let name): .text(name)
            case .storeDatabase, .nowhere: .null
            }
        return try await pool.withConnection { connection in
            let found = try connection.rows(
                """
                SELECT d.current_version, COUNT(w.view_name) AS known,
                    COALESCE(SUM(w.state <> 'making' AND w.store_database = DATABASE()
                        AND w.database_name = COALESCE(?, DATABASE())
                        AND w.schema_id = COALESCE(
                            (SELECT tv.schema_id FROM sheaf_tags t
                                JOIN sheaf_versions tv ON tv.dataset_id = t.dataset_id AND tv.version = t.version
                                WHERE w.kind = 'tag' AND t.dataset_id = d.dataset_id AND t.name = w.tag),
                            CASE WHEN w.kind <> 'tag' THEN v.schema_id END)), 0) AS settled,
                    (SELECT COUNT(*) FROM sheaf_tags a WHERE a.dataset_id = d.dataset_id) AS tags
                FROM sheaf_datasets d
                    LEFT JOIN sheaf_versions v ON v.dataset_id = d.dataset_id AND v.version = d.current_version
                    LEFT JOIN sheaf_views w ON w.dataset_id = d.dataset_id
                WHERE d.name = ? GROUP BY d.dataset_id, d.current_version
                """, [database, .text(name)])
            guard let row = found.first else { return true }
            let (version, tags) = (try row.int("current_version"), try row.int("tags"))
            let isWanted = place != .nowhere && version > 0
            let wanted = isWanted ? 3 + tags : 0
            let (known, settled) = (try row.int("known"), Int64(try row.text("settled")))
            return known == wanted && (!isWanted || settled == wanted)
        }
    }
}
