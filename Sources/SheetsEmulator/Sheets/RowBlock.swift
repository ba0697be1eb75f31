/// Some consecutive rows, encoded by `RowCodec`, in one buffer.
struct RowBlock: Sendable {
    /// How many rows a block is made with; editing lets it grow to twice as many.
    static let rows = 512

    private(set) var bytes: [UInt8] = []
    /// Where each row ends in `bytes`.
    private(set) var ends: [UInt32] = []

    var count: Int { ends.count }

    func range(ofRow index: Int) -> Range<Int> {
        (index == 0 ? 0 : Int(ends[index - 1]))..<Int(ends[index])
    }

    subscript(row index: Int) -> ArraySlice<UInt8> {
        bytes[range(ofRow: index)]
    }

    mutating func append(_ row: some Collection<UInt8>) {
        bytes.append(contentsOf: row)
        ends.append(UInt32(bytes.count))
    }

    /// Drops blank rows at the end.
    mutating func trim() {
        while !ends.isEmpty, range(ofRow: ends.count - 1).isEmpty { ends.removeLast() }
    }
}
