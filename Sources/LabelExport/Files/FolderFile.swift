internal import Foundation

/// A file in a folder, under another name until it is whole.
final class FolderFile: ExportFile {
    private let path: String
    private let temporary: String
    /// -1 once it is closed: the number may be another file's by then.
    private var descriptor: Int32
    private var isFinished = false

    init(_ path: String) throws {
        self.path = path
        temporary = path + ".part"
        descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Self.problem(path, errno) }
    }

    func write(_ bytes: [UInt8]) async throws {
        var done = 0
        while done < bytes.count {
            let written = bytes.withUnsafeBytes { bytes in
                Foundation.write(descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done)
            }
            if written < 0 {
                if errno == EINTR { continue }
                throw Self.problem(path, errno)
            }
            done += written
        }
    }

    func finish() async throws {
        guard fsync(descriptor) == 0, shut() == 0, rename(temporary, path) == 0 else {
            throw Self.problem(path, errno)
        }
        isFinished = true
    }

    func discard() async {
        if isFinished { return }
        if descriptor >= 0 { _ = shut() }
        unlink(temporary)
    }

    private func shut() -> Int32 {
        defer { descriptor = -1 }
        return close(descriptor)
    }

    static func problem(_ path: String, _ number: Int32) -> ExportProblem {
        let hint =
            switch number {
            case ENOSPC, EDQUOT: "Free some space, or write to another disk; what is whole need not be written again."
            case EACCES, EROFS: "Choose a place that may be written to."
            default: ""
            }
        return ExportProblem(.output, "\(path) cannot be written: \(String(cString: strerror(number))).", hint: hint)
    }
}

/// What a path names; a link is itself.
struct FileStatus {
    let device: dev_t
    let mode: mode_t

    /// `nil` if nothing is there.
    init?(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        (device, mode) = (status.st_dev, status.st_mode & 0o7777)
        (isFolder, isLink) = (status.st_mode & S_IFMT == S_IFDIR, status.st_mode & S_IFMT == S_IFLNK)
    }

    let isFolder: Bool
    let isLink: Bool
}
