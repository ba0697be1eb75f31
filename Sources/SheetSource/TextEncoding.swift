/// How the characters of a text file are written.
package enum TextEncoding: String, Sendable, CaseIterable {
    /// UTF-8, with or without a byte order mark.
    case utf8 = "utf-8"
    /// Shift_JIS as Windows and Excel write it in Japan (CP932, Windows-31J).
    case cp932
    /// UTF-16 with a byte order mark, separated by tabs, as Excel's "Unicode text".
    case utf16 = "utf-16"
    /// Whichever of them the whole file is written in.
    ///
    /// By its byte order mark, where there is one; or else UTF-8 if every byte of the file is, and CP932 if every byte
    /// is that. The file is looked at from beginning to end before a row is read, so that no file is read half in one
    /// and half in the other.
    case auto

    /// The encoding that a configuration or a `charset` names; nil for one that is not read.
    package init?(name: String) {
        switch name.lowercased() {
        case "utf-8", "utf8", "us-ascii": self = .utf8
        case "cp932", "ms932", "windows-31j", "shift_jis", "shift-jis", "sjis", "x-sjis": self = .cp932
        case "utf-16", "utf-16le", "utf16": self = .utf16
        case "auto": self = .auto
        default: return nil
        }
    }
}

/// The form of the bytes, once it is settled.
enum Charset: Equatable, Sendable {
    case utf8
    case cp932
    case utf16LittleEndian
    case utf16BigEndian

    /// What a person calls it.
    var name: String {
        switch self {
        case .utf8: "UTF-8"
        case .cp932: "CP932 (Shift_JIS)"
        case .utf16LittleEndian, .utf16BigEndian: "UTF-16"
        }
    }

    /// The charset that a file's first bytes say by their byte order mark; nil where there is none.
    init?(markIn bytes: [UInt8]) {
        switch (bytes.first, bytes.dropFirst().first, bytes.dropFirst(2).first) {
        case (0xEF, 0xBB, 0xBF): self = .utf8
        case (0xFF, 0xFE, _): self = .utf16LittleEndian
        case (0xFE, 0xFF, _): self = .utf16BigEndian
        default: return nil
        }
    }

    /// What stands between two cells.
    ///
    /// Excel writes UTF-16 with tabs only.
    var separator: UInt8 {
        switch self {
        case .utf8, .cp932: UInt8(ascii: ",")
        case .utf16LittleEndian, .utf16BigEndian: UInt8(ascii: "\t")
        }
    }
}
