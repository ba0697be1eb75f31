/// Reads numbers that are grouped, have a decimal sign of their own, or stand among other characters.
struct NumberForm: Sendable {
    private let decimal: [UInt8]
    private let group: [UInt8]
    private let isBare: Bool

    /// Nil if numbers are written plainly.
    init?(_ format: NumberFormat, type: FieldType) {
        guard format != NumberFormat(), type == .integer || type == .number else { return nil }
        decimal = type == .number ? Array(format.decimalChar.utf8) : []
        group = Array((format.groupChar ?? "").utf8)
        isBare = format.isBare
    }

    /// The number in plain digits, or nil if there is none.
    func plain(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        let bytes = isBare ? text[...] : Self.stripped(text, decimal: decimal)
        guard !bytes.isEmpty, isBare || !Self.hasDigits(text, outside: bytes) else { return nil }
        var plain: [UInt8] = []
        plain.reserveCapacity(bytes.count)
        // How many digits each group has, once there are groups.
        var digits = 0
        var groups = 0
        var isFraction = false
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let byte = bytes[index]
            if NumberText.isDigit(byte) {
                digits += 1
            } else if !isFraction, !group.isEmpty, bytes[index...].starts(with: group) {
                // People group digits by threes, in India also by twos, in Japan by fours. `1,5` is a mistyped 1.5.
                guard groups == 0 ? (1...4).contains(digits) : (2...4).contains(digits) else { return nil }
                groups += 1
                digits = 0
                index += group.count
                continue
            } else {
                if groups > 0, !isFraction, digits > 0, !(3...4).contains(digits) { return nil }
                guard groups == 0 || digits > 0 else { return nil }
                if !decimal.isEmpty, !isFraction, bytes[index...].starts(with: decimal) {
                    isFraction = true
                    plain.append(UInt8(ascii: "."))
                    index += decimal.count
                    continue
                }
                // With another decimal sign, a point is none.
                guard byte != UInt8(ascii: ".") else { return nil }
                if byte | 0x20 == UInt8(ascii: "e") { isFraction = true }
            }
            plain.append(byte)
            index += 1
        }
        if groups > 0, !isFraction, !(3...4).contains(digits) { return nil }
        return plain
    }

    /// Whether what was stripped says a number too: `9１` is not 9, and `5千円` is not 5.
    private static func hasDigits(
        _ text: UnsafeBufferPointer<UInt8>, outside number: Slice<UnsafeBufferPointer<UInt8>>
    ) -> Bool {
        [text[..<number.startIndex], text[number.endIndex...]].contains { part in
            part.contains { $0 >= 0x80 }
                && String(decoding: part, as: UTF8.self).unicodeScalars.contains { $0.properties.numericType != nil }
        }
    }

    /// Without what stands before and after the number.
    ///
    /// A decimal sign after a letter belongs to the letters: `No.5` is 5, and `€.5` a half. A sign behind the digits is
    /// not stripped, since `5-` may mean something else than 5.
    private static func stripped(
        _ bytes: UnsafeBufferPointer<UInt8>, decimal: [UInt8]
    ) -> Slice<UnsafeBufferPointer<UInt8>> {
        let isSign = { (byte: UInt8) in byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") }
        var start = 0
        while start < bytes.count, !NumberText.isDigit(bytes[start]), !isSign(bytes[start]) {
            let isAfterLetter = start > 0 && ((bytes[start - 1] | 0x20) &- 0x61 < 26 || bytes[start - 1] >= 0xC4)
            let rest = bytes[start...]
            if !decimal.isEmpty, !isAfterLetter, rest.starts(with: decimal),
                rest.dropFirst(decimal.count).first.map(NumberText.isDigit) == true
            {
                break
            }
            start += 1
        }
        var end = bytes.count
        while end > start, !NumberText.isDigit(bytes[end - 1]), !isSign(bytes[end - 1]) { end -= 1 }
        return bytes[start..<end]
    }
}
