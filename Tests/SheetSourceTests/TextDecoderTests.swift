import Foundation
import Testing

@testable import SheetSource

@Suite struct TextDecoderTests {
    private func decode(_ bytes: [UInt8], _ charset: Charset, splitAt split: Int) throws -> String {
        var decoder = try TextDecoder(charset)
        var decoded = try decoder.decode(Array(bytes[..<split]))
        decoded += try decoder.decode(Array(bytes[split...]))
        try decoder.finish()
        return String(decoding: decoded, as: UTF8.self)
    }

    /// What Excel writes in Japan and other Shift_JIS does not have, or has as something else.
    private static let excel: [(text: String, bytes: [UInt8])] = [
        ("～", [0x81, 0x60]), ("∥", [0x81, 0x61]), ("－", [0x81, 0x7C]), ("￠", [0x81, 0x91]), ("￡", [0x81, 0x92]),
        ("￢", [0x81, 0xCA]), ("―", [0x81, 0x5C]), ("＼", [0x81, 0x5F]), ("\\", [0x5C]), ("~", [0x7E]),
        ("①", [0x87, 0x40]), ("㈱", [0x87, 0x8A]), ("㌔", [0x87, 0x60]), ("∑", [0x87, 0x94]), ("№", [0x87, 0x82]),
        ("髙", [0xFB, 0xFC]), ("﨑", [0xFA, 0xB1]), ("纊", [0xFA, 0x5C]), ("纊", [0xED, 0x40]), ("ⅰ", [0xFA, 0x40]),
        ("ｱ", [0xB1]), ("ﾞ", [0xDE]), ("表", [0x95, 0x5C]), ("ソ", [0x83, 0x5C]), ("醤油", [0x8F, 0xDD, 0x96, 0xFB]),
    ]

    @Test func readsWhatExcelWritesInJapanAsWindowsDoes() throws {
        for (text, bytes) in Self.excel { #expect(try decode(bytes, .cp932, splitAt: 0) == text, "\(bytes)") }
    }

    @Test func charactersMayBeCutAnywhereByThePiecesTheyComeIn() throws {
        let text = "料理ID,\"～①\n髙﨑ｱ\"\r\n表ソ,x\n"
        let utf16 = text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        let shiftJIS =
            [0x97, 0xBF, 0x97, 0x9D] + Array("ID,\"".utf8) + [
                0x81, 0x60, 0x87, 0x40, 0x0A, 0xFB, 0xFC, 0xFA, 0xB1, 0xB1,
            ]
            + Array("\"\r\n".utf8) + [0x95, 0x5C, 0x83, 0x5C] + Array(",x\n".utf8)
        let emoji = "🍜\u{10FFFF}"
        let forms: [(Charset, [UInt8], String)] = [
            (.utf8, Array((text + emoji).utf8), text + emoji), (.cp932, shiftJIS, text),
            (.utf16LittleEndian, utf16, text),
            (.utf16BigEndian, emoji.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }, emoji),
        ]
        for (charset, bytes, expected) in forms {
            for split in 0...bytes.count {
                #expect(try decode(bytes, charset, splitAt: split) == expected, "\(charset) at \(split)")
            }
        }
    }

    @Test(
        arguments: [
            (Charset.utf8, [0x61, 0x0A, 0x83, 0x8C], 2, 2, false),
            (.utf8, [0x61, 0x0D, 0x0A, 0x0D, 0xE3, 0x81], 3, 4, true),
            (.utf8, [0xE3, 0x81, 0x0A], 1, 0, false), (.utf8, [0xED, 0xA0, 0x80], 1, 0, false),
            (.utf8, [0xF4, 0x90, 0x80, 0x80], 1, 0, false), (.utf8, [0xC0, 0x80], 1, 0, false),
            (.cp932, [0x61, 0x0A, 0x80, 0x61], 2, 2, false), (.cp932, [0x95, 0x5C, 0x81, 0x20], 1, 2, false),
            (.cp932, [0x61, 0x0A, 0x0A, 0x95], 3, 3, true), (.cp932, [0xFF], 1, 0, false),
            (.cp932, [0xA0], 1, 0, false),
            (.cp932, [0x85, 0x40], 1, 0, false), (.utf16LittleEndian, [0x0A, 0x00, 0x00, 0xDC], 2, 2, false),
            (.utf16LittleEndian, [0x61, 0x00, 0x61], 1, 2, true),
            (.utf16LittleEndian, [0x00, 0xD8, 0x61, 0x00], 1, 0, false),
        ] as [(Charset, [UInt8], Int, Int, Bool)])
    func whatIsNoTextIsToldWithItsPlace(charset: Charset, bytes: [UInt8], line: Int, byte: Int, isCutShort: Bool) {
        let expected = UndecodableText(charset: charset, line: line, byte: byte, isCutShort: isCutShort)
        for split in 0...bytes.count {
            #expect(throws: expected, "split at \(split)") { try decode(bytes, charset, splitAt: split) }
        }
    }

    @Test(arguments: [
        ("UTF-8", TextEncoding.utf8), ("Shift_JIS", .cp932), ("windows-31j", .cp932), ("CP932", .cp932),
        ("auto", .auto), ("utf-16", .utf16), ("euc-jp", nil), ("latin1", nil),
    ])
    func encodingsGoByTheNamesThatPeopleAndServersUse(name: String, encoding: TextEncoding?) {
        #expect(TextEncoding(name: name) == encoding)
    }
}
