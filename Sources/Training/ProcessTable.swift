internal import Foundation

/// What the operating system says of processes.
enum ProcessTable {
    /// When a process started, in the kernel's ticks since the machine started; `nil` if it is gone, or there is no
    /// `/proc` here.
    static func startTicks(of pid: Int32) -> UInt64? {
        guard let bytes = try? PrivateFile.read("/proc/\(pid)/stat") else { return nil }
        // The second field is the program's name in parentheses, which may itself hold spaces and parentheses.
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[end...].split(separator: " ")
        return fields.count > 20 ? UInt64(fields[20]) : nil
    }

    /// Whether a child has ended, without reaping it: until it is reaped, its process group's id is not given out again.
    static func hasEnded(child pid: Int32) -> Bool {
        var information = siginfo_t()
        guard waitid(P_PID, id_t(pid), &information, WEXITED | WNOHANG | WNOWAIT) == 0 else { return true }
        return information.si_signo == SIGCHLD
    }

    /// Sends a signal to all processes of a group; that none is left is as good as that they got it.
    static func signal(group: Int32, _ signal: CInt) {
        guard group > 1 else { return }
        kill(-group, signal)
    }

    /// Kills a trainer whose supervisor is gone, if it is still the process that was started.
    static func killLeftover(_ trainer: TrainerProcessFile) -> Bool {
        guard let ticks = trainer.startTicks, startTicks(of: trainer.pid) == ticks else { return false }
        signal(group: trainer.pid, SIGKILL)
        return true
    }
}
