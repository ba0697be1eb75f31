/// Whether text has one of the formats of Table Schema's `string`.
extension FieldFormat {
    func accepts(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        switch self {
        case .email: Self.isEmail(bytes)
        case .uri: Self.isURI(bytes)
        case .uuid: Self.isUUID(bytes)
        case .binary: Self.isBase64(bytes)
        case .default, .any, .pattern, .array, .object, .topojson: true
        }
    }

    /// Something before an `@`, and a domain with a point in it, whose last part is a name and no number.
    ///
    /// What stands before may be any language's letters, but nothing that cannot be seen.
    private static func isEmail(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let at = bytes.lastIndex(of: UInt8(ascii: "@")), at > 0, at <= 64, bytes.count <= 254 else {
            return false
        }
        let isPlain = bytes.allSatisfy { $0 < 0x80 }
        guard isPlain || !hasHidden(bytes) else { return false }
        let local = bytes[..<at]
        let domain = bytes[(at + 1)...]
        let point = UInt8(ascii: ".")
        guard local.allSatisfy({ $0 > 0x20 && $0 != 0x7F && !isOneOf($0, "@,;:<>()[]\\\"") }) else { return false }
        guard !local.split(separator: point, omittingEmptySubsequences: false).contains(where: \.isEmpty) else {
            return false
        }
        let parts = domain.split(separator: point, omittingEmptySubsequences: false)
        guard parts.count >= 2, let last = parts.last, last.count >= 2 else { return false }
        let isName = last.starts(with: "xn--".utf8) || last.allSatisfy { isLetter($0) || $0 >= 0x80 }
        return isName
            && parts.allSatisfy { part in
                !part.isEmpty && part.first != UInt8(ascii: "-") && part.last != UInt8(ascii: "-")
                    && part.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 >= 0x80 }
            }
    }

    /// Whether there is white space, or a character that nobody sees.
    private static func hasHidden(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        String(decoding: bytes, as: UTF8.self).unicodeScalars.contains { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format: true
            default: scalar.properties.isWhitespace
            }
        }
    }

    /// A scheme, a colon and what RFC 3986 lets follow it; `http` and `https` need a host.
    private static func isURI(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), colon > 0, isLetter(bytes[0]) else { return false }
        let scheme = bytes[..<colon]
        guard scheme.allSatisfy({ isAlphanumeric($0) || isOneOf($0, "+-.") }) else { return false }
        let rest = bytes[(colon + 1)...]
        guard rest.allSatisfy({ $0 > 0x20 && $0 != 0x7F && !isOneOf($0, "<>\"{}|\\^`") }) else { return false }
        let isWeb = ["http", "https"].contains { scheme.map { $0 | 0x20 }.elementsEqual($0.utf8) }
        guard isWeb else { return true }
        guard rest.starts(with: "//".utf8) else { return false }
        return rest.dropFirst(2).first.map { !isOneOf($0, "/?#:") } ?? false
    }

    /// 8-4-4-4-12 hexadecimal digits.
    private static func isUUID(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard bytes.count == 36 else { return false }
        return bytes.indices.allSatisfy { index in
            switch index {
            case 8, 13, 18, 23: bytes[index] == UInt8(ascii: "-")
            default: NumberText.isDigit(bytes[index]) || (bytes[index] | 0x20) &- 0x61 < 6
            }
        }
    }

    /// Groups of four of the alphabet of RFC 4648, the last one filled up with `=`.
    private static func isBase64(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard bytes.count % 4 == 0, !bytes.isEmpty else { return false }
        let padding = bytes.suffix(2).reversed().prefix { $0 == UInt8(ascii: "=") }.count
        return bytes.dropLast(padding).allSatisfy { isAlphanumeric($0) || isOneOf($0, "+/") }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- 0x61 < 26
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isLetter(byte) || NumberText.isDigit(byte)
    }

    private static func isOneOf(_ byte: UInt8, _ set: StaticString) -> Bool {
        UnsafeBufferPointer(start: set.utf8Start, count: set.utf8CodeUnitCount).contains(byte)
    }
}
