/// SplitMix64: the same seed gives the same samples, on every machine and with every version of Swift.
struct SampleRandom {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }

    /// A number from 0 up to, but not including, `bound`, which must be positive.
    mutating func below(_ bound: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// True once in so many times as `percent` says; tenths of a percent count.
    mutating func chance(_ percent: Double) -> Bool {
        below(1_000) < Int(percent * 10)
    }

    /// One of the elements; nil where there is none.
    mutating func pick<Element>(_ elements: [Element]) -> Element? {
        elements.isEmpty ? nil : elements[below(elements.count)]
    }

    /// One of the texts; empty where there is none.
    mutating func text(_ texts: [String]) -> String {
        pick(texts) ?? ""
    }

    /// So many different elements, in random order.
    mutating func sample<Element>(_ elements: [Element], _ count: Int) -> [Element] {
        var rest = elements
        var taken: [Element] = []
        while taken.count < count, !rest.isEmpty { taken.append(rest.remove(at: below(rest.count))) }
        return taken
    }
}
