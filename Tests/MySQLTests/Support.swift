import Dispatch
import MySQL
import Synchronization
import Testing

/// A clock on which no time has to pass: a wait between attempts is over at once.
struct ImmediateClock: Clock {
    struct Instant: InstantProtocol {
        var offset = Duration.zero
        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    var now: Instant { Instant() }
    var minimumResolution: Duration { .zero }
    func sleep(until deadline: Instant, tolerance: Duration?) async throws { try Task.checkCancellation() }
}

/// A place where threads meet: whoever comes blocks until all are there.
///
/// For the bodies of transactions, which have threads of their own. Who comes after the meeting passes.
final class Meeting: Sendable {
    private let missing: Mutex<Int>
    private let all = DispatchSemaphore(value: 0)

    init(of parties: Int) {
        missing = Mutex(parties)
    }

    func arrive() {
        let isLast = missing.withLock { missing in
            missing -= 1
            return missing <= 0
        }
        if !isLast { all.wait() }
        all.signal()
    }
}

/// Something that happens once, and that a task can wait for.
struct Signal: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream()
    }

    func send() { continuation.finish() }
    func wait() async { for await _ in stream {} }
}

/// A counter that any thread may change.
final class Tally: Sendable {
    private let count = Mutex(0)

    var value: Int { count.withLock { $0 } }

    /// Raises it, and gives the new count.
    @discardableResult
    func raise() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }

    func lower() { count.withLock { $0 -= 1 } }

    /// Raises it to this number, if it is less.
    func raise(to number: Int) { count.withLock { $0 = max($0, number) } }
}

/// Runs the body, which is to fail with a `MySQLError`, and returns that.
func failure<R>(
    _ body: () async throws -> R, sourceLocation: SourceLocation = #_sourceLocation
) async throws -> MySQLError {
    try await #require(throws: MySQLError.self, sourceLocation: sourceLocation) { _ = try await body() }
}

/// A SELECT over the numbers from 0 on, which any server can make up.
///
/// - Parameters:
///   - expressions: what to select; `n` is the number.
///   - digits: how many digits the largest number has.
/// - Returns: the statement, to which a WHERE may be added.
func selectNumbers(_ expressions: String, digits: Int) -> String {
    let ten = "SELECT 0 d" + (1...9).map { " UNION ALL SELECT \($0)" }.joined()
    let tables = (0..<digits).map { "(\(ten)) t\($0)" }.joined(separator: ", ")
    let sum = (0..<digits).map { "t\($0).d * 1" + String(repeating: "0", count: $0) }.joined(separator: " + ")
    return "SELECT \(expressions) FROM (SELECT \(sum) AS n FROM \(tables)) numbers"
}
