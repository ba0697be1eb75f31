internal import Tabular

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// A place in a file that is not text of the encoding it was read in.
struct UndecodableText: Error, Equatable {
    let charset: Charset
    /// Counted from 1; every line break of the file counts, also one within quotes.
    let line: Int
    /// Counted from 0.
    let byte: Int
    /// The file ends in the middle of a character.
    let isCutShort: Bool
    /// This machine cannot read the charset at all.
    var isUnknown = false
}

/// Turns the bytes of a text file into UTF-8 while they arrive, and refuses whatever is not text: no character is ever
/// replaced or left out.
///
/// The C library's `iconv` knows the other encodings. Its CP932 is Windows-31J, with NEC's and IBM's characters; what it
/// calls SJIS is the older JIS mapping, in which 〜, ∥ and － are other characters and ① does not exist.
struct TextDecoder: ~Copyable {
    private let charset: Charset
    private let converter: Converter?
    /// The beginning of a character whose rest is yet to come.
    private var tail: [UInt8] = []
    /// Where the next byte to be decoded stands in the file.
    private var offset = 0
    private var line = 1
    private var followsCarriageReturn = false

    init(_ charset: Charset) throws(UndecodableText) {
        self.charset = charset
        guard charset != .utf8 else {
            converter = nil
            return
        }
        guard let converter = Converter(from: charset) else {
            throw UndecodableText(charset: charset, line: 1, byte: 0, isCutShort: false, isUnknown: true)
        }
        self.converter = converter
    }

    /// Decodes the next bytes of the file, up to the last whole character.
    mutating func decode(_ chunk: [UInt8]) throws(UndecodableText) -> [UInt8] {
        let input = tail.isEmpty ? chunk : tail + chunk
        var decoded: [UInt8] = []
        let end = converter?.convert(input, into: &decoded) ?? Self.checkUTF8(input, into: &decoded)
        countLines(decoded)
        offset += end.used
        tail = Array(input[end.used...])
        guard end.isWhole else {
            throw UndecodableText(charset: charset, line: line, byte: offset, isCutShort: false)
        }
        return decoded
    }

    /// Ends the file.
    mutating func finish() throws(UndecodableText) {
        guard tail.isEmpty else {
            throw UndecodableText(charset: charset, line: line, byte: offset, isCutShort: true)
        }
    }

    /// How far bytes could be decoded.
    fileprivate struct End {
        let used: Int
        /// Whether what is left over is the beginning of a character.
        let isWhole: Bool
    }

    private static func checkUTF8(_ input: [UInt8], into decoded: inout [UInt8]) -> End {
        let end = input.withUnsafeBytes { bytes in
            guard let invalid = UTF8Text.firstInvalidOffset(in: bytes) else {
                return End(used: bytes.count, isWhole: true)
            }
            return End(used: invalid, isWhole: UTF8Text.isCutShort(in: bytes, at: invalid))
        }
        decoded = end.used == input.count ? input : Array(input[..<end.used])
        return end
    }

    /// Counts line breaks; most texts have no others than line feeds.
    private mutating func countLines(_ text: [UInt8]) {
        let (feeds, returns) = Self.breaks(in: text)
        guard returns > 0 || followsCarriageReturn else {
            line += feeds
            return
        }
        for byte in text {
            if byte == 0x0D || (byte == 0x0A && !followsCarriageReturn) { line += 1 }
            followsCarriageReturn = byte == 0x0D
        }
    }

    /// How many line feeds and carriage returns there are, counted in words of eight bytes.
    private static func breaks(in text: [UInt8]) -> (feeds: Int, returns: Int) {
        var (feeds, returns) = (0, 0)
        text.withUnsafeBytes { bytes in
            var index = 0
            while index &+ 8 <= bytes.count {
                let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                feeds &+= count(of: 0x0A0A_0A0A_0A0A_0A0A, in: word)
                returns &+= count(of: 0x0D0D_0D0D_0D0D_0D0D, in: word)
                index &+= 8
            }
            for byte in bytes[index...] {
                feeds += byte == 0x0A ? 1 : 0
                returns += byte == 0x0D ? 1 : 0
            }
        }
        return (feeds, returns)
    }

    /// In how many places two words have the same byte: the difference is zero there, and only there adding 0x7F leaves
    /// the highest bit as it is.
    @inline(__always)
    private static func count(of repeated: UInt64, in word: UInt64) -> Int {
        let lows: UInt64 = 0x7F7F_7F7F_7F7F_7F7F
        let difference = word ^ repeated
        return (~(((difference & lows) &+ lows) | difference | lows)).nonzeroBitCount
    }
}

/// A conversion of `iconv`, which works by a state of its own.
private final class Converter {
    private let handle: iconv_t

    init?(from charset: Charset) {
        let name =
            switch charset {
            case .utf8: "UTF-8"
            case .cp932: "CP932"
            case .utf16LittleEndian: "UTF-16LE"
            case .utf16BigEndian: "UTF-16BE"
            }
        guard let handle = iconv_open("UTF-8", name), Int(bitPattern: handle) != -1 else { return nil }
        self.handle = handle
    }

    deinit {
        iconv_close(handle)
    }

    func convert(_ input: [UInt8], into decoded: inout [UInt8]) -> TextDecoder.End {
        // None of the encodings has a byte that becomes more than three; room for a few more, or the last
        // character would not fit where it is longer than its share.
        let capacity = input.count * 3 + 8
        var used = 0
        var isWhole = true
        decoded = [UInt8](unsafeUninitializedCapacity: capacity) { output, filled in
            input.withUnsafeBytes { bytes in
                // iconv only reads from here; its parameter lacks the const.
                var from = UnsafeMutablePointer(mutating: bytes.bindMemory(to: CChar.self).baseAddress)
                var left = bytes.count
                var to = UnsafeMutableRawPointer(output.baseAddress)?.assumingMemoryBound(to: CChar.self)
                var room = capacity
                let result = iconv(handle, &from, &left, &to, &room)
                // EINVAL: the bytes end within a character.
                isWhole = result != -1 || errno == EINVAL
                used = bytes.count - left
                filled = capacity - room
            }
        }
        return TextDecoder.End(used: used, isWhole: isWhole)
    }
}
