/// Why the lexer stopped before the end of a token.
enum LexStop: Error {
    /// The window ends inside the token: more bytes may complete it.
    case incomplete
    /// No byte that could follow would make this right. The offset is within the window.
    case malformed(ScanError.Code, Int)
}

/// Strict JSON tokens (RFC 8259) over a window of bytes.
///
/// The window is followed by `padding` zero bytes. A zero is never part of a token, so every loop stops there by
/// itself and eight bytes may be loaded at any offset up to `count`: no loop checks its bounds.
/// Offsets go in and come out; nothing is allocated.
struct JSONLexer {
    static let padding = 8
    static let maximumDepth = 256

    let base: UnsafeMutablePointer<UInt8>
    let count: Int

    /// A string's contents: the offset of its closing quote, and of its first backslash (-1 where it has none).
    struct StringSpan {
        let end: Int
        let firstEscape: Int
    }

    /// Stopping at `offset`: incomplete where the window ends, otherwise `code`.
    @inline(__always)
    func stop(_ offset: Int, _ code: ScanError.Code = .malformed) -> LexStop {
        offset >= count ? .incomplete : .malformed(code, offset)
    }

    @inline(__always)
    func skipWhitespace(_ start: Int) -> Int {
        var offset = start
        while true {
            switch base[offset] {
            case 0x20, 0x0A, 0x0D, 0x09: offset &+= 1
            default: return offset
            }
        }
    }

    /// Requires `byte` at `offset`, after white space; returns the offset past it.
    func expect(_ byte: UInt8, _ start: Int) throws(LexStop) -> Int {
        let offset = skipWhitespace(start)
        guard base[offset] == byte else { throw stop(offset) }
        return offset + 1
    }

    @inline(__always)
    private func word(_ offset: Int) -> UInt64 {
        UInt64(littleEndian: UnsafeRawPointer(base).loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
}

// MARK: Strings

extension JSONLexer {
    /// Finds the end of the string whose contents begin at `start` and checks every byte on the way.
    ///
    /// Eight bytes at a time: of each word, the lowest byte that is a quote, a backslash, a control character or not
    /// ASCII is found with the usual zero-byte arithmetic (whose false positives stand only above a true one).
    @inline(__always)
    func scanString(_ start: Int) throws(LexStop) -> StringSpan {
        var offset = start
        var firstEscape = -1
        while true {
            let word = word(offset)
            let special =
                (word & 0x8080_8080_8080_8080) | Self.zeroBytes(word ^ 0x2222_2222_2222_2222)
                | Self.zeroBytes(word ^ 0x5C5C_5C5C_5C5C_5C5C)
                | ((word &- 0x2020_2020_2020_2020) & ~word & 0x8080_8080_8080_8080)
            guard special != 0 else {
                offset &+= 8
                continue
            }
            offset &+= special.trailingZeroBitCount >> 3
            let byte = base[offset]
            if byte >= 0x80 {
                offset = try skipMultibyte(offset)
                if base[offset] == UInt8(ascii: "\"") { return StringSpan(end: offset, firstEscape: firstEscape) }
            } else if byte == UInt8(ascii: "\"") {
                return StringSpan(end: offset, firstEscape: firstEscape)
            } else if byte == UInt8(ascii: "\\") {
                if firstEscape < 0 { firstEscape = offset }
                guard Self.isEscape(base[offset &+ 1]) else { throw stop(offset &+ 1, .invalidEscape) }
                offset &+= 2
            } else {
                throw stop(offset, .controlCharacter)
            }
        }
    }

    /// Replaces the escapes between `first` and `end` in place; returns the new end of the contents.
    func unescape(_ first: Int, _ end: Int) throws(LexStop) -> Int {
        var read = first
        var write = first
        while read < end {
            let byte = base[read]
            guard byte == UInt8(ascii: "\\") else {
                base[write] = byte
                read += 1
                write += 1
                continue
            }
            let escape = base[read + 1]
            guard escape == UInt8(ascii: "u") else {
                base[write] = Self.unescaped(escape)
                read += 2
                write += 1
                continue
            }
            let scalar = try unicodeEscape(&read, end)
            for unit in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
                base[write] = unit
                write += 1
            }
        }
        return write
    }

    /// Reads `\uXXXX`, or the two of a surrogate pair, at `read`; a lone half is refused.
    private func unicodeEscape(_ read: inout Int, _ end: Int) throws(LexStop) -> Unicode.Scalar {
        let start = read
        let first = try hexadecimal(read + 2, end)
        read += 6
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, read + 1 < end, base[read] == UInt8(ascii: "\\"), base[read + 1] == UInt8(ascii: "u")
        else { throw .malformed(.invalidEscape, start) }
        let second = try hexadecimal(read + 2, end)
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw .malformed(.invalidEscape, start) }
        read += 6
        return scalar
    }

