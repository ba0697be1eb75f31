/// The calls that fall into the last minute, and those that wait for their turn in the next.
///
/// Pure, and short as text, so that a store can keep one for all its workers. It holds moments in milliseconds, in
/// ascending order; no stretch of a minute, wherever it begins, has more calls than the limit.
package struct QuotaWindow: Sendable, Equatable {
    private var moments: [Int64] = []

    /// A window with no calls in it.
    package init() {}

    /// Makes room for one call, and keeps it.
    ///
    /// - Parameters:
    ///   - limit: how many calls any stretch of `seconds` may have; at least 1.
    ///   - seconds: the length of the stretch.
    ///   - now: the time in seconds, by the clock that all users of this window go by.
    /// - Returns: how many seconds to wait before making the call; 0 if it may be made at once.
    package mutating func reserve(limit: Int, per seconds: Double = 60, now: Double) -> Double {
        var windows = [self]
        defer { self = windows[0] }
        return Self.reserve(in: &windows, limits: [limit], per: seconds, now: now)
    }

    /// Makes room for one call that counts in several windows, at the first moment that suits them all.
    ///
    /// - Parameters:
    ///   - windows: where it counts.
    ///   - limits: the limit of each window.
    ///   - seconds: the length of the stretch.
    ///   - now: the time in seconds.
    /// - Returns: how many seconds to wait before making the call.
    package static func reserve(
        in windows: inout [QuotaWindow], limits: [Int], per seconds: Double = 60, now: Double
    ) -> Double {
        let (length, start) = (milliseconds(seconds), milliseconds(now))
        for index in windows.indices { windows[index].forget(before: start - length) }
        var moment = start
        var isSettled = false
        while !isSettled {
            isSettled = true
            for (window, limit) in zip(windows, limits) {
                let free = window.firstFree(from: moment, limit: max(1, limit), length: length)
                if free > moment { (moment, isSettled) = (free, false) }
            }
        }
        for index in windows.indices { windows[index].insert(moment) }
        return Double(moment - start) / 1_000
    }

    private mutating func forget(before moment: Int64) {
        moments.removeFirst(moments.firstIndex { $0 > moment } ?? moments.count)
    }

    private mutating func insert(_ moment: Int64) {
        moments.insert(moment, at: moments.firstIndex { $0 > moment } ?? moments.count)
    }

    /// The first moment from `start` on at which one more call makes no stretch too full.
    ///
    /// Each time it may become free is a call's own moment plus the length. After the last of them, it is.
    private func firstFree(from start: Int64, limit: Int, length: Int64) -> Int64 {
        if isFree(start, limit, length) { return start }
        for moment in moments where moment + length > start && isFree(moment + length, limit, length) {
            return moment + length
        }
        return start
    }

    /// Whether a call at `moment` leaves every stretch of `length` that it falls into with no more than `limit` calls.
    private func isFree(_ moment: Int64, _ limit: Int, _ length: Int64) -> Bool {
        var with = self
        with.insert(moment)
        let calls = with.moments
        guard calls.count > limit else { return true }
        // One call more than the limit, the first and the last of which are less than the length apart.
        return (limit..<calls.count).allSatisfy { index in
            calls[index] - calls[index - limit] >= length || moment < calls[index - limit] || moment > calls[index]
        }
    }

    private static func milliseconds(_ seconds: Double) -> Int64 {
        Int64((seconds * 1_000).rounded())
    }
}

// MARK: As text

extension QuotaWindow {
    /// The first moment in milliseconds, and how much later each further one is: `1732195200123 0 15 1000`.
    package var text: String {
        guard let first = moments.first else { return "" }
        let steps = zip(moments.dropFirst(), moments).map { String($0 - $1) }
        return ([String(first)] + steps).joined(separator: " ")
    }

    /// Reads what `text` wrote; nil where it is something else.
    package init?(text: String) {
        for (index, word) in text.split(separator: " ", omittingEmptySubsequences: true).enumerated() {
            guard let number = Int64(word), index == 0 || number >= 0 else { return nil }
            let (moment, isTooLarge) = (moments.last ?? 0).addingReportingOverflow(number)
            // Far from both ends, so that no sum of it and a length overflows.
            guard !isTooLarge, abs(moment) < 1 << 60 else { return nil }
            moments.append(moment)
        }
    }
}
