/// A strict reader of JSON (RFC 8259) that keeps line numbers: for schema documents and stored labels, not for sheets.
struct JSONReader {
    /// What is wrong, and on which line.
    struct Problem: Error {
        let line: Int
        let message: String
    }

    private let bytes: [UInt8]
    private var position = 0
    private var line = 1
    private var depth = 0

    static let deepest = 64

    private init(_ bytes: [UInt8], depth: Int) {
        self.bytes = bytes
        self.depth = depth
    }

    /// Reads one whole document, or a value that is to stand so deep in another one.
    static func read(_ bytes: [UInt8], depth: Int = 0) throws(Problem) -> SchemaNode {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw Problem(line: 0, message: "the text is not UTF-8")
        }
        var reader = JSONReader(bytes, depth: depth)
        reader.skipSpace()
        let node = try reader.value()
        reader.skipSpace()
        guard reader.position == bytes.count else { throw reader.problem("there is text after the end") }
        return node
    }

    private func problem(_ message: String) -> Problem {
        Problem(line: line, message: message)
    }

    private var next: UInt8? {
        position < bytes.count ? bytes[position] : nil
    }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            if byte == 0x0A { line += 1 }
            position += 1
        }
    }

    private mutating func value() throws(Problem) -> SchemaNode {
        let start = line
        switch next {
        case UInt8(ascii: "{"): return SchemaNode(value: .mapping(try members()), line: start)
        case UInt8(ascii: "["): return SchemaNode(value: .list(try items()), line: start)
        case UInt8(ascii: "\""): return SchemaNode(value: .string(try string()), line: start)
        default: return SchemaNode(value: try bareWord(), line: start)
        }
    }

    private mutating func bareWord() throws(Problem) -> SchemaNode.Value {
        let start = position
        while let byte = next, !Self.endsWord(byte) { position += 1 }
        let word = Array(bytes[start..<position])
        if word.elementsEqual("true".utf8) { return .boolean(true) }
        if word.elementsEqual("false".utf8) { return .boolean(false) }
        if word.elementsEqual("null".utf8) { return .null }
        guard NumberText.isJSONNumber(word) else {
            throw problem(word.isEmpty ? "a value is missing" : "a value is not JSON")
        }
        return .number(String(decoding: word, as: UTF8.self))
    }

    private static func endsWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x20, 0x0A, 0x0D, 0x09, UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"): true
        default: false
        }
    }

    /// Steps into a list or mapping; true if it is empty and has been read whole.
    private mutating func open(closing: UInt8) throws(Problem) -> Bool {
        position += 1
        depth += 1
        guard depth <= Self.deepest else { throw problem("values are nested too deep") }
        skipSpace()
        guard next == closing else { return false }
        position += 1
        depth -= 1
        return true
    }

    /// Reads a comma or the closing bracket; true if another element follows.
    private mutating func another(closing: UInt8) throws(Problem) -> Bool {
        skipSpace()
        guard let byte = next, byte == UInt8(ascii: ",") || byte == closing else {
            throw problem("a comma or a closing bracket is missing")
        }
        position += 1
        skipSpace()
        if byte == closing { depth -= 1 }
        return byte != closing
    }

    private mutating func items() throws(Problem) -> [SchemaNode] {
        let closing = UInt8(ascii: "]")
        if try open(closing: closing) { return [] }
        var items: [SchemaNode] = []
        repeat {
            items.append(try value())
        } while try another(closing: closing)
        return items
    }

    private mutating func members() throws(Problem) -> [SchemaMember] {
        let closing = UInt8(ascii: "}")
        if try open(closing: closing) { return [] }
        var members: [SchemaMember] = []
        repeat {
            let nameLine = line
            guard next == UInt8(ascii: "\"") else { throw problem("a member's name in quotes is missing") }
            let name = try string()
            skipSpace()
            guard next == UInt8(ascii: ":") else { throw problem("a colon is missing after a member's name") }
            position += 1
            skipSpace()
            members.append(SchemaMember(name: name, line: nameLine, value: try value()))
        } while try another(closing: closing)
        return members
    }

    private mutating func string() throws(Problem) -> String {
        position += 1
        var text: [UInt8] = []
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 0..<0x20: throw problem("a control character stands in a string")
            default: text.append(byte)
            }
        }
        throw problem("a string does not end")
    }

    private mutating func escape(into text: inout [UInt8]) throws(Problem) {
        guard let byte = next else { throw problem("a string does not end") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "u"): try unicodeEscape(into: &text)
        default: throw problem("a string has an unknown escape")
        }
    }

    private mutating func unicodeEscape(into text: inout [UInt8]) throws(Problem) {
        var code = try codeUnit()
        if (0xD800..<0xDC00).contains(code) {
            guard next == UInt8(ascii: "\\"), position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "u")
            else {
                throw problem("a surrogate stands alone")
            }
            position += 2
            let low = try codeUnit()
            guard (0xDC00..<0xE000).contains(low) else { throw problem("a surrogate stands alone") }
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw problem("a surrogate stands alone") }
        text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }

    private mutating func codeUnit() throws(Problem) -> UInt32 {
        guard position + 4 <= bytes.count else { throw problem("a string does not end") }
        var code: UInt32 = 0
        for byte in bytes[position..<position + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw problem("a string has an unknown escape")
            }
            code = code << 4 | UInt32(digit)
        }
        position += 4
        return code
    }
}

extension SchemaNode {
    /// Reads a JSON document.
    static func parseJSON(_ bytes: [UInt8], file: String) throws(LabelSchemaMistakes) -> SchemaNode {
        do {
            return try JSONReader.read(bytes)
        } catch {
            throw mistake(file, error.line, "this is not JSON: \(error.message)", "check quotes, commas and brackets")
        }
    }
}
