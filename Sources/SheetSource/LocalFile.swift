internal import Dispatch

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif
#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// An open file, closed with the last reference to it.
///
/// Its methods wait for the disk, or for the server of a network folder: where that may be long, they are called
/// through `onFileThread`.
final class LocalFile: Sendable {
    private let descriptor: CInt

    /// Opens a file for reading.
    ///
    /// - Parameters:
    ///   - path: where it is.
    ///   - mustBeRegular: refuse pipes and devices, which have no size and no end that proves anything.
    /// - Throws: the system's words for why it cannot be.
    init(path: String, mustBeRegular: Bool = false) throws(LocalFileError) {
        // Without O_NONBLOCK, opening a pipe would wait until somebody writes to it.
        descriptor = open(path, O_RDONLY | O_CLOEXEC | (mustBeRegular ? O_NONBLOCK : 0))
        guard descriptor >= 0 else { throw LocalFileError(code: errno) }
        guard mustBeRegular else { return }
        switch try status().st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw LocalFileError(code: EISDIR)
        default: throw LocalFileError(code: EINVAL, words: "it is a pipe or a device, not a file")
        }
    }

    /// A new file that has no name, in the folder for temporary files: nothing of it is left however the process ends.
    init() throws(LocalFileError) {
        let folder = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
        var template = Array("\(folder)/sheaf-answer-XXXXXX".utf8CString)
        // Made with mode 0600; unlinked at once, nobody else can open it.
        descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw LocalFileError(code: errno) }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        unlink(template)
    }

    /// A copy of everything that another file holds from here on, in a new file without a name.
    convenience init(copyOf other: LocalFile) throws(LocalFileError) {
        try self.init()
        while true {
            let chunk = try other.read(upTo: 1 << 20)
            if chunk.isEmpty { return }
            try append(chunk)
        }
    }

    private init(descriptor: CInt) {
        self.descriptor = descriptor
    }

    /// Standard input, under a descriptor of its own.
    static func standardInput() throws(LocalFileError) -> LocalFile {
        let descriptor = dup(STDIN_FILENO)
        guard descriptor >= 0 else { throw LocalFileError(code: errno) }
        return LocalFile(descriptor: descriptor)
    }

    deinit {
        close(descriptor)
    }

    /// The next bytes, at most `count`; empty at the end.
    func read(upTo count: Int) throws(LocalFileError) -> [UInt8] {
        try filled(count) { systemRead(descriptor, $0, count) }
    }

    /// The bytes from `offset` on, at most `count`; empty at the end.
    func read(upTo count: Int, at offset: Int) throws(LocalFileError) -> [UInt8] {
        try filled(count) { pread(descriptor, $0, count, off_t(offset)) }
    }

    private func filled(
        _ count: Int, _ fill: (UnsafeMutablePointer<UInt8>?) -> Int
    ) throws(LocalFileError) -> [UInt8] {
        var failure: CInt = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            var result = fill(buffer.baseAddress)
            while result < 0, errno == EINTR { result = fill(buffer.baseAddress) }
            failure = result < 0 ? errno : 0
            filled = max(0, result)
        }
        guard failure == 0 else { throw LocalFileError(code: failure) }
        return bytes
    }

    /// Everything up to the end, as long as it is no more than `limit`.
    func readAll(limit: Int) throws(LocalFileError) -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            let chunk = try read(upTo: 1 << 16)
            if chunk.isEmpty { return bytes }
            guard bytes.count + chunk.count <= limit else { throw LocalFileError(code: EFBIG) }
            bytes += chunk
        }
    }

    /// Writes behind what was written before.
    func append(_ bytes: [UInt8]) throws(LocalFileError) {
        var done = 0
        while done < bytes.count {
            let written = bytes.withUnsafeBytes {
                systemWrite(descriptor, $0.baseAddress?.advanced(by: done), $0.count - done)
            }
            if written < 0 {
                if errno == EINTR { continue }
                throw LocalFileError(code: errno)
            }
            done += written
        }
    }

    /// What the file system says of the file; it differs whenever the file was written to.
    func stamp() throws(LocalFileError) -> FileStamp {
        let status = try status()
        #if canImport(Glibc)
            let (modified, changed) = (status.st_mtim, status.st_ctim)
        #else
            let (modified, changed) = (status.st_mtimespec, status.st_ctimespec)
        #endif
        return FileStamp(
            device: UInt64(status.st_dev), number: UInt64(status.st_ino), size: Int64(status.st_size),
            modifiedSeconds: Int64(modified.tv_sec), modifiedNanoseconds: Int64(modified.tv_nsec),
            changedSeconds: Int64(changed.tv_sec), changedNanoseconds: Int64(changed.tv_nsec))
    }

    private func status() throws(LocalFileError) -> stat {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw LocalFileError(code: errno) }
        return status
    }
}

/// Which file it is, its size, and when its bytes and what is told about it last changed.
struct FileStamp: Equatable, Sendable {
    let device: UInt64
    let number: UInt64
    let size: Int64
    let modifiedSeconds: Int64
    let modifiedNanoseconds: Int64
    /// Unlike the time of modification, nobody can set this one back.
    let changedSeconds: Int64
    let changedNanoseconds: Int64
}

/// Why a file could not be opened, read or written, in the system's words.
struct LocalFileError: Error, CustomStringConvertible {
    let code: CInt
    /// What is wrong, where the system has no words for it.
    var words: String?

    var description: String { words ?? String(cString: strerror(code)) }
}

/// Runs work that waits for files, away from the few threads that all tasks share.
///
/// A network folder whose server is gone holds a thread for minutes; here it holds up nobody else.
func onFileThread<R: Sendable>(
    _ work: @escaping @Sendable () throws(LocalFileError) -> R
) async throws(LocalFileError) -> R {
    let result = await withCheckedContinuation { (waiting: CheckedContinuation<Result<R, LocalFileError>, Never>) in
        fileThreads.async {
            do throws(LocalFileError) {
                waiting.resume(returning: .success(try work()))
            } catch {
                waiting.resume(returning: .failure(error))
            }
        }
    }
    return try result.get()
}

/// Dispatch starts a thread for each piece of work that waits, up to a limit of its own.
private let fileThreads = DispatchQueue(label: "sheaf.files", attributes: .concurrent)

/// `read(2)`, under a name that the methods above do not hide.
private func systemRead(_ descriptor: CInt, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    read(descriptor, buffer, count)
}

/// `write(2)`, likewise.
private func systemWrite(_ descriptor: CInt, _ buffer: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, buffer, count)
}
