import TestRandom
import Testing

@testable import LabelSchema

/// Comparing with all bounds at once says the same as comparing with each.
@Suite struct ValueSpanTests {
    @Test(arguments: [1, 2, 3] as [UInt64]) func valuesAreAcceptedIfNoBoundIsBroken(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for _ in 0..<4_000 {
            let kind = Self.kinds[random.number(in: 0..<Self.kinds.count)]
            var constraints = FieldConstraints()
            if random.once(in: 2) { constraints.minimum = kind.1[random.number(in: 0..<kind.1.count)] }
            if random.once(in: 3) { constraints.maximum = kind.1[random.number(in: 0..<kind.1.count)] }
            if random.once(in: 4) { constraints.exclusiveMinimum = kind.1[random.number(in: 0..<kind.1.count)] }
            if random.once(in: 4) { constraints.exclusiveMaximum = kind.1[random.number(in: 0..<kind.1.count)] }
            guard let bounds = ValueBounds(constraints, type: kind.0) else { continue }
            let value = kind.1[random.number(in: 0..<kind.1.count)]
            let isText = !(kind.0 == .integer || kind.0 == .number || kind.0 == .year)
            let json = Array((isText ? "\"\(value)\"" : value).utf8)
            let isAccepted = json.withUnsafeBufferPointer { bounds.accept($0) }
            let broken = json.withUnsafeBufferPointer { bounds.failures(of: $0) }
            #expect(isAccepted == broken.isEmpty, "seed \(seed): \(value) of \(kind.0), \(constraints)")
        }
    }

    private static let kinds: [(FieldType, [String])] = [
        (.integer, ["0", "-1", "1", "9223372036854775807", "-9223372036854775808", "9223372036854775806", "42"]),
        (.number, ["0", "-1.5", "1.5", "1e+21", "1e-7", "1.4999999999999998", "5000", "-0.001", "123456789012345680"]),
        (.year, ["1999", "2000", "2001", "9999", "1"]),
        (.date, ["2020-01-01", "2019-12-31", "2020-01-02", "0001-01-01", "9999-12-31", "2020-10-01"]),
        (.time, ["08:00:00", "07:59:59", "08:00:00.5", "08:00:00.000001", "08:00:00.00000001", "20:00:00"]),
        (.yearmonth, ["2020-01", "2019-12", "2020-02"]),
        (
            .datetime,
            ["2020-01-01T00:00:00Z", "2020-01-01T00:00:00.5Z", "2019-12-31T23:59:59Z", "2020-01-01T00:00:01Z"]
        ),
        (.datetime, ["2020-01-01T00:00:00", "2020-01-01T00:00:00.5", "2019-12-31T23:59:59"]),
    ]
}

/// Texts are found by their bytes, however many there are.
@Suite struct ByteLookupTests {
    @Test func everyTextIsFoundAndNoOther() {
        let texts = (0..<70).map { length in [UInt8]((0..<length).map { UInt8($0 % 7) }) }
        let lookup = ByteLookup(texts)
        for (index, text) in texts.enumerated() {
            #expect(text.withUnsafeBufferPointer { lookup.index(of: $0) } == index)
            for place in text.indices {
                var other = text
                other[place] ^= 0x80
                #expect(other.withUnsafeBufferPointer { lookup.index(of: $0) } == nil)
            }
        }
    }
}
