internal import Foundation

/// Small files that only their owner may read.
enum PrivateFile {
    /// Writes a file whole or not at all: whoever opens it by its name finds all of it.
    ///
    /// - Throws: `TrainingError`.
    static func write(_ bytes: [UInt8], to path: String) throws {
        let draft = path + ".new"
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("written", path) }
        defer { close(descriptor) }
        try writeAll(bytes, to: descriptor, path: path)
        guard fsync(descriptor) == 0, rename(draft, path) == 0 else { throw failure("written", path) }
    }

    /// Writes bytes to an open file.
    static func writeAll(_ bytes: some Collection<UInt8>, to descriptor: CInt, path: String) throws {
        try Array(bytes).withUnsafeBytes { buffer in
            var written = 0
            while written < buffer.count {
                let count = Foundation.write(
                    descriptor, buffer.baseAddress?.advanced(by: written), buffer.count - written)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw failure("written", path) }
                written += count
            }
        }
    }

    /// The bytes of a file; `nil` if there is none.
    static func read(_ path: String) throws -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw failure("read", path)
        }
        defer { close(descriptor) }
        return try readAll(descriptor, path: path)
    }

    /// The bytes from the file's present offset on.
    static func readAll(_ descriptor: CInt, path: String, limit: Int = .max) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < limit {
            let count = Foundation.read(descriptor, &chunk, min(chunk.count, limit - bytes.count))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure("read", path) }
            if count == 0 { break }
            bytes += chunk[0..<count]
        }
        return bytes
    }

    /// Makes a folder, and those above it, for the owner only.
    static func makeFolder(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw TrainingError(
                .jobFolder, "The folder \(path) cannot be made.", hint: "Check the state folder and its owner.")
        }
    }

    private static func failure(_ what: String, _ path: String) -> TrainingError {
        let reason = String(cString: strerror(errno))
        return TrainingError(.jobFolder, "\(path) cannot be \(what): \(reason).", hint: "Check the state folder.")
    }
}
