import LabelStore

/// `recipe_category@12`, `recipe_category@latest`, or `recipe_category` for the newest.
struct VersionReference {
    let dataset: String
    /// `nil` means the newest.
    let version: Int?

    init(_ text: String) throws {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        dataset = parts[0]
        guard parts.count == 2, parts[1] != "latest" else {
            version = nil
            return
        }
        guard let number = Int(parts[1]), number > 0 else {
            throw Failure(
                .usage, code: "bad-version", "`\(parts[1])` is not a version.",
                hint: "Write DATASET@NUMBER, such as recipe_category@12, or DATASET@latest.")
        }
        version = number
    }

    /// Finds it in the store.
    func resolve(in store: LabelStore) async throws -> (dataset: DatasetRecord, version: VersionRecord) {
        let record = try await store.dataset(dataset)
        return (record, try await store.version(version ?? record.currentVersion, of: record))
    }
}