    private func hexadecimal(_ start: Int, _ end: Int) throws(LexStop) -> UInt32 {
        guard start + 4 <= end else { throw .malformed(.invalidEscape, start) }
        var value: UInt32 = 0
        for offset in start..<start + 4 {
            switch base[offset] {
            case let byte where byte >= 0x30 && byte <= 0x39: value = value << 4 | UInt32(byte - 0x30)
            case let byte where byte | 0x20 >= 0x61 && byte | 0x20 <= 0x66:
                value = value << 4 | UInt32(byte | 0x20 - 0x57)
            default: throw .malformed(.invalidEscape, offset)
            }
        }
        return value
    }

    /// Skips bytes above 0x7F, as long as they are well formed; returns the offset of the first that is ASCII.
    ///
    /// Japanese text is three bytes a character: two characters are checked with one load. The lead bytes E0 and ED,
    /// where overlong forms and surrogates hide, go the long way.
    @inline(__always)
    private func skipMultibyte(_ start: Int) throws(LexStop) -> Int {
        var offset = start
        while true {
            let word = word(offset)
            if word & 0x0000_C0C0_F0C0_C0F0 == 0x0000_8080_E080_80E0, Self.isPlainLead(word),
                Self.isPlainLead(word >> 24)
            {
                offset &+= 6
            } else if word & 0xC0_C0F0 == 0x80_80E0, Self.isPlainLead(word) {
                offset &+= 3
            } else if word & 0x80 == 0 {
                return offset
            } else {
                offset = try skipSequence(offset)
            }
        }
    }

    private func skipSequence(_ offset: Int) throws(LexStop) -> Int {
        guard let shape = UTF8Shape(lead: base[offset]) else { throw stop(offset, .invalidUTF8) }
        guard shape.second.contains(base[offset + 1]) else { throw stop(offset + 1, .invalidUTF8) }
        var next = 2
        while next < shape.length {
            guard base[offset + next] & 0xC0 == 0x80 else { throw stop(offset + next, .invalidUTF8) }
            next += 1
        }
        return offset + shape.length
    }

    /// Whether the lowest byte of `word`, an E-lead, is neither E0 nor ED.
    @inline(__always)
    private static func isPlainLead(_ word: UInt64) -> Bool {
        (0b1101_1111_1111_1110 >> (word & 0xF)) & 1 == 1
    }

    /// The high bit of every byte that is zero (exact for the lowest one set).
    @inline(__always)
    private static func zeroBytes(_ word: UInt64) -> UInt64 {
        (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
    }

    private static func isEscape(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"), UInt8(ascii: "u"):
            true
        default: false
        }
    }

    private static func unescaped(_ escape: UInt8) -> UInt8 {
        switch escape {
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: escape
        }
    }
}

// MARK: Numbers, literals, whole values

