/// A regular expression as a table: for each state and class of characters, the next state.
///
/// A text is matched in one pass over its bytes, whatever it says: nothing is tried twice, nothing is allocated. The
/// table is made whole when the expression is read, within bounds, and never changes.
struct PatternAutomaton: Sendable {
    private let classes: ScalarClasses
    /// For each state and class, the row of the next state: its number times the number of classes.
    ///
    /// State 0 is the one that nothing leads out of.
    private let next: [UInt32]
    private let accepts: [Bool]
    private let start: UInt32

    /// - Parameter source: An expression of XML Schema.
    /// - Throws: What is wrong with it, or that it is too large.
    init(_ source: String) throws(PatternProblem) {
        let graph = try PatternGraph(PatternParser.parse(source))
        classes = try ScalarClasses(graph.sets)
        let table = try PatternTable(graph, classes)
        next = table.next
        accepts = table.accepts
        start = UInt32(classes.count)
    }

    /// How many states it has, the dead one too.
    var stateCount: Int { accepts.count }

    func matches(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let row = next.withUnsafeBufferPointer { next in
            classes.ascii.withUnsafeBufferPointer { ascii in
                run(bytes, next, ascii)
            }
        }
        return accepts[Int(row) / classes.count]
    }

    /// Reads all bytes; returns the row of the state that was reached.
    @inline(__always)
    private func run(
        _ bytes: UnsafeBufferPointer<UInt8>, _ next: UnsafeBufferPointer<UInt32>, _ ascii: UnsafeBufferPointer<UInt16>
    ) -> UInt32 {
        var row = start
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte < 0x80 {
                row = next[Int(row) + Int(ascii[Int(byte)])]
                index += 1
            } else {
                let (scalar, length) = Self.scalar(bytes, at: index)
                let page = classes.pages[Int(scalar >> 8)]
                row = next[Int(row) + Int(classes.blocks[Int(page) + Int(scalar & 0xFF)])]
                index += length
            }
            if row == 0 { return 0 }
        }
        return row
    }

    /// The character that begins with a byte above ASCII.
    ///
    /// A byte that begins none counts as U+FFFD, which is what readers show for it.
    @inline(__always)
    private static func scalar(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> (scalar: UInt32, length: Int) {
        let first = UInt32(bytes[index])
        let length = first < 0xC2 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 1
        guard length > 1, index + length <= bytes.count else { return (0xFFFD, 1) }
        var scalar = first & (0x7F >> UInt32(length))
        for offset in 1..<length {
            let byte = UInt32(bytes[index + offset])
            guard byte & 0xC0 == 0x80 else { return (0xFFFD, 1) }
            scalar = scalar << 6 | byte & 0x3F
        }
        return scalar <= ScalarSet.lastScalar ? (scalar, length) : (0xFFFD, 1)
    }
}
