/// An expression as a graph of places with arrows between them: each reads one character of a set, or nothing.
///
/// Thompson's construction. Counted repetitions are written out, so their size is bounded here.
struct PatternGraph {
    enum Place {
        /// Reads a character of the set with this index, and goes on.
        case read(set: Int, next: Int)
        /// Goes on at both, without reading.
        case fork(Int, Int)
        /// The expression is satisfied.
        case end
    }

    /// Enough for any expression that a person writes.
    static let mostPlaces = 20_000

    private(set) var places: [Place] = []
    /// The different sets, in order of their first use.
    private(set) var sets: [ScalarSet] = []
    private(set) var start = 0
    private var setIndexes: [ScalarSet: Int] = [:]

    init(_ node: PatternNode) throws(PatternProblem) {
        let end = try add(.end)
        start = try build(node, before: end)
    }

    private mutating func add(_ place: Place) throws(PatternProblem) -> Int {
        guard places.count < Self.mostPlaces else { throw .tooLarge }
        places.append(place)
        return places.count - 1
    }

    /// Adds what reads a node and then goes on at `next`; returns where it begins.
    private mutating func build(_ node: PatternNode, before next: Int) throws(PatternProblem) -> Int {
        switch node {
        case .empty: return next
        case .anchor(let anchor): return try build(.scalar(anchor.character), before: next)
        case .scalar(let set): return try add(.read(set: index(of: set), next: next))
        case .sequence(let nodes):
            var begin = next
            for node in nodes.reversed() { begin = try build(node, before: begin) }
            return begin
        case .choice(let nodes):
            var begin = try build(nodes[nodes.count - 1], before: next)
            for node in nodes.dropLast().reversed() {
                begin = try add(.fork(build(node, before: next), begin))
            }
            return begin
        case .repetition(let body, let least, let most):
            return try buildRepetition(body, least: least, most: most, before: next)
        }
    }

    private mutating func buildRepetition(
        _ body: PatternNode, least: Int, most: Int?, before next: Int
    ) throws(PatternProblem) -> Int {
        var begin = next
        if let most {
            for _ in least..<most {
                let count = places.count
                begin = try add(.fork(build(body, before: begin), next))
                // A body that reads nothing is the same once and a million times.
                if places.count == count + 1 { break }
            }
        } else {
            // The fork has to be there before the body, which comes back to it.
            let fork = try add(.fork(next, next))
            let inner = try build(body, before: fork)
            places[fork] = .fork(inner, next)
            begin = fork
        }
        for _ in 0..<least {
            let count = places.count
            begin = try build(body, before: begin)
            if places.count == count { break }
        }
        return begin
    }

    private mutating func index(of set: ScalarSet) -> Int {
        if let index = setIndexes[set] { return index }
        sets.append(set)
        setIndexes[set] = sets.count - 1
        return sets.count - 1
    }
}

extension PatternProblem {
    static let tooLarge = PatternProblem(
        nil, "the expression is too large",
        hint: "use smaller counts, `minLength` and `maxLength`, or `enum` for a long list of texts")
}
