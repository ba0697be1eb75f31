/// Works out the table of an automaton from a graph: each state stands for a set of places that one may be at.
struct PatternTable {
    /// A table of so many states is some megabytes at most.
    private static let mostStates = 10_000
    private static let mostCells = 1_000_000
    /// Places looked at while the table is made: some tenths of a second.
    private static let mostSteps = 5_000_000

    private(set) var next: [UInt32] = []
    private(set) var accepts: [Bool] = []

    private let graph: PatternGraph
    private let classes: ScalarClasses
    private var states: [[Int32]: Int] = [:]
    /// The places of each state that read something.
    private var places: [[Int32]] = []
    /// In which closure a place was last seen, so that none is gone through twice.
    private var seen: [Int]
    private var closure = 0
    private var steps = 0

    init(_ graph: PatternGraph, _ classes: ScalarClasses) throws(PatternProblem) {
        self.graph = graph
        self.classes = classes
        seen = Array(repeating: 0, count: graph.places.count)
        _ = try state([])
        var first = [graph.start]
        var state = try self.state(&first)
        var targets = [[Int]](repeating: [], count: classes.count)
        while state < places.count {
            for place in places[state] {
                guard case .read(let set, let target) = graph.places[Int(place)] else { continue }
                for number in classes.members[set] { targets[number].append(target) }
                steps += classes.members[set].count
            }
            for number in targets.indices where !targets[number].isEmpty {
                let reached = try self.state(&targets[number])
                next[state * classes.count + number] = UInt32(reached * classes.count)
                targets[number].removeAll(keepingCapacity: true)
            }
            state += 1
        }
    }

    /// The state of being at any of some places, or wherever they lead without reading.
    ///
    /// The places are used up.
    private mutating func state(_ pending: inout [Int]) throws(PatternProblem) -> Int {
        closure += 1
        var reading: [Int32] = []
        while let place = pending.popLast() {
            guard seen[place] != closure else { continue }
            seen[place] = closure
            steps += 1
            switch graph.places[place] {
            case .fork(let one, let other):
                pending.append(other)
                pending.append(one)
            case .read, .end: reading.append(Int32(place))
            }
        }
        guard steps <= Self.mostSteps else { throw .tooLarge }
        return try state(reading.sorted())
    }

    private mutating func state(_ reading: [Int32]) throws(PatternProblem) -> Int {
        if let known = states[reading] { return known }
        let number = places.count
        guard number < Self.mostStates, (number + 1) * classes.count <= Self.mostCells else { throw .tooLarge }
        states[reading] = number
        places.append(reading)
        // The end was added first, so it sorts first.
        accepts.append(reading.first.map { if case .end = graph.places[Int($0)] { true } else { false } } ?? false)
        next.append(contentsOf: repeatElement(0, count: classes.count))
        return number
    }
}
