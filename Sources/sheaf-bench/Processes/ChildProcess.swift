import Dispatch
import Foundation
import Synchronization

/// How a child process ended, and what it used.
struct ChildEnd: Sendable {
    /// The exit code; nil if a signal ended it.
    let exitCode: Int32?
    /// What it used, with what the children that it waited for used.
    let usage: ResourceUsage
}

/// A process that was started from here, in a process group of its own: Ctrl-C in the terminal is for this program,
/// which then ends its children in good order.
final class ChildProcess: Sendable {
    private enum State {
        case running([CheckedContinuation<ChildEnd, Never>])
        case ended(ChildEnd)
    }

    let pid: pid_t
    private let start = ContinuousClock.now
    private let state = Mutex(State.running([]))

    /// How long a process may take to end after it was asked to, in seconds.
    private static let patience = 10.0

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - program: its path.
    ///   - arguments: what follows its name.
    ///   - output: the file that standard output is written to.
    ///   - errors: the file that standard error is written to.
    /// - Throws: `BenchFailure` if it cannot be started.
    init(_ program: String, _ arguments: [String], output: String, errors: String) throws {
        pid = try Self.spawn(program, arguments, output: output, errors: errors)
        let waiting = Thread { [self] in waitForEnd() }
        waiting.start()
    }

    /// Waits for the end.
    func end() async -> ChildEnd {
        await withCheckedContinuation { continuation in
            let end: ChildEnd? = state.withLock { state in
                switch state {
                case .ended(let end): return end
                case .running(let waiting):
                    state = .running(waiting + [continuation])
                    return nil
                }
            }
            if let end { continuation.resume(returning: end) }
        }
    }

    /// Asks it and what it started to end, and makes them after some seconds.
    func stop() {
        signal(SIGTERM)
        DispatchQueue.global().asyncAfter(deadline: .now() + Self.patience) { self.signal(SIGKILL) }
    }

    var hasEnded: Bool {
        state.withLock { state in
            if case .ended = state { true } else { false }
        }
    }

    private func signal(_ number: Int32) {
        state.withLock { state in
            // Until it is reaped, which the lock keeps from happening now, its id is nobody else's.
            if case .running = state { kill(-pid, number) }
        }
    }

    private func waitForEnd() {
        var information = siginfo_t()
        while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        let wall = ContinuousClock.now - start
        let (end, waiting) = state.withLock { state in
            let end = reap(wall)
            var waiting: [CheckedContinuation<ChildEnd, Never>] = []
            if case .running(let continuations) = state { waiting = continuations }
            state = .ended(end)
            return (end, waiting)
        }
        for continuation in waiting { continuation.resume(returning: end) }
    }

    private func reap(_ wall: Duration) -> ChildEnd {
        var status: Int32 = 0
        var usage = rusage()
        while wait4(pid, &status, 0, &usage) < 0, errno == EINTR {}
        // As WIFEXITED and WEXITSTATUS have it, which are macros.
        let exitCode = status & 0x7f == 0 ? (status >> 8) & 0xff : nil
        return ChildEnd(exitCode: exitCode, usage: ResourceUsage(wall: wall, usage))
    }
}

// MARK: - Starting

extension ChildProcess {
    private static func spawn(
        _ program: String, _ arguments: [String], output: String, errors: String
    ) throws -> pid_t {
        #if canImport(Darwin)
            var actions: posix_spawn_file_actions_t?
            var attributes: posix_spawnattr_t?
        #else
            var actions = posix_spawn_file_actions_t()
            var attributes = posix_spawnattr_t()
        #endif
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }

        let writing = O_WRONLY | O_CREAT | O_APPEND
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, writing, 0o600)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errors, writing, 0o600)

        // The pool's threads block signals, and a child would go on doing so.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETPGROUP))

        var pid: pid_t = 0
        let variables = ProcessInfo.processInfo.environment.map { "\($0)=\($1)" }
        let status = withCStrings([program] + arguments) { arguments in
            withCStrings(variables) { variables in
                posix_spawn(&pid, program, &actions, &attributes, arguments, variables)
            }
        }
        guard status == 0 else {
            throw BenchFailure("\(program) cannot be started: \(String(cString: strerror(status)))")
        }
        return pid
    }

    private static func withCStrings<R>(
        _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> R
    ) -> R {
        let copies = texts.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        return body(copies + [nil])
    }
}
