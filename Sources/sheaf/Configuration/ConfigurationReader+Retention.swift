import LabelStore

extension ConfigurationReader {
    /// `retention`: which versions of a dataset `sheaf gc` keeps.
    func retention(_ dataset: YAMLMapping) -> RetentionRule? {
        guard let mapping = dataset.mapping("retention", keys: ["keep_versions", "keep_days", "grace"]) else {
            return nil
        }
        let versions = mapping.number("keep_versions", in: 1...1_000_000)
        let days = mapping.number("keep_days", in: 1...100_000)
        if mapping["keep_versions"] == nil, mapping["keep_days"] == nil {
            collector.note(
                "`\(mapping.path)` needs keep_versions or keep_days; leave it out to keep every version",
                at: mapping.node)
        }
        let week = Duration.seconds(7 * 86_400)
        return RetentionRule(
            keepVersions: versions, keepDays: days, grace: mapping.duration("grace", default: week))
    }
}
