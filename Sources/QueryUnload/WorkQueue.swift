internal import Dispatch

/// An executor on a queue of its own: what takes long, by computing or by waiting for a disk, stays off the cooperative
/// pool.
final class WorkQueue: SerialExecutor {
    private let queue: DispatchQueue

    init(_ label: String) {
        queue = DispatchQueue(label: label)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
