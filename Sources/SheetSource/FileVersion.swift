internal import Digest
internal import HTTPTransfer

/// What tells one state of a file from another, as a text that the store keeps with the sheet.
///
/// A letter says of what kind it is, and eight digits how the file was read (`Reading`): a state that was read in
/// another encoding, or from another header row on, is not known.
///
///     b0f3c2d1e:9f86d081884c7d65…              the SHA-256 of the bytes, cut to 16 of them
///     s0f3c2d1e:"686897696a7c876b7e"           a strong ETag
///     w0f3c2d1e:"686897696a7c876b7e"           a weak one
///     d0f3c2d1e:Wed, 21 Oct 2015 07:28:00 GMT  a Last-Modified that may be relied on
///     S…, W…                                   the SHA-256 of an ETag that is too long
struct FileVersion: Equatable, Sendable {
    private enum Kind: Character {
        case bytes = "b"
        case strong = "s"
        case weak = "w"
        case date = "d"
        case longStrong = "S"
        case longWeak = "W"
    }

    /// How the bytes are made into rows.
    struct Reading: Sendable {
        fileprivate let tag: String

        init(encoding: TextEncoding?, headerRow: Int) {
            tag = String(shortHash("\(encoding?.rawValue ?? "")\n\(headerRow)").prefix(8))
        }
    }

    private let kind: Kind
    private let reading: String
    private let value: String

    /// So many bytes fit into the store.
    private static let maximumLength = 64

    private init(_ kind: Kind, _ reading: Reading, _ value: String) {
        (self.kind, self.reading, self.value) = (kind, reading.tag, value)
    }

    /// The version that these bytes are, wherever they come from.
    init(bytes digest: SHA256Digest, _ reading: Reading) {
        self.init(.bytes, reading, String(digest.hex.prefix(32)))
    }

    /// The version that an answer names; nil if it names none that can be relied on.
    ///
    /// A date counts only if the answer was made a minute later at least: within one second a file can change twice, and
    /// two clocks may differ (RFC 9110, 8.8.2.2).
    init?(_ head: HTTPResponseHead, _ reading: Reading) {
        if let tag = head.headers["ETag"].flatMap(EntityTag.init) {
            self.init(tag, reading)
            return
        }
        guard let text = head.headers["Last-Modified"], text.utf8.count <= 40, let modified = secondsSince1970(text),
            let now = head.headers["Date"].flatMap(secondsSince1970), now - modified >= 60
        else { return nil }
        self.init(.date, reading, text)
    }

    init(_ tag: EntityTag, _ reading: Reading) {
        let version = FileVersion(tag.isWeak ? .weak : .strong, reading, tag.opaque)
        let isLong = version.text.utf8.count > Self.maximumLength
        self = isLong ? FileVersion(tag.isWeak ? .longWeak : .longStrong, reading, shortHash(tag.opaque)) : version
    }

    /// Reads a text back; nil if it is none of these, or was read in another way.
    init?(text: String, _ reading: Reading) {
        guard let kind = text.first.flatMap(Kind.init), text.dropFirst().hasPrefix("\(reading.tag):") else {
            return nil
        }
        self.init(kind, reading, String(text.dropFirst(reading.tag.count + 2)))
    }

    /// What the store keeps.
    var text: String { "\(kind.rawValue)\(reading):\(value)" }

    /// The header fields that ask for the file only if it is another one by now; none for what no server could answer.
    var condition: HTTPHeaders? {
        switch kind {
        case .strong: ["If-None-Match": value]
        case .weak: ["If-None-Match": "W/\(value)"]
        case .date: ["If-Modified-Since": value]
        case .bytes, .longStrong, .longWeak: nil
        }
    }

    /// Whether the version is that of an ETag too long to be kept, so that nobody could ask with it.
    var isLongTag: Bool { kind == .longStrong || kind == .longWeak }

    /// Whether two files of this version have the same bytes, and not only the same meaning or date.
    var meansTheSameBytes: Bool { kind == .bytes || kind == .strong || kind == .longStrong }

    /// Whether "not modified" may have been said of this version, by the ETag that came along.
    ///
    /// Weak comparison, as the server's own (RFC 9110, 13.1.2).
    func mayBeMeant(by head: HTTPResponseHead) -> Bool {
        guard kind == .strong || kind == .weak, let tag = head.headers["ETag"].flatMap(EntityTag.init) else {
            return true
        }
        return tag.opaque == value
    }
}

/// An ETag: a text in quotation marks, and whether it promises the same bytes or only the same meaning.
struct EntityTag: Equatable, Sendable {
    let isWeak: Bool
    /// With its quotation marks.
    let opaque: String

    /// Fails for what RFC 9110 does not allow: it could not be sent back as it came.
    init?(_ text: String) {
        isWeak = text.hasPrefix("W/")
        opaque = isWeak ? String(text.dropFirst(2)) : text
        let quote = UInt8(ascii: "\"")
        let bytes = Array(opaque.utf8)
        guard bytes.count >= 2, bytes.first == quote, bytes.last == quote,
            bytes[1..<(bytes.count - 1)].allSatisfy({ $0 == 0x21 || (0x23...0x7E).contains($0) })
        else { return nil }
    }
}

/// 16 bytes of the SHA-256 of a text, in hexadecimal digits.
func shortHash(_ text: String) -> String {
    var hasher = SHA256Hasher()
    hasher.update(text)
    return String(hasher.finish().hex.prefix(32))
}
