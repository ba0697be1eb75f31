/// The declared normalisation of one field's text.
///
/// Most text is normal already, and a look at its bytes proves it: printable ASCII, kana, common ideographs and symbols
/// never change and never combine with what stands next to them. Full-width ASCII and full-width spaces are mapped on
/// the spot. Everything else goes through `normalized(_:)`, which is the definition; the fast way only has to agree.
struct TextNormalizer: Sendable {
    private let steps: [Normalization]
    /// Full-width ASCII and the full-width space become ASCII.
    private let narrows: Bool
    private let trims: Bool
    private let collapses: Bool
    /// The first of the 26 letters that change their case; with none, no letter has this value.
    private let firstChanging: UInt8

    init(_ steps: [Normalization]) {
        self.steps = steps
        narrows = steps.contains(.nfkc) || steps.contains(.width)
        trims = steps.contains(.trim)
        collapses = steps.contains(.collapseSpace)
        switch steps.last(where: { $0 == .lowercase || $0 == .uppercase }) {
        case .lowercase: firstChanging = UInt8(ascii: "A")
        case .uppercase: firstChanging = UInt8(ascii: "a")
        default: firstChanging = Self.noLetter
        }
    }

    /// So that no byte below 0x80 is one of the 26 from here on.
    private static let noLetter: UInt8 = 0x80

    /// Whether there is no step, and so no text that changes.
    var isIdentity: Bool { steps.isEmpty }

    /// The definition: each step in its turn.
    func normalized(_ text: String) -> String {
        var text = text
        for step in steps {
            switch step {
            case .nfc: text = Composition.nfc(text)
            case .nfkc: text = Composition.nfkc(text)
            case .trim: text = WhiteSpace.trimmed(text)
            case .collapseSpace: text = WhiteSpace.collapsed(text)
            case .kana: text = KanaWidth.widened(text)
            case .width: text = KanaWidth.narrowed(text)
            case .lowercase: text = LetterCase.lowercased(text)
            case .uppercase: text = LetterCase.uppercased(text)
            }
        }
        return text
    }

    /// Whether normalising a text leaves it as it is.
    func isNormal(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            var scratch = ByteArena(capacity: 64)
            return normalize(bytes, scratch: &scratch).elementsEqual(bytes)
        }
    }

    /// The normalised bytes: a part of `bytes`, or else written to `scratch`, where they stay until it is used again.
    func normalize(_ bytes: UnsafeBufferPointer<UInt8>, scratch: inout ByteArena) -> UnsafeBufferPointer<UInt8> {
        if steps.isEmpty { return bytes }
        switch inspect(bytes) {
        case .normal: return trims ? trimmed(bytes) : bytes
        case .mappable: return map(trims ? trimmed(bytes) : bytes, into: &scratch)
        case .unknown:
            scratch.truncate(to: 0)
            var text = normalized(String(decoding: bytes, as: UTF8.self))
            text.withUTF8 { scratch.append($0) }
            return scratch.bytes(from: 0)
        }
    }

    private enum Verdict {
        /// Nothing changes, except that spaces at the ends may go.
        case normal
        /// `map(_:into:)` can do what is needed.
        case mappable
        case unknown
    }

    private func inspect(_ bytes: UnsafeBufferPointer<UInt8>) -> Verdict {
        var verdict = Verdict.normal
        var isAfterSpace = false
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte < 0x80 {
                index += 1
                if byte > 0x20 {
                    if byte &- firstChanging < 26 { verdict = .mappable }
                    isAfterSpace = false
                } else if WhiteSpace.isASCII(byte) {
                    if collapses, isAfterSpace || byte != 0x20 { verdict = .mappable }
                    isAfterSpace = true
                } else {
                    isAfterSpace = false
                }
                continue
            }
            let (scalar, length) = Self.scalar(bytes, index)
            if Self.isStable(scalar) {
                isAfterSpace = false
            } else if scalar == 0x3000 {
                if narrows || collapses { verdict = .mappable }
                isAfterSpace = true
            } else if scalar &- 0xFF01 < 0x5E, narrows || firstChanging == Self.noLetter {
                if narrows { verdict = .mappable }
                isAfterSpace = false
            } else {
                return .unknown
            }
            index += length
        }
        return verdict
    }

    /// Whether a scalar beyond ASCII stays as it is under every step, whatever its neighbours among such scalars are.
    @inline(__always)
    private static func isStable(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x3001...0x3029, 0x3041...0x3096, 0x30A0...0x30FE, 0x3400...0x9FFF: true
        case 0xD7, 0x2580...0x26FF, 0x1F300...0x1F9FF: true
        default: false
        }
    }

    @inline(__always)
    private static func scalar(_ bytes: UnsafeBufferPointer<UInt8>, _ index: Int) -> (UInt32, length: Int) {
        let lead = UInt32(bytes[index])
        func tail(_ offset: Int) -> UInt32 {
            index + offset < bytes.count ? UInt32(bytes[index + offset] & 0x3F) : 0
        }
        if lead < 0xE0 { return ((lead & 0x1F) << 6 | tail(1), 2) }
        if lead < 0xF0 { return ((lead & 0x0F) << 12 | tail(1) << 6 | tail(2), 3) }
        return ((lead & 0x07) << 18 | tail(1) << 12 | tail(2) << 6 | tail(3), 4)
    }

    /// Without white space at the ends, as far as it can stand in text that `inspect` knows.
    private func trimmed(_ bytes: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        var start = 0
        var end = bytes.count
        while start < end {
            if WhiteSpace.isASCII(bytes[start]) {
                start += 1
            } else if Self.isFullWidthSpace(bytes, start) {
                start += 3
            } else {
                break
            }
        }
        while end > start {
            if WhiteSpace.isASCII(bytes[end - 1]) {
                end -= 1
            } else if end - 3 >= start, Self.isFullWidthSpace(bytes, end - 3) {
                end -= 3
            } else {
                break
            }
        }
        return UnsafeBufferPointer(rebasing: bytes[start..<end])
    }

    @inline(__always)
    private static func isFullWidthSpace(_ bytes: UnsafeBufferPointer<UInt8>, _ index: Int) -> Bool {
        bytes[index] == 0xE3 && index + 2 < bytes.count && bytes[index + 1] == 0x80 && bytes[index + 2] == 0x80
    }

    private func map(
        _ bytes: UnsafeBufferPointer<UInt8>, into scratch: inout ByteArena
    ) -> UnsafeBufferPointer<UInt8> {
        scratch.truncate(to: 0)
        scratch.reserve(bytes.count)
        var isAfterSpace = false
        var index = 0
        while index < bytes.count {
            var byte = bytes[index]
            var length = 1
            if byte >= 0x80 {
                let (scalar, size) = Self.scalar(bytes, index)
                length = size
                if scalar == 0x3000, narrows || collapses {
                    byte = 0x20
                } else if narrows, scalar &- 0xFF01 < 0x5E {
                    byte = UInt8(truncatingIfNeeded: scalar &- 0xFEE0)
                }
            }
            if byte >= 0x80 {
                for offset in index..<index + length { scratch.append(bytes[offset]) }
                isAfterSpace = false
            } else if collapses, WhiteSpace.isASCII(byte) {
                if !isAfterSpace { scratch.append(0x20) }
                isAfterSpace = true
            } else {
                scratch.append(byte &- firstChanging < 26 ? byte ^ 0x20 : byte)
                isAfterSpace = false
            }
            index += length
        }
        return scratch.bytes(from: 0)
    }
}
