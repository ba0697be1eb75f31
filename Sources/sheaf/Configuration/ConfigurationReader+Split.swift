import LabelDiff

extension ConfigurationReader {
    /// `split`: how the labels of a dataset are divided, where `sheaf export --only` says no more.
    func split(_ dataset: YAMLMapping) -> SplitSettings? {
        guard let mapping = dataset.mapping("split", keys: ["shares", "by", "salt"]) else { return nil }
        guard let shares = mapping.text("shares") else {
            collector.note("`\(mapping.path)` needs shares, such as train:80,validation:10,test:10", at: mapping.node)
            return nil
        }
        do {
            _ = try SplitPlan(shares, salt: "")
        } catch {
            collector.note(
                "`\(mapping.path).shares`: \(error.message). \(error.hint)", at: mapping["shares"] ?? mapping.node)
        }
        return SplitSettings(shares: shares, by: mapping.text("by"), salt: mapping.text("salt"))
    }
}
