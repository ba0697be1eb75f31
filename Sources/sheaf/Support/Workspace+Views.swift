import LabelSchema
import LabelStore

/// The views of the datasets, which follow what was published.
extension Workspace {
    /// Brings the views of a dataset up to date, after a run that published or may have found one that did not come to it.
    ///
    /// Never an error: whatever was done before it is done.
    ///
    /// - Parameters:
    ///   - dataset: its name.
    ///   - store: the store.
    ///   - published: a version, a tag or the tables changed just now; else it is only looked whether there is need.
    /// - Returns: what was done, and what there is to tell.
    func reconcileViews(of dataset: String, _ store: LabelStore, published: Bool) async -> ViewReconciliation {
        do {
            return try await store.reconcileViews(
                of: dataset, in: configuration.views, owner: Self.worker, onlyIfUnsettled: !published)
        } catch {
            let failure = Failure(error)
            var result = ViewReconciliation()
            result.warnings = [
                "The views of \(dataset) were not brought up to date: \(failure.message) The next sync tries again."
            ]
            return result
        }
    }

    /// Why fields of a dataset cannot be columns of its views; nothing where there are to be none.
    func viewProblems(_ schema: LabelSchema) -> [String] {
        configuration.views == .nowhere ? [] : ViewDefinition.problems(with: ViewColumn.columns(of: schema))
    }
}
