import Digest
import Foundation
import LabelSchema
import LabelStore

/// What is known of a version, for `sheaf show`.
struct VersionReport: Encodable {
    private struct Reference: Encodable {
        var dataset: String
        var version: Int
    }

    private let dataset: String
    private let version: Int
    private let parent: Int
    private let publishedAt: String
    private let by: String
    private let why: String?
    private let run: UInt64
    private let kind: String?
    private let labels: Int
    private let inserted: Int
    private let updated: Int
    private let deleted: Int
    private let schemaHash: String
    private let rootHash: String
    private let versionHash: String
    private let tags: [String]
    private let references: [Reference]

    init(
        dataset: DatasetRecord, version: VersionRecord, runKind: String?, tags: [TagRecord],
        references: [VersionReferenced]
    ) {
        self.dataset = dataset.name
        self.version = version.version
        parent = version.parent
        publishedAt = version.publishedAt
        by = version.actor
        why = version.reason
        run = version.runID
        kind = runKind
        labels = version.labelCount
        inserted = version.inserted
        updated = version.updated
        deleted = version.deleted
        schemaHash = version.schemaHash.hex
        rootHash = version.rootHash.hex
        versionHash = version.versionHash.hex
        self.tags = tags.map(\.name)
        self.references = references.map { Reference(dataset: $0.dataset, version: $0.version) }
    }

    func lines(_ style: Style) -> [String] {
        var facts = [
            ("published", "\(publishedAt.shortTime) UTC, by \(CellText.shown(by))"),
            ("run", "\(run)" + (kind.map { ", \(CellText.shown($0))" } ?? "")),
            ("parent", parent == 0 ? "none: the first version" : "\(dataset)@\(parent)"),
            (
                "labels",
                "\(labels.grouped): \(inserted.grouped) inserted, \(updated.grouped) updated, "
                    + "\(deleted.grouped) deleted"
            ),
            ("schema", schemaHash), ("root hash", rootHash), ("version hash", versionHash),
        ]
        if let why { facts.insert(("why", CellText.shown(why, limit: 500)), at: 1) }
        if !tags.isEmpty { facts.append(("tags", tags.map { CellText.shown($0) }.joined(separator: ", "))) }
        if !references.isEmpty {
            facts.append(
                ("checked against", references.map { "\($0.dataset)@\($0.version)" }.joined(separator: ", ")))
        }
        var table = Table()
        for (name, text) in facts { table.add([name, text]) }
        return [style.bold("\(dataset)@\(version)")]
            + table.lines(indent: 2) { _, column, text in column == 0 ? style.dim(text) : text } + [""]
    }

    /// All of it as JSON, and labels as they are stored: another reader of numbers would change them.
    func document(_ rows: [[UInt8]]) throws -> String {
        // Without the brace at its end.
        let facts = try Console.document(self).dropLast(2)
        let labels = rows.map { "    " + Console.harmless(Data($0)) }
        return facts + ",\n  \"rows\" : [\n" + labels.joined(separator: ",\n") + "\n  ]\n}\n"
    }
}

/// Labels side by side.
struct LabelTable {
    let schema: LabelSchema
    let labels: [[UInt8]]

    /// The longest text of a cell that is shown.
    private static let width = 30

    func lines(_ style: Style) -> [String] {
        if labels.isEmpty { return [] }
        let fields = schema.canonicalFields
        var table = Table()
        table.add(fields.map { CellText.shown($0.title, limit: Self.width) })
        for label in labels {
            let texts = LabelSchema.cells(ofCanonicalLabel: label, fields: fields, escapesFormulas: false)
            // No label is without its key, unless all of it was taken away.
            let isRedacted = label.elementsEqual("{}".utf8)
            table.add(isRedacted ? ["(redacted)"] : texts.map { CellText.shown($0, limit: Self.width) })
        }
        return table.lines(indent: 2) { row, _, text in row == 0 ? style.dim(text) : text }
    }
}
