import Foundation

/// The `openssl` command in a folder of its own, which goes when this does, with the server it runs.
///
/// Not by Foundation's `Process`: that learns of a child's end by a socket which any other child started at the same
/// moment inherits, and a server keeps for good.
final class OpenSSLCommand {
    struct Failure: Error {
        let arguments: String
        let status: CInt
    }

    let folder: URL
    private var server: pid_t?

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit {
        if let server {
            kill(server, SIGKILL)
            waitpid(server, nil, 0)
        }
        try? FileManager.default.removeItem(at: folder)
    }

    func path(_ name: String) -> String {
        folder.appendingPathComponent(name).path
    }

    /// Runs one command to its end.
    func run(_ arguments: String) throws {
        var status: CInt = 0
        waitpid(try spawn(arguments, output: nil), &status, 0)
        guard status == 0 else { throw Failure(arguments: arguments, status: status) }
    }

    /// Starts `openssl s_server` on any free port; returns the port.
    func startServer(_ arguments: String) throws -> String {
        let output = Pipe()
        server = try spawn(
            "s_server -accept 127.0.0.1:0 \(arguments)", output: output.fileHandleForWriting.fileDescriptor)
        try output.fileHandleForWriting.close()
        var said = ""
        while true {
            let more = output.fileHandleForReading.availableData
            guard !more.isEmpty else { throw Failure(arguments: arguments, status: -1) }
            said += String(decoding: more, as: UTF8.self)
            let lines = said.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            if let line = lines.first(where: { $0.hasPrefix("ACCEPT") }) {
                return line.split(separator: ":").last.map(String.init) ?? "0"
            }
        }
    }

    private func spawn(_ arguments: String, output: CInt?) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        if let output {
            posix_spawn_file_actions_adddup2(&actions, output, 1)
        } else {
            posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        }
        let command = "cd \(folder.path) && exec openssl \(arguments)"
        let shell: [String] = ["sh", "-c", command]
        let words = shell.map { strdup($0) }
        defer { words.forEach { free($0) } }
        var child = pid_t()
        let status = posix_spawnp(&child, "sh", &actions, nil, words + [nil], environ)
        guard status == 0 else { throw Failure(arguments: arguments, status: status) }
        return child
    }
}
