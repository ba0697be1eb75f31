internal import Dispatch
internal import Synchronization

/// The executor of one connection: a thread of its own.
///
/// The client library's calls block, so they must not run on the cooperative pool; and a library thread has state of
/// its own, so a connection stays on one thread from first call to last.
final class ConnectionThread: SerialExecutor {
    private struct Work {
        var jobs: [UnownedJob] = []
        var lastWill: (@Sendable () -> Void)?
    }

    private let work = Mutex(Work())
    private let wakeUp = DispatchSemaphore(value: 0)

    /// Starts the thread.
    init() throws(MySQLError) {
        guard NativeThread.start({ [self] in run() }) else {
            throw MySQLError(.connectFailed, "the system has no thread left for a connection")
        }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        work.withLock { $0.jobs.append(job) }
        wakeUp.signal()
    }

    /// Ends the thread when its jobs are done; the closure is the last that runs on it.
    func stop(_ lastWill: @escaping @Sendable () -> Void) {
        work.withLock { $0.lastWill = lastWill }
        wakeUp.signal()
    }

    private func run() {
        while true {
            wakeUp.wait()
            let (jobs, lastWill) = work.withLock { work in
                let taken = work
                work.jobs = []
                return (taken.jobs, taken.lastWill)
            }
            for job in jobs { job.runSynchronously(on: asUnownedSerialExecutor()) }
            if let lastWill {
                lastWill()
                return
            }
        }
    }
}
