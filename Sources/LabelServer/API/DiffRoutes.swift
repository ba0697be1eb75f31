internal import Digest
internal import HTTPTypes
internal import Hummingbird
internal import LabelDiff
internal import LabelSchema
internal import LabelStore
internal import Sync
internal import Synchronization

/// What differs between two versions, and what became of one row.
struct DiffRoutes {
    let catalog: Catalog
    let streamed: StreamedAnswer

    func add(to routes: inout APIRoutes) {
        routes.add(
            APIRoute(.get, "/v1/datasets/{dataset}/diff", role: .reader, query: ["from", "to"], handler: diff))
        routes.add(
            APIRoute(.get, "/v1/datasets/{dataset}/history", role: .reader, query: ["key"], handler: history))
    }

    // MARK: - Two versions

    /// The first line.
    private struct Head: Encodable, Sendable {
        struct SchemaStep: Encodable, Sendable {
            var effect: String
            var kind: String
            var field: String?
            var description: String
        }

        var line = "diff"
        var dataset: String
        var from: Int
        var to: Int
        var fromVersionHash: String?
        var toVersionHash: String
        var fromSchemaHash: String?
        var toSchemaHash: String
        /// The two versions were checked against different schemas; labels are told in the terms of the later one.
        var schemaChanged: Bool
        var schemaChanges: [SchemaStep]
    }

    private struct Change: Encodable {
        struct Cell: Encodable {
            var field: String
            var before: String?
            var after: String?
        }

        var line = "change"
        var kind: String
        var key: String
        var isRedacted: Bool
        var cells: [Cell]

        init(_ change: SyncReport.Change) {
            kind = change.kind.rawValue
            key = change.key
            isRedacted = change.isRedacted ?? false
            cells = change.cells.map { Cell(field: $0.field, before: $0.before, after: $0.after) }
        }
    }

    /// The last line: who has it has all of them.
    private struct End: Encodable {
        var line = "end"
        var inserted = 0
        var updated = 0
        var deleted = 0

        mutating func count(_ kind: SyncReport.Change.Kind) {
            switch kind {
            case .insert: inserted += 1
            case .update: updated += 1
            case .delete: deleted += 1
            }
        }
    }

    /// Two versions that are to be compared.
    private struct Pair {
        let dataset: DatasetRecord
        /// `nil`: the empty one.
        let from: VersionRecord?
        let to: VersionRecord

        var newest: VersionRecord {
            guard let from, from.version > to.version else { return to }
            return from
        }
    }

    private func pair(_ call: APICall) async throws -> Pair {
        let dataset = try await catalog.dataset(call)
        guard let fromText = call.query["from"] else {
            throw APIProblem.badRequest(
                "`from` is missing: the earlier version; 0 is the empty one.", code: "bad-parameter")
        }
        var from: VersionRecord?
        if fromText != "0" { from = try await catalog.version(fromText, of: dataset) }
        let to = try await catalog.version(call.query["to"] ?? "latest", of: dataset)
        return Pair(dataset: dataset, from: from, to: to)
    }

    /// What is needed to tell the differences.
    private struct Comparison: Sendable {
        let diff: VersionDiff
        let head: Head
    }

    private func comparison(_ pair: Pair) async throws -> Comparison {
        let schema = try await catalog.schema(of: pair.newest)
        let lineage = try await SchemaLineage.load(of: pair.dataset, from: catalog.store)
        let head = try await head(pair.dataset, pair.from, pair.to, schema: schema, newest: pair.newest)
        let diff = VersionDiff(store: catalog.store, dataset: pair.dataset, schema: schema, lineage: lineage)
        return Comparison(diff: diff, head: head)
    }

    @Sendable private func diff(_ call: APICall) async throws -> Response {
        let comparison = try await comparison(try await pair(call))
        return try response(to: call, comparison)
    }

    private func response(to call: APICall, _ comparison: Comparison) throws -> Response {
        let (diff, head) = (comparison.diff, comparison.head)
        var headers: HTTPFields = [
            .contentType: "application/x-ndjson", .cacheControl: "private, no-cache",
            .contentLocation: "/v1/datasets/\(head.dataset)/diff?from=\(head.from)&to=\(head.to)",
        ]
        headers[.vary] = "Authorization, Accept-Encoding"
        let isGzip = StreamedAnswer.takesGzip(call.request.headers)
        return try streamed.response(to: call, headers: headers, isGzip: isGzip) { writer in
            try await Self.write(diff, head, to: writer)
        }
    }

