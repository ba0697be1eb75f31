internal import Digest
internal import HTTPTypes
internal import Hummingbird
internal import LabelStore

/// The datasets, and the schemas that their versions were checked against.
struct DatasetRoutes {
    let catalog: Catalog

    private struct Datasets: Encodable {
        var datasets: [Dataset]
    }

    private struct Dataset: Encodable {
        var name: String
        /// 0 before the first is published.
        var currentVersion: Int
    }

    private struct Tag: Encodable {
        var name: String
        var version: Int
    }

    private struct OneDataset: Encodable {
        var name: String
        var currentVersion: Int
        var current: VersionDocument?
        var tags: [Tag]
    }

    private struct Schema: Encodable {
        var schemaHash: String
        var firstVersion: Int
        var lastVersion: Int
        var versions: Int
        var publishedAt: String
        var by: String
        var why: String?

        init(_ schema: SchemaRecord) {
            schemaHash = schema.hash.hex
            (firstVersion, lastVersion) = (schema.firstVersion, schema.lastVersion)
            versions = schema.versionCount
            publishedAt = schema.publishedAt.rfc3339
            (by, why) = (schema.actor, schema.reason)
        }
    }

    private struct Schemas: Encodable {
        var schemas: [Schema]
    }

    func add(to routes: inout APIRoutes) {
        routes.add(APIRoute(.get, "/v1/datasets", role: .reader, handler: list))
        routes.add(APIRoute(.get, "/v1/datasets/{dataset}", role: .reader, handler: one))
        routes.add(APIRoute(.get, "/v1/datasets/{dataset}/schemas", role: .reader, handler: schemas))
        routes.add(APIRoute(.get, "/v1/datasets/{dataset}/schemas/{schema}", role: .reader, handler: schema))
    }

    @Sendable private func list(_ call: APICall) async throws -> Response {
        let datasets = try await catalog.store.datasets().filter { call.identity.mayRead($0.name) }
        return try APIAnswer.json(
            Datasets(datasets: datasets.map { Dataset(name: $0.name, currentVersion: $0.currentVersion) }))
    }

    @Sendable private func one(_ call: APICall) async throws -> Response {
        let dataset = try await catalog.dataset(call)
        let tags = try await catalog.store.tags(of: dataset)
        var current: VersionDocument?
        if dataset.currentVersion > 0 {
            let version = try await catalog.store.version(
                dataset.currentVersion, of: dataset, includingPruned: true)
            current = VersionDocument(version, of: dataset, tags: tags)
        }
        return try APIAnswer.json(
            OneDataset(
                name: dataset.name, currentVersion: dataset.currentVersion, current: current,
                tags: tags.map { Tag(name: $0.name, version: $0.version) }))
    }

    @Sendable private func schemas(_ call: APICall) async throws -> Response {
        let dataset = try await catalog.dataset(call)
        return try APIAnswer.json(
            Schemas(schemas: try await catalog.store.schemas(of: dataset).map(Schema.init)))
    }

    @Sendable private func schema(_ call: APICall) async throws -> Response {
        let dataset = try await catalog.dataset(call)
        guard let hash = SHA256Digest(hex: call.parameter("schema")),
            let found = try await catalog.store.schemas(of: dataset).first(where: { $0.hash == hash })
        else {
            throw APIProblem.notFound(
                "No version of this dataset was checked against a schema with this hash.", code: "unknown-schema",
                hint: "GET /v1/datasets/\(dataset.name)/schemas lists them.")
        }
        return try await Self.document(found.id, hash, call, catalog)
    }

    /// The canonical document of a schema, whose SHA-256 is its hash.
    static func document(
        _ id: UInt32, _ hash: SHA256Digest, _ call: APICall, _ catalog: Catalog
    ) async throws -> Response {
        let tag = EntityTag(text: hash.hex)
        var headers: HTTPFields = [.eTag: tag.description, .cacheControl: EntityTag.forGood]
        headers[.vary] = "Authorization"
        if tag.isNamed(by: call.request.headers) { return Response(status: .notModified, headers: headers) }
        return APIAnswer.bytes(
            try await catalog.store.schemaDocument(id), type: "application/json", headers: headers)
    }
}
