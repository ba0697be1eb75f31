/// The bounds of a field, ready to be compared with a value's canonical JSON.
struct ValueBounds: Sendable {
    private struct Bound: Sendable {
        let constraint: String
        let limit: String
        let number: Double
        let text: [UInt8]
        let isUpper: Bool
        let isExclusive: Bool
    }

    private let bounds: [Bound]
    private let isNumeric: Bool

    /// Nil if the field has no bounds.
    ///
    /// Limits are canonical texts.
    init?(_ constraints: FieldConstraints, type: FieldType) {
        isNumeric = type == .integer || type == .number || type == .year
        var bounds: [Bound] = []
        func add(_ constraint: String, _ limit: String?, isUpper: Bool, isExclusive: Bool) {
            guard let limit else { return }
            bounds.append(
                Bound(
                    constraint: constraint, limit: limit, number: Double(limit) ?? 0,
                    text: Self.comparable(Array(limit.utf8)[...]), isUpper: isUpper, isExclusive: isExclusive))
        }
        add("minimum", constraints.minimum, isUpper: false, isExclusive: false)
        add("maximum", constraints.maximum, isUpper: true, isExclusive: false)
        add("exclusiveMinimum", constraints.exclusiveMinimum, isUpper: false, isExclusive: true)
        add("exclusiveMaximum", constraints.exclusiveMaximum, isUpper: true, isExclusive: true)
        guard !bounds.isEmpty else { return nil }
        self.bounds = bounds
    }

    /// The bounds that a value breaks.
    func failures(of json: UnsafeBufferPointer<UInt8>) -> [CellFailure] {
        let number = isNumeric ? Double(String(decoding: json, as: UTF8.self)) ?? 0 : 0
        let text = isNumeric ? [] : Self.comparable(Array(json.dropFirst().dropLast())[...])
        return bounds.filter { bound in
            let order = isNumeric ? Self.order(number, bound.number) : Self.order(text, bound.text)
            let wanted = bound.isUpper ? -1 : 1
            return order != wanted && (order != 0 || bound.isExclusive)
        }.map { CellFailure.constraint($0.constraint, limit: $0.limit) }
    }

    /// ISO dates and times of one kind sort as text, but for the `Z` after a fraction of a second.
    private static func comparable(_ text: ArraySlice<UInt8>) -> [UInt8] {
        Array(text.last == UInt8(ascii: "Z") ? text.dropLast() : text)
    }

    private static func order(_ first: Double, _ second: Double) -> Int {
        first < second ? -1 : first > second ? 1 : 0
    }

    private static func order(_ first: [UInt8], _ second: [UInt8]) -> Int {
        first == second ? 0 : first.lexicographicallyPrecedes(second) ? -1 : 1
    }
}
