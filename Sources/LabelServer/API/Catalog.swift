internal import LabelSchema
internal import LabelStore
internal import Sync

/// Finds what a path names, for the token that asks.
struct Catalog: Sendable {
    let store: LabelStore

    /// The dataset of the path.
    ///
    /// - Throws: `APIProblem` with 404.
    func dataset(_ call: APICall) async throws -> DatasetRecord {
        try await dataset(call.parameter("dataset"), for: call.identity)
    }

    /// A dataset by its name, which is not there for a token that is not for it.
    func dataset(_ name: String, for identity: Identity) async throws -> DatasetRecord {
        // Of a dataset that a token is not for, not even the time that the database takes tells.
        guard identity.mayRead(name), let found = try await store.findDataset(name) else {
            throw APIProblem.unknownDataset
        }
        return found
    }

    /// What a version is called: a number, `latest`, a time or a tag.
    ///
    /// - Throws: `APIProblem` with 404 if no version can be called so.
    func name(_ text: String) throws -> VersionName {
        guard let name = VersionName(text) else {
            throw APIProblem.notFound(
                "No version can be called that.", code: "bad-version",
                hint: "A version is a number, latest, a time such as 2026-11-01 or 2026-11-01T10:00Z, or a tag.")
        }
        return name
    }

    /// A version whose labels can be read.
    func version(_ text: String, of dataset: DatasetRecord) async throws -> VersionRecord {
        let name = try name(text)
        guard dataset.currentVersion > 0 else { throw Self.nothingPublished }
        return try await store.version(named: name, of: dataset)
    }

    static let nothingPublished = APIProblem.notFound(
        "Nothing is published of this dataset yet.", code: "unknown-version")

    func schema(of version: VersionRecord) async throws -> LabelSchema {
        try LabelSchema.parse(document: try await store.schemaDocument(version.schemaID))
    }

    /// Where a numbered version is found.
    static func path(_ dataset: DatasetRecord, _ version: Int) -> String {
        "/v1/datasets/\(dataset.name)/versions/\(version)"
    }
}
