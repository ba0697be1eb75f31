/// Reads the little of XML that S3 answers in, strictly.
///
/// Elements, attributes (passed over), text, the five entities and numeric ones, CDATA, comments, and one declaration at
/// the beginning. Everything else is refused, a document type above all: entities of one's own making are how a small
/// answer becomes a large one. Depth is bounded here, size by whoever collected the bytes.
struct MarkupReader {
    /// S3's own answers are four deep.
    private static let deepest = 32

    private let bytes: [UInt8]
    private var offset = 0

    /// The root element of a document.
    ///
    /// - Parameter bytes: the whole document, in UTF-8.
    /// - Returns: its root.
    /// - Throws: `MarkupProblem` for what is not well formed, or not taken.
    static func read(_ bytes: [UInt8]) throws(MarkupProblem) -> MarkupElement {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw MarkupProblem(offset: 0, reason: "it is not of UTF-8")
        }
        var reader = MarkupReader(bytes: bytes)
        _ = reader.skip("\u{FEFF}")
        if reader.isAt("<?xml"), reader.peek(5).map(isBlank) == true { try reader.readDeclaration() }
        try reader.skipBetween()
        guard reader.isAt("<") else { throw reader.problem("there is no element") }
        let root = try reader.element(depth: 0)
        try reader.skipBetween()
        guard reader.offset == bytes.count else { throw reader.problem("something follows the last element") }
        return root
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    // MARK: Elements

    private mutating func element(depth: Int) throws(MarkupProblem) -> MarkupElement {
        guard depth < Self.deepest else { throw problem("elements stand \(Self.deepest) deep") }
        try expect("<")
        let name = try name()
        var element = MarkupElement(name: local(name))
        guard try !attributes() else { return element }
        var text: [UInt8] = []
        while !isAt("</") {
            guard let byte = peek() else { throw problem("the element \(local(name)) has no end") }
            switch byte {
            case UInt8(ascii: "<"):
                if skip("<!--") {
                    try skipComment()
                } else if skip("<![CDATA[") {
                    try appendSection(to: &text)
                } else {
                    element.children.append(try self.element(depth: depth + 1))
                }
            case UInt8(ascii: "&"): try appendEntity(to: &text)
            default: try appendCharacter(byte, to: &text)
            }
        }
        try expect("</")
        guard try self.name() == name else { throw problem("an end tag belongs to another element") }
        skipBlanks()
        try expect(">")
        element.text = String(decoding: text, as: UTF8.self)
        return element
    }

    /// Passes over the attributes and the end of a start tag.
    ///
    /// - Returns: whether the element ends with it.
    private mutating func attributes() throws(MarkupProblem) -> Bool {
        var names: Set<[UInt8]> = []
        while true {
            let hasBlank = skipBlanks()
            if skip("/>") { return true }
            if skip(">") { return false }
            guard hasBlank else { throw problem("a start tag does not end") }
            guard names.insert(try attribute().name).inserted else { throw problem("an attribute stands twice") }
        }
    }

