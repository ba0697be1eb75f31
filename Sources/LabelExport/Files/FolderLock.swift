internal import Foundation
internal import Synchronization

/// Keeps two processes from writing into one folder; the system lets go of it when the process ends, however that is.
final class FolderLock: Sendable {
    private let descriptor = Mutex<Int32>(-1)

    /// Takes the lock of a folder; `false` if somebody else has it, or had it until now.
    ///
    /// - Throws: `ExportProblem` for a folder that may not be read, or a link in its place.
    func take(_ path: String) throws -> Bool {
        try descriptor.withLock { descriptor in
            let opened = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard opened >= 0 else {
                if errno == ENOENT { return false }
                throw FolderFile.problem(path, errno)
            }
            var (locked, named) = (stat(), stat())
            // Whoever had it may have given the folder another name meanwhile.
            guard flock(opened, LOCK_EX | LOCK_NB) == 0, fstat(opened, &locked) == 0, stat(path, &named) == 0,
                locked.st_ino == named.st_ino
            else {
                close(opened)
                return false
            }
            descriptor = opened
            return true
        }
    }

    func release() {
        descriptor.withLock { descriptor in
            if descriptor >= 0 { close(descriptor) }
            descriptor = -1
        }
    }
}
