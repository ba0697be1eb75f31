import Foundation

/// A file that appears whole or not at all: it is written under another name in the same folder, and renamed.
///
/// What is no regular file (a device, a pipe) is written to as it stands.
final class OutputFile {
    private let path: String?
    /// The name it has until it is whole; `nil` if it is written to directly.
    private let temporary: String?
    private let descriptor: Int32
    /// Its number may be another file's since.
    private var isClosed = false

    /// - Parameter path: `nil` or `-` writes to standard output.
    /// - Throws: `Failure` with `Exit.output` if the file cannot be made.
    init(path: String?) throws {
        guard let path, path != "-" else {
            self.path = nil
            temporary = nil
            descriptor = STDOUT_FILENO
            return
        }
        // A link is followed, and stays.
        let resolved = URL(filePath: path).resolvingSymlinksInPath().path(percentEncoded: false)
        self.path = resolved
        var status = stat()
        let exists = stat(resolved, &status) == 0
        if exists, status.st_mode & S_IFMT != S_IFREG {
            temporary = nil
            descriptor = open(resolved, O_WRONLY | O_CLOEXEC)
        } else {
            let name = "\(resolved).\(ProcessInfo.processInfo.processIdentifier).tmp"
            temporary = name
            // Who may read the file that is there may read the one that takes its place.
            descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, exists ? status.st_mode & 0o777 : 0o644)
        }
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
        guard let temporary else {
            guard closeOnce() == 0 else { throw Self.failure(path, errno) }
            return
        }
        guard fsync(descriptor) == 0, closeOnce() == 0, rename(temporary, path) == 0 else {
            throw Self.failure(path, errno)
        }
    }

    /// Leaves nothing behind.
    func discard() {
        guard path != nil else { return }
        _ = closeOnce()
        if let temporary { unlink(temporary) }
    }

    private func closeOnce() -> Int32 {
        if isClosed { return 0 }
        isClosed = true
        return close(descriptor)
    }

    private static func failure(_ path: String, _ number: Int32) -> Failure {
        let reason = String(cString: strerror(number))
        let hint: String
        switch number {
        case ENOSPC, EDQUOT: hint = "Free some space, or write to another disk."
        case ENOENT: hint = "Make the folder first."
        case EACCES, EROFS: hint = "Choose a folder that may be written to."
        case EPIPE: hint = "The reader went away before the end."
        default: hint = ""
        }
        return Failure(.output, code: "output", "\(path) could not be written: \(reason).", hint: hint)
    }
}
