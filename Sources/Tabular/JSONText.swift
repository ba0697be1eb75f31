/// Writes JSON text into a buffer of bytes.
package enum JSONText {
    /// Appends a string with its quotes.
    ///
    /// `"` and `\` are escaped, control characters below U+0020 with their short forms (`\b \t \n \f \r`) or as
    /// `\u00xx` in lower-case hexadecimal, and nothing else. `string` must be UTF-8; it is not checked.
    package static func append(_ string: some Sequence<UInt8>, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        for byte in string {
            if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
                output.append(byte)
            } else {
                appendEscape(of: byte, to: &output)
            }
        }
        output.append(UInt8(ascii: "\""))
    }

    /// Appends a string with its quotes; see `append(_:to:)` for bytes.
    package static func append(_ string: String, to output: inout [UInt8]) {
        append(string.utf8, to: &output)
    }

    private static func appendEscape(of byte: UInt8, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: output.append(UInt8(ascii: "b"))
        case 0x09: output.append(UInt8(ascii: "t"))
        case 0x0A: output.append(UInt8(ascii: "n"))
        case 0x0C: output.append(UInt8(ascii: "f"))
        case 0x0D: output.append(UInt8(ascii: "r"))
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): output.append(byte)
        default:
            output.append(contentsOf: "u00".utf8)
            output.append(hexadecimalDigit(byte >> 4))
            output.append(hexadecimalDigit(byte & 0x0F))
        }
    }

    private static func hexadecimalDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? 0x30 + value : 0x57 + value
    }
}
