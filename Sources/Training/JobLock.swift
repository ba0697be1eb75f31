internal import Foundation
internal import Synchronization

/// The lock of one attempt's folder: whoever holds it starts, or supervises, the trainer.
///
/// The lock is a `flock` of the file's open description. It passes from the launcher to the supervisor without a gap,
/// since the supervisor gets that very description as its standard output; and the kernel drops it when the last holder
/// is gone, however it went.
final class JobLock: Sendable {
    let descriptor: CInt
    private let isHandedOver = Atomic(false)

    private init(descriptor: CInt) { self.descriptor = descriptor }

    deinit {
        // Closing alone would not do: a child that another thread is just starting has a copy until its exec.
        if !isHandedOver.load(ordering: .relaxed) { flock(descriptor, LOCK_UN) }
        close(descriptor)
    }

    /// Notes that a child has the lock now, which is not to be unlocked from here any more.
    func handOver() { isHandedOver.store(true, ordering: .relaxed) }

    /// Takes the lock of a file, which is made if there is none.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - inherited: a descriptor that may stand for the same open description as the launcher's, and so hold the lock
    ///     already.
    /// - Returns: `nil` if somebody else holds it.
    /// - Throws: `TrainingError` if the file cannot be opened.
    static func take(_ path: String, inherited: CInt? = nil) throws -> JobLock? {
        if let inherited, isSameFile(inherited, path) {
            let duplicate = fcntl(inherited, F_DUPFD_CLOEXEC, 0)
            guard duplicate >= 0 else { throw failure(path) }
            return locked(duplicate)
        }
        let descriptor = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(path) }
        return locked(descriptor)
    }

    /// Whether somebody holds the lock; asking does not take it for longer than the question.
    static func isHeld(_ path: String) throws -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return false }
            throw failure(path)
        }
        return locked(descriptor) == nil
    }

    private static func locked(_ descriptor: CInt) -> JobLock? {
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            return nil
        }
        return JobLock(descriptor: descriptor)
    }

    private static func isSameFile(_ descriptor: CInt, _ path: String) -> Bool {
        var (one, other) = (stat(), stat())
        guard fstat(descriptor, &one) == 0, stat(path, &other) == 0 else { return false }
        return one.st_dev == other.st_dev && one.st_ino == other.st_ino
    }

    private static func failure(_ path: String) -> TrainingError {
        TrainingError(
            .jobFolder, "\(path) cannot be opened: \(String(cString: strerror(errno))).",
            hint: "Check the state folder and its owner.")
    }
}
