import LabelSchema
import LabelStore

/// A dataset and one of its versions: `recipe_category@12`, or `recipe_category` for the newest.
///
/// Behind the `@` stands a number, `latest`, a time such as `2026-11-01` or a tag.
struct VersionReference {
    let dataset: String
    let version: VersionName

    /// - Parameter text: what a person typed.
    /// - Throws: `Failure` with `Exit.usage` if it names no version.
    init(_ text: String) throws {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        dataset = parts[0]
        version = parts.count == 2 ? try Self.name(parts[1]) : .newest
    }

    /// The name of a version alone, as commands take it that are given the dataset before.
    ///
    /// - Parameters:
    ///   - text: what a person typed, such as `12`; `DATASET@12` is taken too.
    ///   - dataset: the dataset.
    /// - Throws: `Failure` with `Exit.usage` if it names no version of this dataset.
    init(_ text: String, of dataset: String) throws {
        guard text.contains("@") else {
            self.dataset = dataset
            version = try Self.name(text)
            return
        }
        self = try VersionReference(text)
        guard self.dataset == dataset || self.dataset.isEmpty else {
            throw Failure(
                .usage, code: "bad-version", "`\(CellText.shown(text))` is not a version of \(dataset).",
                hint: "Both have to be of one dataset.")
        }
    }

    private static func name(_ text: String) throws -> VersionName {
        if let name = VersionName(text) { return name }
        throw Failure(
            .usage, code: "bad-version", "`\(CellText.shown(text))` is not a version.",
            hint: "Write a number, such as 12, latest, a time, such as 2026-11-01 or 2026-11-01T10:00 (UTC), or a tag.")
    }

    /// Finds it in the store.
    func resolve(in store: LabelStore) async throws -> (dataset: DatasetRecord, version: VersionRecord) {
        let record = try await store.dataset(dataset)
        return (record, try await store.version(named: version, of: record))
    }
}
