internal import Foundation

/// What a trainer prints, kept up to a limit.
///
/// Beyond it the output is still taken, so that the trainer does not block, and dropped.
struct OutputLog: ~Copyable {
    private let descriptor: CInt
    private let path: String
    private var left: Int
    private let limit: Int
    private(set) var dropped = 0

    /// Opens the log, anew.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - limit: bytes.
    /// - Throws: `TrainingError` if it cannot be opened.
    init(path: String, limit: Int) throws {
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw TrainingError(
                .jobFolder, "\(path) cannot be written: \(String(cString: strerror(errno))).",
                hint: "Check the state folder.")
        }
        self.path = path
        self.limit = limit
        left = limit
    }

    deinit { close(descriptor) }

    mutating func append(_ bytes: [UInt8]) throws {
        let kept = bytes.prefix(left)
        try PrivateFile.writeAll(kept, to: descriptor, path: path)
        left -= kept.count
        guard kept.count < bytes.count else { return }
        if dropped == 0 { try note("the output passed \(limit) bytes; what follows is not kept") }
        dropped += bytes.count - kept.count
    }

    /// Adds a line of the supervisor's own, which no limit cuts.
    func note(_ text: String) throws {
        try PrivateFile.writeAll("\n[sheaf] \(text)\n".utf8, to: descriptor, path: path)
    }
}
