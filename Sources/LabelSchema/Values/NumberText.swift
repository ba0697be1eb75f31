/// Numbers as bytes.
enum NumberText {
    /// Whether the bytes are a number in JSON's grammar.
    static func isJSONNumber(_ bytes: [UInt8]) -> Bool {
        var index = 0
        func digits() -> Int {
            let start = index
            while index < bytes.count, isDigit(bytes[index]) { index += 1 }
            return index - start
        }
        if index < bytes.count, bytes[index] == UInt8(ascii: "-") { index += 1 }
        let leading = index
        let whole = digits()
        guard whole > 0, whole == 1 || bytes[leading] != UInt8(ascii: "0") else { return false }
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            index += 1
            guard digits() > 0 else { return false }
        }
        if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
            index += 1
            if index < bytes.count, bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") {
                index += 1
            }
            guard digits() > 0 else { return false }
        }
        return index == bytes.count
    }

    /// A decimal number in the grammar of Table Schema: an optional sign, digits with an optional point, an exponent.
    static func double(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
        if let plain = plainDouble(bytes) { return plain }
        guard let first = bytes.first, let last = bytes.last else { return nil }
        let isNumeric = bytes.allSatisfy { byte in
            isDigit(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
                || byte | 0x20 == UInt8(ascii: "e")
        }
        guard isNumeric, first | 0x20 != UInt8(ascii: "e"), isDigit(last) || last == UInt8(ascii: ".") else {
            return nil
        }
        guard bytes.contains(where: isDigit), let value = Double(String(decoding: bytes, as: UTF8.self)) else {
            return nil
        }
        return value.isFinite ? value : nil
    }

    /// The one text of a finite number: that of ECMAScript and RFC 8785, so the shortest digits that give the same
    /// number back, plain between 1e-6 and 1e21, and else with an exponent.
    static func canonical(_ value: Double) -> [UInt8] {
        if value == 0 { return [UInt8(ascii: "0")] }
        var (digits, exponent) = shortestDigits(value.magnitude)
        var text: [UInt8] = value < 0 ? [UInt8(ascii: "-")] : []
        let zero = UInt8(ascii: "0")
        let point = UInt8(ascii: ".")
        switch exponent {
        case 1...21:
            if digits.count <= exponent {
                digits.append(contentsOf: repeatElement(zero, count: exponent - digits.count))
                text.append(contentsOf: digits)
            } else {
                text.append(contentsOf: digits[..<exponent])
                text.append(point)
                text.append(contentsOf: digits[exponent...])
            }
        case -5...0:
            text.append(contentsOf: [zero, point])
            text.append(contentsOf: repeatElement(zero, count: -exponent))
            text.append(contentsOf: digits)
        default:
            text.append(digits[0])
            if digits.count > 1 {
                text.append(point)
                text.append(contentsOf: digits[1...])
            }
            text.append(contentsOf: "e\(exponent > 0 ? "+" : "-")\(abs(exponent - 1))".utf8)
        }
        return text
    }

    /// The significant digits of a positive number and the place of its point, as `0.digits` × 10^`exponent`.
    private static func shortestDigits(_ value: Double) -> (digits: [UInt8], exponent: Int) {
        var digits: [UInt8] = []
        var exponent = 0
        var point: Int?
        var rest = value.description.utf8[...]
        while let byte = rest.first {
            rest = rest.dropFirst()
            if byte == UInt8(ascii: ".") {
                point = digits.count
            } else if byte == UInt8(ascii: "e") {
                exponent = Int(String(Substring(rest))) ?? 0
                break
            } else {
                digits.append(byte)
            }
        }
        exponent += point ?? digits.count
        let leadingZeros = digits.prefix { $0 == UInt8(ascii: "0") }.count
        digits.removeFirst(leadingZeros)
        exponent -= leadingZeros
        while digits.last == UInt8(ascii: "0") { digits.removeLast() }
        return (digits, exponent)
    }

    @inline(__always)
    static func isDigit(_ byte: UInt8) -> Bool {
        byte &- 0x30 < 10
    }

    /// A whole number within 64 bits, with an optional sign and leading zeros.
    static func integer(_ bytes: UnsafeBufferPointer<UInt8>) -> Int64? {
        var index = 0
        var isNegative = false
        if let first = bytes.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
            isNegative = first == UInt8(ascii: "-")
            index = 1
        }
        guard index < bytes.count else { return nil }
        var value: Int64 = 0
        while index < bytes.count {
            let digit = bytes[index] &- 0x30
            guard digit < 10 else { return nil }
            let (tenfold, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) =
                isNegative
                ? tenfold.subtractingReportingOverflow(Int64(digit)) : tenfold.addingReportingOverflow(Int64(digit))
            guard !overflow, !carry else { return nil }
            value = sum
            index += 1
        }
        return value
    }
}
