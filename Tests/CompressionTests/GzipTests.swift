import TestRandom
import Testing

@testable import Compression

@Suite struct GzipTests {
    private static func decoded(_ bytes: [UInt8]) throws -> [UInt8] {
        let decoder = try #require(GzipDecoder())
        var out: [UInt8] = []
        try bytes.withUnsafeBytes { try decoder.decode($0, into: &out) }
        #expect(decoder.isAtEnd)
        return out
    }

    private static func encoded(_ pieces: [[UInt8]]) throws -> [UInt8] {
        let encoder = try #require(GzipEncoder())
        return pieces.flatMap { encoder.encode($0) } + encoder.finish()
    }

    @Test(arguments: [0, 1, 100, 65_536, 1_000_003])
    func whatIsCompressedComesBack(size: Int) throws {
        var random = SeededRandom(seed: UInt64(size))
        let bytes = (0..<size).map { _ in UInt8.random(in: 0...15, using: &random) }
        #expect(try Self.decoded(try Self.encoded([bytes])) == bytes)
    }

    @Test func thePiecesMakeNoDifference() throws {
        let text = Array(String(repeating: #"["レシピ",1,"カテゴリ"],"#, count: 20_000).utf8)
        let whole = try Self.encoded([text])
        #expect(whole.count < text.count / 20)
        let pieces = stride(from: 0, to: text.count, by: 777).map { Array(text[$0..<min($0 + 777, text.count)]) }
        #expect(try Self.encoded(pieces) == whole)
    }

    @Test func whatWasFlushedCanBeReadBeforeTheEnd() throws {
        let encoder = try #require(GzipEncoder())
        let bytes = encoder.encode(Array("first".utf8)) + encoder.flush()
        let decoder = try #require(GzipDecoder())
        var out: [UInt8] = []
        try bytes.withUnsafeBytes { try decoder.decode($0, into: &out) }
        #expect(out == Array("first".utf8) && !decoder.isAtEnd)
    }

    @Test func aBodyThatIsCutOrDamagedIsNotWhole() throws {
        let whole = try Self.encoded([Array("some text that is long enough to be worth it".utf8)])
        let decoder = try #require(GzipDecoder())
        var out: [UInt8] = []
        try whole.dropLast(3).withUnsafeBytes { try decoder.decode($0, into: &out) }
        #expect(!decoder.isAtEnd)
        var damaged = whole
        damaged[whole.count - 6] ^= 1
        let other = try #require(GzipDecoder())
        #expect(throws: DecodingFailure.self) {
            try damaged.withUnsafeBytes { try other.decode($0, into: &out) }
        }
    }
}
