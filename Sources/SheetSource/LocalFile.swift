#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// A file opened for reading, closed at the end of its scope.
struct LocalFile: ~Copyable {
    private let descriptor: CInt

    /// Opens the file; throws the system's words for why it cannot be.
    init(path: String) throws(LocalFileError) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw LocalFileError(code: errno) }
    }

    deinit {
        close(descriptor)
    }

    /// The next bytes, at most `count`; empty at the end.
    func read(upTo count: Int) throws(LocalFileError) -> [UInt8] {
        var failure: CInt = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            var result = systemRead(descriptor, buffer.baseAddress, count)
            while result < 0, errno == EINTR { result = systemRead(descriptor, buffer.baseAddress, count) }
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

    /// A text that differs whenever the file was written to: which file, its size, and when it last changed.
    func version() throws(LocalFileError) -> String {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw LocalFileError(code: errno) }
        #if canImport(Glibc)
            let modified = status.st_mtim
        #else
            let modified = status.st_mtimespec
        #endif
        return "\(status.st_ino)-\(status.st_size)-\(modified.tv_sec).\(modified.tv_nsec)"
    }
}

/// Why a file could not be opened or read, in the system's words.
struct LocalFileError: Error, CustomStringConvertible {
    let code: CInt

    var description: String { String(cString: strerror(code)) }
}

/// `read(2)`, under a name that the method above does not hide.
private func systemRead(_ descriptor: CInt, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    read(descriptor, buffer, count)
}
