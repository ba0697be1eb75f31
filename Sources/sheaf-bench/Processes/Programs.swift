import Foundation

/// The programs that a run starts, and how it waits for them.
struct Programs: Sendable {
    /// This program.
    let bench: String
    let sheaf: String
    let emulator: String
    let folder: BenchFolder

    /// Finds the programs beside this one, or in another folder.
    ///
    /// - Throws: `BenchFailure` that names what is missing.
    init(in directory: String?, folder: BenchFolder) throws {
        bench = try Self.thisProgram()
        let directory = directory ?? URL(fileURLWithPath: bench).deletingLastPathComponent().path(percentEncoded: false)
        sheaf = URL(fileURLWithPath: directory).appending(path: "sheaf").path(percentEncoded: false)
        emulator = URL(fileURLWithPath: directory).appending(path: "sheaf-emulator").path(percentEncoded: false)
        self.folder = folder
        for program in [sheaf, emulator] where !FileManager.default.isExecutableFile(atPath: program) {
            throw BenchFailure("There is no program \(program). Build all products first: swift build -c release")
        }
    }

    private static func thisProgram() throws -> String {
        #if os(Linux)
            if let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") { return path }
        #endif
        guard let path = Bundle.main.executablePath else { throw BenchFailure("This program cannot find itself.") }
        return path
    }

    /// Runs a program to its end; cancelling the task ends it.
    ///
    /// - Parameters:
    ///   - program: its path.
    ///   - arguments: what follows its name.
    ///   - name: what its logs are called.
    ///   - success: the exit code that it has to end with.
    /// - Returns: its standard output, and what it used.
    /// - Throws: `BenchFailure` with the last of what it said, if it fails; `CancellationError`.
    func run(
        _ program: String, _ arguments: [String], as name: String, success: Int32 = 0
    ) async throws -> (Data, ResourceUsage) {
        try Task.checkCancellation()
        let logs = folder.logs(name)
        let child = try ChildProcess(program, arguments, output: logs.output, errors: logs.errors)
        let end = await withTaskCancellationHandler {
            await child.end()
        } onCancel: {
            child.stop()
        }
        try Task.checkCancellation()
        guard end.exitCode == success else { throw Self.failure(program, arguments, end, logs.errors) }
        return (FileManager.default.contents(atPath: logs.output) ?? Data(), end.usage)
    }

    /// Runs a program to its end, also if the task is cancelled: for what must not be left half done.
    @discardableResult
    func complete(_ program: String, _ arguments: [String], as name: String) async throws -> String {
        let logs = folder.logs(name)
        let end = await (try ChildProcess(program, arguments, output: logs.output, errors: logs.errors)).end()
        guard end.exitCode == 0 else { throw Self.failure(program, arguments, end, logs.errors) }
        return String(decoding: FileManager.default.contents(atPath: logs.output) ?? Data(), as: UTF8.self)
    }

    static func failure(_ program: String, _ arguments: [String], _ end: ChildEnd, _ log: String) -> BenchFailure {
        let name = URL(fileURLWithPath: program).lastPathComponent
        let how = end.exitCode.map { "ended with code \($0)" } ?? "was killed"
        return BenchFailure("\(name) \(arguments.first ?? "") \(how):\n\(tail(of: log))")
    }

    private static func tail(of log: String) -> String {
        let text = String(decoding: FileManager.default.contents(atPath: log) ?? Data(), as: UTF8.self)
        return text.split(separator: "\n").suffix(12).joined(separator: "\n")
    }
}