    /// One attribute, with its value as it is written.
    private mutating func attribute() throws(MarkupProblem) -> Attribute {
        let name = try name()
        skipBlanks()
        try expect("=")
        skipBlanks()
        guard let quote = peek(), quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
            throw problem("an attribute has no quotes")
        }
        offset += 1
        let start = offset
        var ignored: [UInt8] = []
        while let byte = peek(), byte != quote {
            switch byte {
            case UInt8(ascii: "<"): throw problem("an attribute holds a <")
            case UInt8(ascii: "&"): try appendEntity(to: &ignored)
            default: try appendRaw(byte, to: &ignored)
            }
        }
        guard peek() == quote else { throw problem("an attribute does not end") }
        offset += 1
        return Attribute(name: name, value: String(decoding: bytes[start..<offset - 1], as: UTF8.self))
    }

    private struct Attribute {
        var name: [UInt8]
        var value: String
    }

    private mutating func name() throws(MarkupProblem) -> [UInt8] {
        let start = offset
        while let byte = peek(), isNameCharacter(byte, isFirst: offset == start) { offset += 1 }
        guard offset > start, offset - start <= 256 else { throw problem("a name was expected") }
        let name = Array(bytes[start..<offset])
        let parts = name.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.allSatisfy({ $0.first.map { isNameCharacter($0, isFirst: true) } == true }) else {
            throw problem("a name has a colon too many")
        }
        return name
    }

    /// A name without the prefix that says which space it is of.
    private func local(_ name: [UInt8]) -> String {
        String(decoding: name.split(separator: UInt8(ascii: ":")).last ?? [], as: UTF8.self)
    }

    // MARK: Text

    private mutating func appendCharacter(_ byte: UInt8, to text: inout [UInt8]) throws(MarkupProblem) {
        guard !isAt("]]>") else { throw problem("text holds ]]>") }
        try appendRaw(byte, to: &text)
    }

    /// Appends a byte as it is, but every line's end as one line feed, as XML says.
    private mutating func appendRaw(_ byte: UInt8, to text: inout [UInt8]) throws(MarkupProblem) {
        guard byte >= 32 || byte == 9 || byte == 10 || byte == 13 else {
            throw problem("text holds a control character")
        }
        // U+FFFE and U+FFFF are no characters of XML.
        guard !isAt("\u{FFFE}"), !isAt("\u{FFFF}") else { throw problem("text holds what is no character") }
        offset += 1
        guard byte == 13 else { return text.append(byte) }
        if peek() != 10 { text.append(10) }
    }

    private mutating func appendSection(to text: inout [UInt8]) throws(MarkupProblem) {
        while !skip("]]>") {
            guard let byte = peek() else { throw problem("a CDATA section does not end") }
            try appendRaw(byte, to: &text)
        }
    }

    private mutating func appendEntity(to text: inout [UInt8]) throws(MarkupProblem) {
        let named: [(String, String)] = [
            ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"), ("&quot;", "\""), ("&apos;", "'"),
        ]
        for (entity, meaning) in named where skip(entity) { return text.append(contentsOf: meaning.utf8) }
        let radix = skip("&#x") ? 16 : skip("&#") ? 10 : 0
        guard radix > 0 else { throw problem("an entity is not one of XML's own") }
        let start = offset
        while let byte = peek(), byte != UInt8(ascii: ";"), offset - start < 8 { offset += 1 }
        let digits = String(decoding: bytes[start..<offset], as: UTF8.self)
        guard !digits.isEmpty, digits.utf8.allSatisfy({ isLetterOrDigit($0) }), skip(";"),
            let value = UInt32(digits, radix: radix), let scalar = Unicode.Scalar(value), isCharacter(value)
        else { throw problem("an entity stands for no character") }
        text.append(contentsOf: String(Character(scalar)).utf8)
    }

    // MARK: What says nothing

    private mutating func readDeclaration() throws(MarkupProblem) {
        try expect("<?xml")
        var said: [String] = []
        while true {
            let hasBlank = skipBlanks()
            if skip("?>") { break }
            guard hasBlank else { throw problem("the declaration does not end") }
            let attribute = try attribute()
            said.append("\(String(decoding: attribute.name, as: UTF8.self))=\(attribute.value.lowercased())")
        }
        let known = [
            ["version=1.0"], ["version=1.0", "encoding=utf-8"], ["version=1.0", "encoding=utf-8", "standalone=yes"],
            ["version=1.0", "encoding=utf-8", "standalone=no"],
        ]
        guard known.contains(said) else { throw problem("the declaration is not that of XML 1.0 in UTF-8") }
    }

    private mutating func skipBetween() throws(MarkupProblem) {
        skipBlanks()
        while skip("<!--") {
            try skipComment()
            skipBlanks()
        }
    }

    private mutating func skipComment() throws(MarkupProblem) {
        var ignored: [UInt8] = []
        while !isAt("--") {
            guard let byte = peek() else { throw problem("a comment does not end") }
            try appendRaw(byte, to: &ignored)
            ignored.removeAll(keepingCapacity: true)
        }
        try expect("-->")
    }

    @discardableResult
    private mutating func skipBlanks() -> Bool {
        let start = offset
        while let byte = peek(), isBlank(byte) { offset += 1 }
        return offset > start
    }

    // MARK: Bytes

    private func peek(_ distance: Int = 0) -> UInt8? {
        offset + distance < bytes.count ? bytes[offset + distance] : nil
    }

    private func isAt(_ text: String) -> Bool {
        var index = offset
        for byte in text.utf8 {
            guard index < bytes.count, bytes[index] == byte else { return false }
            index += 1
        }
        return true
    }

    private mutating func skip(_ text: String) -> Bool {
        guard isAt(text) else { return false }
        offset += text.utf8.count
        return true
    }

    private mutating func expect(_ text: String) throws(MarkupProblem) {
        guard skip(text) else { throw problem("“\(text)” was expected") }
    }

    private func problem(_ reason: String) -> MarkupProblem { MarkupProblem(offset: offset, reason: reason) }
}

private func isBlank(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 || byte == 10 || byte == 13 }

private func isLetterOrDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
    default: false
    }
}

/// Names of letters of ASCII, digits, `_`, `-`, `.` and one `:`: S3's are.
private func isNameCharacter(_ byte: UInt8, isFirst: Bool) -> Bool {
    let isLetter = isLetterOrDigit(byte) && !(0x30...0x39).contains(byte) || byte == UInt8(ascii: "_")
    return isLetter || !isFirst && (isLetterOrDigit(byte) || "-.:".utf8.contains(byte))
}

private func isCharacter(_ value: UInt32) -> Bool {
    value >= 32 && value != 0xFFFE && value != 0xFFFF || value == 9 || value == 10 || value == 13
}
