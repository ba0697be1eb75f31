extension NumberText {
    /// The powers of ten that a binary64 holds exactly, as far as they are needed here.
    private static let powers: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
    ]

    /// The number that plain digits are, with a sign and a fraction or without: `-12.50`.
    ///
    /// Nil if it is written otherwise, or has more digits than are exact: up to fifteen, both the digits without their
    /// point and the power of ten are, and one division rounds as reading the text by all rules would. It takes a
    /// tenth of the time.
    static func plainDouble(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
        let isNegative = bytes.first == UInt8(ascii: "-")
        let start = isNegative ? 1 : 0
        guard bytes.count > start, bytes.count <= start + 16 else { return nil }
        var digits = 0
        var count = 0
        var point: Int?
        for index in start..<bytes.count {
            let byte = bytes[index]
            if isDigit(byte) {
                digits = digits * 10 + Int(byte - UInt8(ascii: "0"))
                count += 1
            } else if byte == UInt8(ascii: "."), point == nil, index > start, index + 1 < bytes.count {
                point = count
            } else {
                return nil
            }
        }
        guard count <= 15 else { return nil }
        let value = Double(digits) / powers[count - (point ?? count)]
        return isNegative ? -value : value
    }
}
