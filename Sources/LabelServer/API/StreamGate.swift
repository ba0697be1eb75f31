internal import HTTPTypes
internal import Synchronization

/// How many answers of any length are sent at a time.
///
/// A quarter of the places is left to others, so that nobody shuts them out with one token and downloads that never end.
final class StreamGate: Sendable {
    /// A place, which is given back when nobody holds it any more: whatever becomes of the request.
    final class Place: Sendable {
        private let gate: StreamGate
        private let token: String

        fileprivate init(_ gate: StreamGate, _ token: String) { (self.gate, self.token) = (gate, token) }

        deinit { gate.leave(token) }
    }

    private let limit: Int
    private let limitOfOne: Int
    /// By token; none is kept that has no place.
    private let taken = Mutex<[String: Int]>([:])

    init(limit: Int) { (self.limit, limitOfOne) = (limit, limit - limit / 4) }

    /// How many are being sent.
    var count: Int { taken.withLock { $0.values.reduce(0, +) } }

    /// - Parameter token: the public id of whose it is.
    /// - Returns: the place.
    /// - Throws: `APIProblem` with 503 if all places are taken, or all that one token may have.
    func enter(_ token: String) throws -> Place {
        let refusal: String? = taken.withLock { taken in
            if taken.values.reduce(0, +) >= limit {
                return "\(limit) downloads are under way, which is as many as the server takes."
            }
            if taken[token, default: 0] >= limitOfOne {
                return "\(limitOfOne) downloads of this token are under way, which is as many as one token may have."
            }
            taken[token, default: 0] += 1
            return nil
        }
        if let refusal {
            throw APIProblem.busy(
                .serviceUnavailable, code: "too-many-streams", title: "The server is busy", detail: refusal, after: 10)
        }
        return Place(self, token)
    }

    private func leave(_ token: String) {
        taken.withLock { taken in
            let left = taken[token, default: 1] - 1
            taken[token] = left > 0 ? left : nil
        }
    }
}
