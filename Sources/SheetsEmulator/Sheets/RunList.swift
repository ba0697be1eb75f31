/// Values along one dimension, most of which have none, and neighbours often the same one.
///
/// A run is kept once however long it is: a dropdown for a whole column of a million rows is one entry.
struct RunList<Value: Equatable & Sendable>: Sendable, Equatable {
    /// Consecutive places with one value.
    struct Run: Sendable, Equatable {
        var range: Range<Int>
        var value: Value
    }

    /// In order, without overlaps; neighbours that touch differ.
    private(set) var runs: [Run] = []

    var isEmpty: Bool { runs.isEmpty }

    /// The place after the last one with a value.
    var end: Int { runs.last?.range.upperBound ?? 0 }

    subscript(_ place: Int) -> Value? {
        let index = firstRun(endingAfter: place)
        guard index < runs.count, runs[index].range.contains(place) else { return nil }
        return runs[index].value
    }

    /// The runs in a range, clipped to it.
    func runs(in range: Range<Int>) -> [Run] {
        var found: [Run] = []
        var index = firstRun(endingAfter: range.lowerBound)
        while index < runs.count, runs[index].range.lowerBound < range.upperBound {
            found.append(Run(range: runs[index].range.clamped(to: range), value: runs[index].value))
            index += 1
        }
        return found
    }

    private func firstRun(endingAfter place: Int) -> Int {
        var (low, high) = (0, runs.count)
        while low < high {
            let middle = (low + high) / 2
            if runs[middle].range.upperBound > place { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// Replaces what is in a range by other runs, which must lie in it.
    mutating func replace(_ range: Range<Int>, with new: [Run]) {
        guard !range.isEmpty else { return }
        let first = firstRun(endingAfter: range.lowerBound)
        var last = first
        while last < runs.count, runs[last].range.lowerBound < range.upperBound { last += 1 }
        var pieces: [Run] = []
        if first < last, runs[first].range.lowerBound < range.lowerBound {
            pieces.append(Run(range: runs[first].range.lowerBound..<range.lowerBound, value: runs[first].value))
        }
        pieces += new
        if first < last, runs[last - 1].range.upperBound > range.upperBound {
            pieces.append(Run(range: range.upperBound..<runs[last - 1].range.upperBound, value: runs[last - 1].value))
        }
        let window = max(0, first - 1)..<min(runs.count, last + 1)
        pieces = runs[window.lowerBound..<first] + pieces + runs[last..<window.upperBound]
        runs.replaceSubrange(window, with: Self.joined(pieces))
    }

    private static func joined(_ pieces: [Run]) -> [Run] {
        pieces.reduce(into: []) { joined, piece in
            guard !piece.range.isEmpty else { return }
            if let last = joined.last, last.range.upperBound == piece.range.lowerBound, last.value == piece.value {
                joined[joined.count - 1].range = last.range.lowerBound..<piece.range.upperBound
            } else {
                joined.append(piece)
            }
        }
    }

    /// Changes every place of a range, run by run; places without a value come as nil.
    mutating func update(_ range: Range<Int>, _ change: (Value?) -> Value?) {
        var changed: [Run] = []
        var place = range.lowerBound
        func fill(to upper: Int) {
            if place < upper, let value = change(nil) { changed.append(Run(range: place..<upper, value: value)) }
        }
        for run in runs(in: range) {
            fill(to: run.range.lowerBound)
            if let value = change(run.value) { changed.append(Run(range: run.range, value: value)) }
            place = run.range.upperBound
        }
        fill(to: range.upperBound)
        replace(range, with: changed)
    }

    /// Makes room; a run across the new places goes through them with what `fill` makes of its value.
    mutating func insert(at place: Int, count: Int, fill: (Value) -> Value?) {
        var moved: [Run] = []
        for run in runs {
            if run.range.upperBound <= place {
                moved.append(run)
            } else if run.range.lowerBound >= place {
                moved.append(Run(range: run.range.lowerBound + count..<run.range.upperBound + count, value: run.value))
            } else {
                moved.append(Run(range: run.range.lowerBound..<place, value: run.value))
                if let value = fill(run.value) { moved.append(Run(range: place..<place + count, value: value)) }
                moved.append(Run(range: place + count..<run.range.upperBound + count, value: run.value))
            }
        }
        runs = Self.joined(moved)
    }

    /// Takes places away; those behind move up.
    mutating func delete(_ range: Range<Int>) {
        replace(range, with: [])
        let first = firstRun(endingAfter: range.lowerBound)
        for index in first..<runs.count {
            let old = runs[index].range
            runs[index].range = old.lowerBound - range.count..<old.upperBound - range.count
        }
        runs = Self.joined(runs)
    }

    /// Moves places so that they stand before the one that is now at `destination`.
    mutating func move(_ range: Range<Int>, to destination: Int) {
        guard !range.contains(destination), destination != range.upperBound else { return }
        let moved = runs(in: range)
        delete(range)
        let target = destination < range.lowerBound ? destination : destination - range.count
        insert(at: target, count: range.count) { _ in nil }
        replace(target..<target + range.count, with: Self.shifted(moved, by: target - range.lowerBound))
    }

    static func shifted(_ runs: [Run], by distance: Int) -> [Run] {
        runs.map { Run(range: $0.range.lowerBound + distance..<$0.range.upperBound + distance, value: $0.value) }
    }

    /// Gives the places of a range another order: the one at `lowerBound + order[n]` comes to `lowerBound + n`.
    mutating func permute(_ range: Range<Int>, order: [Int]) {
        let old = runs(in: range)
        guard !old.isEmpty, old[0].range != range else { return }
        var values = [Value?](repeating: nil, count: range.count)
        for run in old {
            for place in run.range { values[place - range.lowerBound] = run.value }
        }
        let new = order.enumerated().compactMap { place, origin in
            values[origin].map { Run(range: range.lowerBound + place..<range.lowerBound + place + 1, value: $0) }
        }
        replace(range, with: Self.joined(new))
    }
}