    private static func write(_ diff: VersionDiff, _ head: Head, to writer: StreamWriter) async throws {
        let end = Mutex(End())
        try await writer.write(APIAnswer.line(head))
        try await diff.changes(from: head.from, to: head.to) { changes in
            var bytes: [UInt8] = []
            for change in changes {
                end.withLock { $0.count(change.kind) }
                bytes += try APIAnswer.line(Change(change))
            }
            try await writer.write(bytes)
        }
        try await writer.write(APIAnswer.line(end.withLock { $0 }))
    }

    private func head(
        _ dataset: DatasetRecord, _ from: VersionRecord?, _ to: VersionRecord, schema: LabelSchema,
        newest: VersionRecord
    ) async throws -> Head {
        var head = Head(
            dataset: dataset.name, from: from?.version ?? 0, to: to.version,
            fromVersionHash: from?.versionHash.hex, toVersionHash: to.versionHash.hex,
            fromSchemaHash: from?.schemaHash.hex, toSchemaHash: to.schemaHash.hex, schemaChanged: false,
            schemaChanges: [])
        guard let from, from.schemaHash != to.schemaHash else { return head }
        head.schemaChanged = true
        let other = try await catalog.schema(of: newest.version == to.version ? from : to)
        let (old, new) = newest.version == to.version ? (other, schema) : (schema, other)
        head.schemaChanges = SchemaDiff(from: old, to: new).changes.map { change in
            Head.SchemaStep(
                effect: change.effect.rawValue, kind: change.kind.rawValue, field: change.field,
                description: change.description)
        }
        return head
    }

    // MARK: - One row

    private struct Step: Encodable {
        var kind: String
        var version: Int?
        var at: String
        var by: String
        var annotator: String?
        var sheet: String?
        var row: Int?
        var run: UInt64?
        var runKind: String?
        var reason: String?
        var formerKey: String?
        var why: String?
        var besidePruned: Bool
        var isRedacted: Bool
        var cells: [Change.Cell]

        init(_ step: KeyHistory.Step) {
            (kind, version, at, by) = (step.kind.rawValue, step.version, step.at.rfc3339, step.actor)
            (annotator, sheet, row) = (step.annotator, step.sheet, step.sheetRow)
            (run, runKind, reason) = (step.runID, step.runKind, step.reason)
            (formerKey, why) = (step.formerKey, step.why)
            (besidePruned, isRedacted) = (step.besidePruned, step.isRedacted)
            cells = step.cells.map { Change.Cell(field: $0.field, before: $0.before, after: $0.after) }
        }
    }

    private struct History: Encodable {
        var dataset: String
        /// The primary key as canonical JSON.
        var key: String
        var keyHash: String
        /// What the row is known by now, if this key was corrected.
        var laterKey: String?
        var steps: [Step]
    }

    @Sendable private func history(_ call: APICall) async throws -> Response {
        let dataset = try await catalog.dataset(call)
        guard let text = call.query["key"] else {
            throw APIProblem.badRequest(
                "`key` is missing: the primary key as a JSON array, such as [1234].", code: "bad-parameter")
        }
        guard dataset.currentVersion > 0 else { throw Catalog.nothingPublished }
        let current = try await catalog.store.version(dataset.currentVersion, of: dataset, includingPruned: true)
        let schema = try await catalog.schema(of: current)
        guard text.utf8.count <= 60_000, let key = schema.key(json: text) else {
            throw APIProblem.badRequest(
                "`key` is no primary key of this dataset.", code: "bad-key",
                hint: "A JSON array with a value for each of: \(schema.primaryKey.joined(separator: ", ")).")
        }
        let hash = LabelSchema.keyHash(key)
        let history = try await KeyHistory(of: hash, in: dataset, schema: schema, store: catalog.store)
        guard !history.steps.isEmpty else {
            throw APIProblem.notFound("This key was never one of a label.", code: "unknown-key")
        }
        return try APIAnswer.json(
            History(
                dataset: dataset.name, key: String(decoding: key, as: UTF8.self), keyHash: hash.description,
                laterKey: history.laterKey?.newKey, steps: history.steps.map(Step.init)))
    }
}
