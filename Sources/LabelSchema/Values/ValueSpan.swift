/// From where to where values are within bounds, in numbers that are compared at once.
///
/// Most values are, and need no more than that. What it does not accept may still be within the bounds.
enum ValueSpan: Sendable {
    case integers(least: Int64, most: Int64)
    case numbers(least: Double, most: Double)
    /// Dates and times, whose bytes in their order make one number.
    case texts(least: UInt128, most: UInt128)

    /// Nil if there is no such span.
    init?(integer limit: Int64, isUpper: Bool, isExclusive: Bool) {
        let (limit, overflow) =
            isUpper
            ? limit.subtractingReportingOverflow(isExclusive ? 1 : 0)
            : limit.addingReportingOverflow(isExclusive ? 1 : 0)
        if overflow { return nil }
        self = .integers(least: isUpper ? .min : limit, most: isUpper ? limit : .max)
    }

    init?(number limit: Double, isUpper: Bool, isExclusive: Bool) {
        guard limit.isFinite else { return nil }
        let limit = !isExclusive ? limit : isUpper ? limit.nextDown : limit.nextUp
        self = .numbers(least: isUpper ? -.infinity : limit, most: isUpper ? limit : .infinity)
    }

    init?(text limit: [UInt8], isUpper: Bool, isExclusive: Bool) {
        guard let packed = limit.withUnsafeBufferPointer(Self.packed) else { return nil }
        let limit = !isExclusive ? packed : isUpper ? packed - 1 : packed + 1
        self = .texts(least: isUpper ? 0 : limit, most: isUpper ? limit : .max)
    }

    /// What is within both.
    func narrowed(by other: ValueSpan) -> ValueSpan? {
        switch (self, other) {
        case (.integers(let least, let most), .integers(let otherLeast, let otherMost)):
            .integers(least: max(least, otherLeast), most: min(most, otherMost))
        case (.numbers(let least, let most), .numbers(let otherLeast, let otherMost)):
            .numbers(least: max(least, otherLeast), most: min(most, otherMost))
        case (.texts(let least, let most), .texts(let otherLeast, let otherMost)):
            .texts(least: max(least, otherLeast), most: min(most, otherMost))
        default: nil
        }
    }

    /// Whether a value, in canonical JSON, certainly is within the bounds.
    func accepts(_ json: UnsafeBufferPointer<UInt8>) -> Bool {
        switch self {
        case .integers(let least, let most):
            guard let value = NumberText.integer(json) else { return false }
            return value >= least && value <= most
        case .numbers(let least, let most):
            guard let value = NumberText.plainDouble(json) else { return false }
            return value >= least && value <= most
        case .texts(let least, let most):
            // Without the quotes.
            guard json.count > 2 else { return false }
            guard let value = Self.packed(UnsafeBufferPointer(rebasing: json[1..<json.count - 1])) else { return false }
            return value >= least && value <= most
        }
    }

    /// A text of eight to sixteen bytes, with zeros behind it, in the order that texts have; nil of any other, and of a
    /// moment in UTC, whose last byte does not count.
    private static func packed(_ text: UnsafeBufferPointer<UInt8>) -> UInt128? {
        guard (8...16).contains(text.count), text[text.count - 1] != UInt8(ascii: "Z") else { return nil }
        let bytes = UnsafeRawBufferPointer(text)
        let high = UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self))
        let low = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: text.count &- 8, as: UInt64.self))
        // The bytes that both have are in the first word already.
        let isWhole = text.count == 8
        return UInt128(high) << 64 | UInt128(isWhole ? 0 : low << UInt64((16 &- text.count) &* 8))
    }
}
