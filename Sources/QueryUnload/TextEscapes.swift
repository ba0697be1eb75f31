/// The protocol's fields: in quotes, with backslashes.
enum Backslashes {
    /// Writes a field; false if it has a NUL character.
    static func append(_ value: Span<UInt8>, to output: inout [UInt8]) -> Bool {
        output.append(UInt8(ascii: "\""))
        // Most text has nothing to escape, and is copied as it is.
        var start = 0
        for index in value.indices {
            switch value[index] {
            case 0: return false
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                output.append(span: value.extracting(start..<index))
                output.append(UInt8(ascii: "\\"))
                start = index
            default: break
            }
        }
        output.append(span: value.extracting(start..<value.count))
        output.append(UInt8(ascii: "\""))
        return true
    }
}

/// RFC 4180: in quotes, quotes doubled.
enum CSVQuotes {
    static func append(_ value: Span<UInt8>, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        for index in value.indices {
            if value[index] == UInt8(ascii: "\"") { output.append(UInt8(ascii: "\"")) }
            output.append(value[index])
        }
        output.append(UInt8(ascii: "\""))
    }
}

/// A JSON string.
enum JSONEscapes {
    static func append(_ value: Span<UInt8>, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        for index in value.indices {
            let byte = value[index]
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                output.append(UInt8(ascii: "\\"))
                output.append(byte)
            case 0..<32:
                output.append(contentsOf: "\\u00".utf8)
                output.append(UInt8(ascii: "0") + (byte >> 4))
                output.append(hexDigit(byte & 15))
            default: output.append(byte)
            }
        }
        output.append(UInt8(ascii: "\""))
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}

/// Checks text of the server's, which need not be what its character set says.
enum UTF8Check {
    /// How many characters (code points) the bytes are; nil if they are not UTF-8.
    static func characterCount(_ bytes: Span<UInt8>) -> Int? {
        var count = 0
        var index = 0
        while index < bytes.count {
            let first = bytes[index]
            count += 1
            if first < 0x80 {
                index += 1
                continue
            }
            guard let length = length(first, bytes, index) else { return nil }
            index += length
        }
        return count
    }

    private static func length(_ first: UInt8, _ bytes: Span<UInt8>, _ index: Int) -> Int? {
        let length: Int
        // What the second byte may be, so that there are no surrogates, no overlong forms and nothing past U+10FFFF.
        let second: ClosedRange<UInt8>
        switch first {
        case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: return nil
        }
        guard index + length <= bytes.count, second.contains(bytes[index + 1]) else { return nil }
        for offset in 2..<max(2, length) where bytes[index + offset] & 0xC0 != 0x80 { return nil }
        return length
    }
}

extension [UInt8] {
    mutating func append(span: Span<UInt8>) {
        span.withUnsafeBufferPointer { append(contentsOf: $0) }
    }
}
