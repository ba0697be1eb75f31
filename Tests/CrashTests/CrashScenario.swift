import TestSupport
import Testing

/// One thing that a person does next.
enum CrashStep: Sendable {
    /// A command, and the exit codes with which it may end.
    case sheaf([String], ends: Set<Int32> = [0])
    /// Relays until each training job has ended.
    case untilJobsEnd

    /// How it may end.
    var ends: Set<Int32> {
        if case .sheaf(_, let ends) = self { return ends }
        return [0]
    }
}

/// Something that the program does, and that is killed at each of its packets.
struct CrashScenario: Sendable, CustomTestStringConvertible {
    let name: String
    /// Brings about the state that it begins with.
    let prepare: @Sendable (CrashBench) async throws -> Void
    /// The command that is killed.
    let command: [String]
    /// The exit code with which it ends if nobody kills it.
    var end: Int32 = 0
    /// What is done after it, killed or not.
    let next: [CrashStep]
    /// Whose packets count: the command's own, or those of the processes that it launches.
    var sender = PacketSender.first
    /// Whether it leaves processes behind that go on: in a series, they would be taken for its next run.
    var launches = false
    /// Whether it changes tables, and not only rows.
    var changesTables = false
    /// Whether what people see changes in one moment.
    var isAtomic = true
    /// Whether what it begins with follows the rules of a store.
    var beginsSound = true
    /// Whether it moves thousands of rows: `make test` draws one of these, with one crash.
    var isLarge = false
    /// How many crashes of it `make test` draws.
    var sample = 3

    var testDescription: String { name }
}
