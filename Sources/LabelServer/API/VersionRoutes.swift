internal import Digest
internal import HTTPTypes
internal import Hummingbird
internal import LabelStore

/// A version, as it is told.
struct VersionDocument: Encodable {
    struct Reference: Encodable {
        var dataset: String
        var version: Int
    }

    var dataset: String
    var version: Int
    var parent: Int
    var publishedAt: String
    var by: String
    var why: String?
    var run: UInt64
    var labels: Int
    var inserted: Int
    var updated: Int
    var deleted: Int
    var versionHash: String
    var rootHash: String
    var schemaHash: String
    /// Its labels cannot be read any more.
    var isPruned: Bool
    var tags: [String]
    /// Labels of it whose text was taken away, in part or whole.
    var redacted: Int?
    /// Versions that its foreign keys were checked against, as far as the token is for them.
    var references: [Reference]?

    init(_ version: VersionRecord, of dataset: DatasetRecord, tags: [TagRecord]) {
        self.dataset = dataset.name
        self.version = version.version
        parent = version.parent
        publishedAt = version.publishedAt.rfc3339
        (by, why, run) = (version.actor, version.reason, version.runID)
        labels = version.labelCount
        (inserted, updated, deleted) = (version.inserted, version.updated, version.deleted)
        versionHash = version.versionHash.hex
        rootHash = version.rootHash.hex
        schemaHash = version.schemaHash.hex
        isPruned = version.isPruned
        self.tags = tags.filter { $0.version == version.version }.map(\.name)
    }
}

/// The versions of a dataset: the list, one of them, and its schema.
struct VersionRoutes {
    let catalog: Catalog

    private static let versionPath = "/v1/datasets/{dataset}/versions/{version}"

    private struct Versions: Encodable {
        var versions: [VersionDocument]
        /// What to ask for with `before` for those that come next; left out behind the last one.
        var before: Int?
    }

    func add(to routes: inout APIRoutes) {
        routes.add(
            APIRoute(
                .get, "/v1/datasets/{dataset}/versions", role: .reader, query: ["limit", "before"], handler: list))
        routes.add(APIRoute(.get, Self.versionPath, role: .reader, handler: one))
        routes.add(APIRoute(.get, Self.versionPath + "/schema", role: .reader, handler: schema))
    }

    @Sendable private func list(_ call: APICall) async throws -> Response {
        let dataset = try await catalog.dataset(call)
        let limit = try call.query.number("limit", in: 1...1_000) ?? 100
        let before = try call.query.number("before", in: 1...Int(Int32.max))
        let tags = try await catalog.store.tags(of: dataset)
        let versions = try await catalog.store.versions(
            of: dataset, limit: limit, before: before, includingPruned: true)
        let isMore = versions.count == limit && (versions.last?.version ?? 1) > 1
        return try APIAnswer.json(
            Versions(
                versions: versions.map { VersionDocument($0, of: dataset, tags: tags) },
                before: isMore ? versions.last?.version : nil))
    }

    /// Also one that is pruned: its hashes and counts are there.
    @Sendable private func one(_ call: APICall) async throws -> Response {
        let dataset = try await catalog.dataset(call)
        let version = try await version(call, dataset)
        let store = catalog.store
        var document = VersionDocument(version, of: dataset, tags: try await store.tags(of: dataset))
        if !version.isPruned {
            document.redacted = try await store.redactedRows(of: dataset).count { $0.stands(in: version.version) }
        }
        document.references = try await store.references(of: dataset, version: version.version)
            .filter { call.identity.mayRead($0.dataset) }
            .map { VersionDocument.Reference(dataset: $0.dataset, version: $0.version) }
        return try APIAnswer.json(
            document, headers: [.contentLocation: Catalog.path(dataset, version.version)])
    }

    private func version(_ call: APICall, _ dataset: DatasetRecord) async throws -> VersionRecord {
        let name = try catalog.name(call.parameter("version"))
        guard case .number(let number) = name else {
            return try await catalog.version(call.parameter("version"), of: dataset)
        }
        return try await catalog.store.version(number, of: dataset, includingPruned: true)
    }

    @Sendable private func schema(_ call: APICall) async throws -> Response {
        let dataset = try await catalog.dataset(call)
        let version = try await version(call, dataset)
        var response = try await DatasetRoutes.document(version.schemaID, version.schemaHash, call, catalog)
        // What a name stands for may be another version tomorrow.
        if Int(call.parameter("version")) == nil { response.headers[.cacheControl] = "private, no-cache" }
        response.headers[.contentLocation] = Catalog.path(dataset, version.version) + "/schema"
        return response
    }
}
