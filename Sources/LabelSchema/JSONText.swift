/// Writing JSON strings in the one way of the canonical form.
enum JSONText {
    /// Appends a string in quotes, with the fewest escapes JSON allows: `\"`, `\\`, and control characters as their
    /// short form or as `\u00xx` in lower-case hexadecimal.
    ///
    /// All other text stands as UTF-8.
    static func append(_ text: String, to json: inout [UInt8]) {
        append(utf8: text.utf8, to: &json)
    }

    /// As `append(_:to:)`, from bytes that are UTF-8 already.
    static func append(utf8 bytes: some Sequence<UInt8>, to json: inout [UInt8]) {
        json.append(UInt8(ascii: "\""))
        for byte in bytes {
            if isPlain(byte) {
                json.append(byte)
            } else {
                json.append(contentsOf: escape(of: byte))
            }
        }
        json.append(UInt8(ascii: "\""))
    }

    /// The canonical form of a string.
    static func string(_ text: String) -> [UInt8] {
        var json: [UInt8] = []
        append(text, to: &json)
        return json
    }

    /// Whether a byte stands for itself in a JSON string.
    @inline(__always)
    static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != 0x22 && byte != 0x5C
    }

    /// The escape of a byte that is not plain.
    static func escape(of byte: UInt8) -> [UInt8] {
        let backslash = UInt8(ascii: "\\")
        switch byte {
        case 0x22: return [backslash, 0x22]
        case 0x5C: return [backslash, backslash]
        case 0x08: return [backslash, UInt8(ascii: "b")]
        case 0x09: return [backslash, UInt8(ascii: "t")]
        case 0x0A: return [backslash, UInt8(ascii: "n")]
        case 0x0C: return [backslash, UInt8(ascii: "f")]
        case 0x0D: return [backslash, UInt8(ascii: "r")]
        default:
            let zero = UInt8(ascii: "0")
            return [backslash, UInt8(ascii: "u"), zero, zero, hexDigit(byte >> 4), hexDigit(byte & 15)]
        }
    }

    /// The order of members: by the bytes of their names.
    static func precedes(_ first: String, _ second: String) -> Bool {
        first.utf8.lexicographicallyPrecedes(second.utf8)
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}
