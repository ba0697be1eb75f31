internal import LabelStore
internal import Logging

/// Notes how a run ended that threw, and takes back what it had staged: nobody should have to wait for the next run.
struct RunEnd: Sendable {
    let dataset: DatasetRecord
    let runID: UInt64
    let store: LabelStore
    let logger: Logger

    func note(after error: any Error, lease: Lease) async {
        let cancelled = Task.isCancelled || error is CancellationError
        var report = SyncReport(dataset: dataset.name, outcome: .failed, baseVersion: dataset.currentVersion)
        report.runID = runID
        report.notes = [cancelled ? "cancelled" : String(describing: type(of: error))]
        let text = (try? SyncRunner.json(report)) ?? "{}"
        // A task of its own: that of the run may have been cancelled, and its end has to be noted all the same.
        await Task {
            do {
                _ = try await store.undoAbandonedStaging(dataset, lease: lease)
                try await store.endRun(runID, state: cancelled ? .cancelled : .failed, report: text, lease: lease)
            } catch {
                // The next run finds it abandoned and undoes what is left.
                logger.warning("the end of the run was not noted", metadata: ["error": "\(error)"])
            }
        }.value
    }
}
