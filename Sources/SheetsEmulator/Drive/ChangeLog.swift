import Digest
import Foundation

/// What happened to files, in order, as Drive's change feed tells it some time later.
///
/// A page token is a place in this log: "after so many events". Places are numbered from a random number on that is
/// new at each start, so that the token of another start falls outside.
struct ChangeLog: Sendable {
    /// What an event did to its file.
    enum Kind: Sendable, Equatable {
        case content, properties, permissions, trash, untrash, remove
    }

    /// One thing that happened to one file.
    struct Event: Sendable {
        let fileId: String
        let kind: Kind
        let time: Date
        /// The accounts that could see the file before it or after it.
        let audience: Set<String>
    }

    private(set) var events: [Event] = []
    /// How many events the feed tells so far; it never shrinks, so that a token given out stays good.
    private(set) var visible = 0
    private let base: Int

    init() {
        base = 1_000_000 + secureRandomBytes(5).reduce(0) { $0 << 8 | Int($1) }
    }

    mutating func record(_ event: Event) {
        events.append(event)
    }

    /// Lets the feed tell every event that is old enough.
    mutating func reveal(now: Date, delay: Duration) {
        while visible < events.count, events[visible].time.addingTimeInterval(delay.inSeconds) <= now { visible += 1 }
    }

    /// The token of a place; the latest place when none is named.
    func token(_ place: Int? = nil) -> String { String(base + (place ?? visible)) }

    /// The place that a token names; nil when it was never given out by this start.
    func place(_ token: String) -> Int? {
        guard let number = Int(token), String(number) == token, (base...base + visible).contains(number)
        else { return nil }
        return number - base
    }

    /// The last visible event of each file that an account can know of, in order, with the place right after it.
    func latest(after place: Int, for account: String) -> [(place: Int, event: Event)] {
        var seen: Set<String> = []
        var found: [(place: Int, event: Event)] = []
        for index in (place..<max(place, visible)).reversed() {
            let event = events[index]
            guard event.audience.contains(account), seen.insert(event.fileId).inserted else { continue }
            found.append((index + 1, event))
        }
        return found.reversed()
    }
}
