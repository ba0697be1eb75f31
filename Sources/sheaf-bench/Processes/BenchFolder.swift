import Foundation
import Synchronization

/// A temporary folder for everything that a run writes, open to its owner only.
final class BenchFolder: Sendable {
    let path: String
    private let count = Mutex(0)

    /// Makes the folder.
    init() throws {
        let pattern = FileManager.default.temporaryDirectory.appending(path: "sheaf-bench.XXXXXX")
        var template = Array(pattern.path(percentEncoded: false).utf8CString)
        guard mkdtemp(&template) != nil else {
            throw BenchFailure("No temporary folder can be made: \(String(cString: strerror(errno)))")
        }
        path = String(decoding: template.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// The path of a file or folder in it.
    func path(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a text into a file of this name, and tells its path.
    @discardableResult
    func write(_ text: String, to name: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path(name)), options: .atomic)
        return path(name)
    }

    /// Files for what the next child says; the names tell the order in which children were started.
    func logs(_ name: String) -> (output: String, errors: String) {
        let number = count.withLock { count in
            count += 1
            return count
        }
        let digits = String(number)
        let prefix = path(String(repeating: "0", count: max(0, 3 - digits.count)) + digits + "-" + name)
        return (prefix + ".out", prefix + ".err")
    }

    /// Deletes it with all that is in it.
    func remove() {
        try? FileManager.default.removeItem(atPath: path)
    }
}
