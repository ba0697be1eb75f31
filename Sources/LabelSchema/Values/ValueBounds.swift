/// The bounds of a field, ready to be compared with a value's canonical JSON.
struct ValueBounds: Sendable {
    private final class Bound: Sendable {
        let constraint: String
        let limit: String
        let value: Comparable
        let isUpper: Bool
        let isExclusive: Bool

        init(constraint: String, limit: String, value: Comparable, isUpper: Bool, isExclusive: Bool) {
            self.constraint = constraint
            self.limit = limit
            self.value = value
            self.isUpper = isUpper
            self.isExclusive = isExclusive
        }
    }

    /// A value, as far as its order goes.
    private enum Comparable: Sendable {
        case integer(Int64)
        case number(Double)
        /// ISO dates and times of one kind, whose order is that of their text.
        case text([UInt8])
        case duration(DurationValue)
    }

    private let bounds: [Bound]

    /// Nil if the field has no bounds.
    ///
    /// Limits are canonical texts.
    init?(_ constraints: FieldConstraints, type: FieldType) {
        var bounds: [Bound] = []
        func add(_ constraint: String, _ limit: String?, isUpper: Bool, isExclusive: Bool) {
            guard let limit, let value = Self.comparable(limit, type) else { return }
            bounds.append(
                Bound(constraint: constraint, limit: limit, value: value, isUpper: isUpper, isExclusive: isExclusive))
        }
        add("minimum", constraints.minimum, isUpper: false, isExclusive: false)
        add("maximum", constraints.maximum, isUpper: true, isExclusive: false)
        add("exclusiveMinimum", constraints.exclusiveMinimum, isUpper: false, isExclusive: true)
        add("exclusiveMaximum", constraints.exclusiveMaximum, isUpper: true, isExclusive: true)
        guard !bounds.isEmpty else { return nil }
        self.bounds = bounds
    }

    private static func comparable(_ limit: String, _ type: FieldType) -> Comparable? {
        let bytes = Array(limit.utf8)
        switch type {
        case .integer, .year: return Int64(limit).map(Comparable.integer)
        case .number: return Double(limit).map(Comparable.number)
        case .duration: return bytes.withUnsafeBufferPointer { DurationValue($0) }.map(Comparable.duration)
        default:
            let isUTC = bytes.last == UInt8(ascii: "Z")
            return .text(isUTC ? bytes.dropLast() : bytes)
        }
    }

    /// Whether a value is within all bounds.
    func accept(_ json: UnsafeBufferPointer<UInt8>) -> Bool {
        bounds.allSatisfy { Self.accepts($0, json) }
    }

    /// The bounds that a value breaks.
    func failures(of json: UnsafeBufferPointer<UInt8>) -> [CellFailure] {
        bounds.filter { !Self.accepts($0, json) }.map { CellFailure.constraint($0.constraint, limit: $0.limit) }
    }

    private static func accepts(_ bound: Bound, _ json: UnsafeBufferPointer<UInt8>) -> Bool {
        func isWithin(_ order: Int) -> Bool {
            order == (bound.isUpper ? -1 : 1) || (order == 0 && !bound.isExclusive)
        }
        if case .duration(let limit) = bound.value {
            let text = UnsafeBufferPointer(rebasing: json.dropFirst().dropLast())
            // It has to be within the limit whichever months are meant.
            return DurationValue(text).map { $0.orders(limit).allSatisfy(isWithin) } ?? false
        }
        return order(json, bound.value).map(isWithin) ?? false
    }

    /// -1, 0 or 1, as a value is less than a limit, the same, or more; nil of a duration.
    private static func order(_ json: UnsafeBufferPointer<UInt8>, _ limit: Comparable) -> Int? {
        switch limit {
        case .integer(let limit):
            guard let value = NumberText.integer(json) else { return nil }
            return value < limit ? -1 : value > limit ? 1 : 0
        case .number(let limit):
            // A value of few digits is exact as an integer, and needs no string to be read.
            let whole = json.count <= 15 ? NumberText.integer(json).map(Double.init) : nil
            guard let value = whole ?? NumberText.double(json) else { return nil }
            return value < limit ? -1 : value > limit ? 1 : 0
        case .text(let limit):
            return limit.withUnsafeBufferPointer { Self.order(json, $0) }
        case .duration: return nil
        }
    }

    /// The order of a date or time in quotes and one without; the `Z` of either does not count.
    private static func order(_ json: UnsafeBufferPointer<UInt8>, _ limit: UnsafeBufferPointer<UInt8>) -> Int {
        var end = json.count - 1
        if end > 0, json[end - 1] == UInt8(ascii: "Z") { end -= 1 }
        let length = max(0, end - 1)
        let common = min(length, limit.count)
        var index = 0
        while index < common {
            let (own, other) = (json[index + 1], limit[index])
            if own != other { return own < other ? -1 : 1 }
            index += 1
        }
        return length < limit.count ? -1 : length > limit.count ? 1 : 0
    }
}
