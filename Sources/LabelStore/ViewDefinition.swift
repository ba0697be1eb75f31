internal import Digest
internal import LabelSchema

/// One view of a dataset, as a statement.
///
/// It reads Sheaf's tables with the rights of whoever made it, so that a reader needs none on them, and joins the tables of
/// versions and tags: what is published or tagged anew shows at once. Labels that are staged for the next version, those of
/// pruned versions and those that are redacted whole are not in it.
package struct ViewDefinition: Sendable {
    package let kind: ViewKind
    package let name: String
    package let columns: [ViewColumn]
    /// The label schema that the columns are of.
    let schemaID: UInt32
    private let datasetID: UInt32
    /// The database of Sheaf's tables.
    private let tables: String

    init(
        _ kind: ViewKind, of dataset: DatasetRecord, schemaID: UInt32, columns: [ViewColumn], storeDatabase: String
    ) {
        self.kind = kind
        name = ViewName.name(of: kind, dataset: dataset.name)
        self.columns = columns
        self.schemaID = schemaID
        datasetID = dataset.id
        tables = storeDatabase
    }

    /// The columns that every view of the kind begins with.
    package var ownColumns: [(name: String, sqlType: String)] { Self.ownColumns(of: kind) }

    private static func ownColumns(of kind: ViewKind) -> [(name: String, sqlType: String)] {
        let common = [("version", "INT UNSIGNED"), ("key_hash", "BINARY(16)")]
        if kind == .changes { return common + [("published_at", "DATETIME(6)"), ("change", "VARCHAR(6)")] }
        return common
    }

    // MARK: - What a view cannot have

    /// Why some fields cannot be columns of a dataset's views.
    ///
    /// - Parameter columns: the fields that are exported.
    /// - Returns: a sentence for each of them; none if there can be views.
    package static func problems(with columns: [ViewColumn]) -> [String] {
        let own = Set(ownColumns(of: .changes).map(\.name))
        var problems: [String] = []
        var seen: [String: String] = [:]
        for column in columns {
            let shown = CellText.shown(column.name)
            let scalars = column.name.unicodeScalars
            let folded = column.name.lowercased()
            if own.contains(folded) {
                problems.append(
                    "The field `\(shown)` cannot be a column of a view: each view has a column `\(folded)` of its own.")
            } else if let other = seen[folded] {
                problems.append(
                    "The fields `\(other)` and `\(shown)` cannot both be columns of a view: SQL does not tell their "
                        + "letters' case apart.")
            } else if !isColumnName(scalars) {
                problems.append(
                    "The field `\(shown)` cannot be a column of a view: a name has 1 to 64 characters of Unicode's "
                        + "basic plane, none of them a control character, no - at its beginning and no space at its end."
                )
            }
            seen[folded] = shown
        }
        // A table may have so many columns, and a view may too.
        if columns.count > 1_000 {
            problems.append("\(columns.count) fields are more than the 1,000 columns that a view may have.")
        }
        return problems
    }

    /// Whether servers take a name for a column, and find the member of a label by it.
    ///
    /// MariaDB finds no member whose name begins with a -, nor one with a control character.
    private static func isColumnName(_ scalars: String.UnicodeScalarView) -> Bool {
        1...64 ~= scalars.count && scalars.last != " " && scalars.first != "-"
            && !scalars.contains { $0.value < 0x20 || $0.value > 0xFFFF }
    }

    // MARK: - The statement

    /// SHA-256 of the statement.
    func hash(in database: String) -> SHA256Digest {
        var hasher = SHA256Hasher()
        hasher.update(statement(in: database, replacing: true))
        return hasher.finish()
    }

    /// The statement that makes the view.
    ///
    /// - Parameters:
    ///   - database: where it is to stand.
    ///   - replacing: a view of its name goes.
    /// - Returns: SQL.
    func statement(in database: String, replacing: Bool) -> String {
        let own = ownColumns.map { "r.\(SQLText.name($0.name)) AS \(SQLText.name($0.name))" }
        let typed = columns.map { "\($0.expression(of: "r.label")) AS \(SQLText.name($0.name))" }
        return """
            CREATE \(replacing ? "OR REPLACE " : "")SQL SECURITY DEFINER VIEW \
            \(SQLText.name(database)).\(SQLText.name(name)) AS
            SELECT \((own + typed).joined(separator: ",\n  "))
            FROM (
            \(kind == .changes ? changes : labels)
            ) r
            """
    }

    private func table(_ name: String) -> String { "\(SQLText.name(tables)).\(SQLText.name(name))" }

    /// The labels of a version, of one or of each: what stands there still, and what later versions have replaced.
    private var labels: String {
        let versions: String
        switch kind {
        case .current:
            versions = """
                \(table("sheaf_datasets")) d
                  JOIN \(table("sheaf_versions")) v ON v.dataset_id = d.dataset_id AND v.version = d.current_version
                """
        case .tag:
            versions = """
                \(table("sheaf_tags")) t
                  JOIN \(table("sheaf_versions")) v ON v.dataset_id = t.dataset_id AND v.version = t.version
                """
        case .versions, .changes:
            versions = "\(table("sheaf_versions")) v"
        }
        let which =
            switch kind {
            case .current: "d.dataset_id = \(datasetID) AND "
            case .tag(let tag): "t.dataset_id = \(datasetID) AND t.name = \(SQLText.literal(tag)) AND "
            case .versions, .changes: ""
            }
        let published = "\(which)v.dataset_id = \(datasetID) AND v.state = 'published'"
        return """
            SELECT v.version, l.key_hash, l.label FROM \(versions)
              JOIN \(table("sheaf_labels")) l ON l.dataset_id = v.dataset_id AND l.valid_from <= v.version
            WHERE \(published) AND l.label <> '{}'
            UNION ALL
            SELECT v.version, h.key_hash, h.label FROM \(versions)
              JOIN \(table("sheaf_history")) h
                ON h.dataset_id = v.dataset_id AND h.valid_from <= v.version AND h.valid_to > v.version
            WHERE \(published) AND h.label <> '{}'
            """
    }

    /// What each version changed, against the one before it.
    ///
    /// If that one was pruned, nobody can tell any more what was inserted and what updated: there are no rows then.
    private var changes: String {
        let (labels, history) = (table("sheaf_labels"), table("sheaf_history"))
        let versions = table("sheaf_versions")
        let published = """
            v.dataset_id = \(datasetID) AND v.state = 'published'
              AND (v.parent = 0 OR EXISTS (SELECT 1 FROM \(versions) p
                WHERE p.dataset_id = v.dataset_id AND p.version = v.parent AND p.state = 'published'))
            """
        func begun(_ table: String) -> String {
            """
            SELECT v.version, b.key_hash, v.published_at, CASE WHEN EXISTS (SELECT 1 FROM \(history) p
                WHERE p.dataset_id = b.dataset_id AND p.key_hash = b.key_hash AND p.valid_to = b.valid_from)
              THEN 'update' ELSE 'insert' END AS `change`, b.label
            FROM \(versions) v JOIN \(table) b ON b.dataset_id = v.dataset_id AND b.valid_from = v.version
            WHERE \(published) AND b.label <> '{}'
            """
        }
        return """
            \(begun(labels))
            UNION ALL
            \(begun(history))
            UNION ALL
            SELECT v.version, e.key_hash, v.published_at, 'delete' AS `change`, e.label
            FROM \(versions) v JOIN \(history) e ON e.dataset_id = v.dataset_id AND e.valid_to = v.version
            WHERE \(published) AND e.label <> '{}'
              AND NOT EXISTS (SELECT 1 FROM \(labels) n
                WHERE n.dataset_id = e.dataset_id AND n.key_hash = e.key_hash AND n.valid_from = e.valid_to)
              AND NOT EXISTS (SELECT 1 FROM \(history) n
                WHERE n.dataset_id = e.dataset_id AND n.key_hash = e.key_hash AND n.valid_from = e.valid_to)
            """
    }
}