extension JSONLexer {
    /// Checks the number that begins at `start`; returns the offset past it, once a byte that ends it is there.
    @inline(__always)
    func scanNumber(_ start: Int) throws(LexStop) -> Int {
        var offset = start
        if base[offset] == UInt8(ascii: "-") { offset &+= 1 }
        if base[offset] == UInt8(ascii: "0") {
            offset &+= 1
        } else {
            offset = try scanDigits(offset)
        }
        if base[offset] == UInt8(ascii: ".") { offset = try scanDigits(offset &+ 1) }
        if base[offset] | 0x20 == UInt8(ascii: "e") {
            offset &+= 1
            if base[offset] == UInt8(ascii: "+") || base[offset] == UInt8(ascii: "-") { offset &+= 1 }
            offset = try scanDigits(offset)
        }
        if offset >= count { throw .incomplete }
        return offset
    }

    @inline(__always)
    private func scanDigits(_ start: Int) throws(LexStop) -> Int {
        var offset = start
        while base[offset] &- 0x30 < 10 { offset &+= 1 }
        if offset == start { throw stop(offset) }
        return offset
    }

    /// Requires the letters of `literal` at `start`; returns the offset past them.
    func scanLiteral(_ literal: StaticString, _ start: Int) throws(LexStop) -> Int {
        for index in 0..<literal.utf8CodeUnitCount where base[start + index] != literal.utf8Start[index] {
            throw stop(start + index)
        }
        return start + literal.utf8CodeUnitCount
    }

    /// Checks any value at `start` (after white space) and returns the offset past it.
    func skipValue(_ start: Int, depth: Int = 0) throws(LexStop) -> Int {
        let offset = skipWhitespace(start)
        guard depth < Self.maximumDepth else { throw .malformed(.tooDeep, offset) }
        switch base[offset] {
        case UInt8(ascii: "\""): return try skipString(offset + 1)
        case UInt8(ascii: "{"): return try skipObject(offset + 1, depth: depth)
        case UInt8(ascii: "["): return try skipArray(offset + 1, depth: depth)
        case UInt8(ascii: "t"): return try scanLiteral("true", offset)
        case UInt8(ascii: "f"): return try scanLiteral("false", offset)
        case UInt8(ascii: "n"): return try scanLiteral("null", offset)
        default: return try scanNumber(offset)
        }
    }

    /// The string whose contents begin at `start`, and the offset past its closing quote.
    func string(_ start: Int) throws(LexStop) -> (text: [UInt8], next: Int) {
        let span = try scanString(start)
        var bytes = Array(UnsafeBufferPointer(start: base + start, count: span.end - start))
        guard span.firstEscape >= 0 else { return (bytes, span.end + 1) }
        // Unescaped in a copy, since the caller may yet have to begin again with the same bytes.
        let length = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: Self.padding))
        let end = try bytes.withUnsafeMutableBufferPointer { (buffer) throws(LexStop) -> Int in
            guard let copy = buffer.baseAddress else { return 0 }
            do {
                return try JSONLexer(base: copy, count: length).unescape(span.firstEscape - start, length)
            } catch {
                throw .malformed(.invalidEscape, span.firstEscape)
            }
        }
        return (Array(bytes[..<end]), span.end + 1)
    }

    private func skipString(_ start: Int) throws(LexStop) -> Int {
        let span = try scanString(start)
        return span.firstEscape < 0 ? span.end + 1 : try string(start).next
    }

    private func skipArray(_ start: Int, depth: Int) throws(LexStop) -> Int {
        var offset = skipWhitespace(start)
        if base[offset] == UInt8(ascii: "]") { return offset + 1 }
        while true {
            offset = skipWhitespace(try skipValue(offset, depth: depth + 1))
            if base[offset] == UInt8(ascii: "]") { return offset + 1 }
            offset = try expect(UInt8(ascii: ","), offset)
        }
    }

    private func skipObject(_ start: Int, depth: Int) throws(LexStop) -> Int {
        var offset = skipWhitespace(start)
        if base[offset] == UInt8(ascii: "}") { return offset + 1 }
        while true {
            offset = try skipString(try expect(UInt8(ascii: "\""), offset))
            offset = try expect(UInt8(ascii: ":"), offset)
            offset = skipWhitespace(try skipValue(offset, depth: depth + 1))
            if base[offset] == UInt8(ascii: "}") { return offset + 1 }
            offset = try expect(UInt8(ascii: ","), offset)
        }
    }
}
