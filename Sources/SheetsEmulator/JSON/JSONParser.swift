/// Reads one JSON text (RFC 8259) into a `JSONValue`.
struct JSONParser {
    /// What is wrong with the text, and at which byte.
    struct Mistake: Error {
        let message: String
        let offset: Int
    }

    private static let maximumDepth = 64

    private let bytes: [UInt8]
    private var position = 0

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    static func parse(_ bytes: [UInt8]) throws(Mistake) -> JSONValue {
        var parser = JSONParser(bytes)
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        guard parser.position == bytes.count else { throw parser.mistake("Unexpected text after the value") }
        return value
    }

    private func mistake(_ message: String) -> Mistake {
        Mistake(message: message, offset: position)
    }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private mutating func expect(_ byte: UInt8, _ what: String) throws(Mistake) {
        skipSpace()
        guard current == byte else { throw mistake("Expected \(what)") }
        position += 1
    }

    private mutating func takes(_ byte: UInt8) -> Bool {
        skipSpace()
        guard current == byte else { return false }
        position += 1
        return true
    }

    private mutating func value(depth: Int) throws(Mistake) -> JSONValue {
        guard depth < Self.maximumDepth else { throw mistake("Nested too deeply") }
        skipSpace()
        switch current {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .boolean(true))
        case UInt8(ascii: "f"): return try word("false", .boolean(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return .number(try number())
        }
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(Mistake) -> JSONValue {
        let expected = Array(String(describing: word).utf8)
        guard bytes[position...].starts(with: expected) else { throw mistake("Unexpected word") }
        position += expected.count
        return value
    }

    private mutating func object(depth: Int) throws(Mistake) -> JSONValue {
        position += 1
        var members: [JSONMember] = []
        if takes(UInt8(ascii: "}")) { return .object(members) }
        repeat {
            skipSpace()
            guard current == UInt8(ascii: "\"") else { throw mistake("Expected a member name") }
            let name = try string()
            try expect(UInt8(ascii: ":"), "a colon")
            members.append(JSONMember(name: name, value: try value(depth: depth + 1)))
        } while takes(UInt8(ascii: ","))
        try expect(UInt8(ascii: "}"), "a comma or a closing brace")
        return .object(members)
    }

    private mutating func array(depth: Int) throws(Mistake) -> JSONValue {
        position += 1
        var elements: [JSONValue] = []
        if takes(UInt8(ascii: "]")) { return .array(elements) }
        repeat {
            elements.append(try value(depth: depth + 1))
        } while takes(UInt8(ascii: ","))
        try expect(UInt8(ascii: "]"), "a comma or a closing bracket")
        return .array(elements)
    }

    private mutating func number() throws(Mistake) -> String {
        let start = position
        while let byte = current, Self.isNumberByte(byte) { position += 1 }
        let literal = String(decoding: bytes[start..<position], as: UTF8.self)
        guard let value = Double(literal), value.isFinite, literal.first != "+", literal.first != "." else {
            position = start
            throw mistake("Expected a value")
        }
        return literal
    }

    private static func isNumberByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."),
            UInt8(ascii: "e"), UInt8(ascii: "E"):
            true
        default: false
        }
    }

    private mutating func string() throws(Mistake) -> String {
        position += 1
        var text: [UInt8] = []
        while let byte = current {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return try decoded(text)
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 0x00..<0x20: throw mistake("A control character in a string")
            default: text.append(byte)
            }
        }
        throw mistake("The string does not end")
    }

    private func decoded(_ text: [UInt8]) throws(Mistake) -> String {
        guard let string = String(validating: text, as: UTF8.self) else { throw mistake("Invalid UTF-8") }
        return string
    }

    private mutating func escape(into text: inout [UInt8]) throws(Mistake) {
        guard let byte = current else { throw mistake("The string does not end") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text.append(contentsOf: try unicodeEscape().utf8)
        default: throw mistake("An unknown escape")
        }
    }

    private mutating func unicodeEscape() throws(Mistake) -> String {
        var units = [try hexUnit()]
        if UTF16.isLeadSurrogate(units[0]), bytes[position...].starts(with: [0x5C, UInt8(ascii: "u")]) {
            position += 2
            units.append(try hexUnit())
        }
        return String(decoding: units, as: UTF16.self)
    }

    private mutating func hexUnit() throws(Mistake) -> UInt16 {
        guard position + 4 <= bytes.count,
            let unit = UInt16(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
        else { throw mistake("Expected four hexadecimal digits") }
        position += 4
        return unit
    }
}
