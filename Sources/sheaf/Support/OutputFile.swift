import Foundation

/// A file that appears whole or not at all: it is written under another name in the same folder, and renamed.
final class OutputFile {
    private let path: String?
    private let temporary: String
    private let descriptor: Int32

    /// Opens the temporary file.
    ///
    /// - Parameter path: `nil` writes to standard output.
    /// - Throws: `Failure` if the file cannot be made.
    init(path: String?) throws {
        self.path = path
        guard let path else {
            temporary = ""
            descriptor = STDOUT_FILENO
            return
        }
        temporary = "\(path).\(ProcessInfo.processInfo.processIdentifier).tmp"
        descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Self.failure(path, errno) }
    }

    func write(_ bytes: [UInt8]) throws {
        var done = 0
        while done < bytes.count {
            let written = bytes.withUnsafeBytes { bytes in
                Foundation.write(descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done)
            }
            if written < 0 {
                if errno == EINTR { continue }
                throw Self.failure(path ?? "standard output", errno)
            }
            done += written
        }
    }

    /// Makes the file visible, once all its bytes are on the disk.
    func finish() throws {
        guard let path else { return }
        guard fsync(descriptor) == 0, close(descriptor) == 0, rename(temporary, path) == 0 else {
            throw Self.failure(path, errno)
        }
    }

    /// Leaves nothing behind.
    func discard() {
        guard path != nil else { return }
        close(descriptor)
        unlink(temporary)
    }

    private static func failure(_ path: String, _ number: Int32) -> Failure {
        let reason = String(cString: strerror(number))
        let hint: String
        switch number {
        case ENOSPC, EDQUOT: hint = "Free some space, or write to another disk. Nothing was left behind."
        case ENOENT: hint = "Make the folder first."
        case EACCES, EROFS: hint = "Choose a folder that may be written to."
        case EPIPE: hint = "The reader went away before the end."
        default: hint = ""
        }
        return Failure(.output, code: "output", "\(path) could not be written: \(reason).", hint: hint)
    }
}
