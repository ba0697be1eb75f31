/// Writes JSON the way Google's front end does: two spaces of indentation by default, or compact.
enum JSONWriter {
    static func bytes(_ value: JSONValue, pretty: Bool) -> [UInt8] {
        var out: [UInt8] = []
        write(value, pretty: pretty, indent: 0, into: &out)
        out.append(0x0A)
        return out
    }

    static func write(_ value: JSONValue, pretty: Bool, indent: Int, into out: inout [UInt8]) {
        switch value {
        case .null: out.append(contentsOf: "null".utf8)
        case .boolean(let value): out.append(contentsOf: value ? "true".utf8 : "false".utf8)
        case .number(let literal): out.append(contentsOf: literal.utf8)
        case .string(let text): appendString(text.utf8, to: &out)
        case .array(let elements):
            list(elements, "[", "]", pretty: pretty, indent: indent, into: &out) { element, out in
                write(element, pretty: pretty, indent: indent + 1, into: &out)
            }
        case .object(let members):
            list(members, "{", "}", pretty: pretty, indent: indent, into: &out) { member, out in
                appendString(member.name.utf8, to: &out)
                out.append(contentsOf: pretty ? ": ".utf8 : ":".utf8)
                write(member.value, pretty: pretty, indent: indent + 1, into: &out)
            }
        }
    }

    private static func list<Element>(
        _ elements: [Element], _ open: Unicode.Scalar, _ close: Unicode.Scalar, pretty: Bool, indent: Int,
        into out: inout [UInt8], _ body: (Element, inout [UInt8]) -> Void
    ) {
        out.append(UInt8(ascii: open))
        for (index, element) in elements.enumerated() {
            if index > 0 { out.append(UInt8(ascii: ",")) }
            if pretty { appendNewline(indent: indent + 1, to: &out) }
            body(element, &out)
        }
        if pretty && !elements.isEmpty { appendNewline(indent: indent, to: &out) }
        out.append(UInt8(ascii: close))
    }

    static func appendNewline(indent: Int, to out: inout [UInt8]) {
        out.append(0x0A)
        for _ in 0..<indent * 2 { out.append(0x20) }
    }

    /// Appends a quoted string.
    static func appendString(_ utf8: some Collection<UInt8>, to out: inout [UInt8]) {
        out.append(UInt8(ascii: "\""))
        if utf8.contains(where: needsEscape) {
            appendEscaped(utf8, to: &out)
        } else {
            out.append(contentsOf: utf8)
        }
        out.append(UInt8(ascii: "\""))
    }

    /// Whether a byte can begin something that `appendEscaped` writes differently.
    ///
    /// Google's front end escapes `<` and `>` as well as what JSON demands, and invisible characters
    /// such as U+200B, U+2028 and U+FEFF; 0xE2 and 0xEF are their first bytes.
    static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == 0x22 || byte == 0x5C || byte == 0x3C || byte == 0x3E || byte == 0x7F
            || byte == 0xE2 || byte == 0xEF
    }

    static func appendEscaped(_ utf8: some Sequence<UInt8>, to out: inout [UInt8]) {
        for scalar in String(decoding: Array(utf8), as: UTF8.self).unicodeScalars {
            switch scalar {
            case "\"": out.append(contentsOf: "\\\"".utf8)
            case "\\": out.append(contentsOf: "\\\\".utf8)
            case "\n": out.append(contentsOf: "\\n".utf8)
            case "\r": out.append(contentsOf: "\\r".utf8)
            case "\t": out.append(contentsOf: "\\t".utf8)
            case "\u{8}": out.append(contentsOf: "\\b".utf8)
            case "\u{C}": out.append(contentsOf: "\\f".utf8)
            case "<", ">", "\u{7F}", "\u{0}"..."\u{1F}", "\u{200B}"..."\u{200F}", "\u{2028}"..."\u{202E}", "\u{FEFF}":
                let digits = String(scalar.value, radix: 16)
                out.append(contentsOf: "\\u".utf8)
                out.append(contentsOf: String(repeating: "0", count: 4 - digits.count).utf8)
                out.append(contentsOf: digits.utf8)
            default: out.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
        }
    }
}
