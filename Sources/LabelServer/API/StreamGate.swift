internal import HTTPTypes
internal import Synchronization

/// How many answers of any length are sent at a time.
final class StreamGate: Sendable {
    /// A place, which is given back when nobody holds it any more: whatever becomes of the request.
    final class Place: Sendable {
        private let gate: StreamGate

        fileprivate init(_ gate: StreamGate) { self.gate = gate }

        deinit { gate.taken.withLock { $0 -= 1 } }
    }

    private let limit: Int
    private let taken = Mutex(0)

    init(limit: Int) { self.limit = limit }

    /// How many are being sent.
    var count: Int { taken.withLock { $0 } }

    /// - Throws: `APIProblem` with 503 if all places are taken.
    func enter() throws -> Place {
        let isFree = taken.withLock { taken in
            if taken >= limit { return false }
            taken += 1
            return true
        }
        guard isFree else {
            throw APIProblem.busy(
                .serviceUnavailable, code: "too-many-streams", title: "The server is busy",
                detail: "\(limit) downloads are under way, which is as many as the server takes.", after: 10)
        }
        return Place(self)
    }
}
