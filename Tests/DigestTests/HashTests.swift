import Digest
import Testing

@Suite struct SHA256Hashing {
    /// FIPS 180-2's own examples, and nothing at all.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ]) func agreesWithTheStandard(text: String, hex: String) {
        var hasher = SHA256Hasher()
        hasher.update(text)
        #expect(hasher.finish().hex == hex)
        hasher.update(Array(text.utf8))
        #expect(hasher.finish().hex == hex)
    }

    @Test func agreesWithTheStandardForAMillionLetters() {
        var hasher = SHA256Hasher()
        for _ in 0..<1_000 { hasher.update([UInt8](repeating: UInt8(ascii: "a"), count: 1_000)) }
        #expect(hasher.finish().hex == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    @Test func dependsOnTheBytesAndNotOnTheirPieces() {
        var whole = SHA256Hasher()
        whole.update("the same bytes")
        var pieces = SHA256Hasher()
        for byte in "the same bytes".utf8 { pieces.update([byte]) }
        #expect(whole.finish() == pieces.finish())
    }

    @Test func beginsAnewAfterEachDigest() {
        var hasher = SHA256Hasher()
        hasher.update("one")
        _ = hasher.finish()
        hasher.update("abc")
        #expect(hasher.finish().hex.hasPrefix("ba7816bf"))
    }

    @Test func takesTheFirst16BytesForAKey() throws {
        var hasher = SHA256Hasher()
        let short = Array("abc".utf8).withUnsafeBytes { hasher.first16(of: $0) }
        hasher.update("abc")
        let digest = hasher.finish()
        #expect(short == digest.first16)
        #expect(short == (0xba78_16bf_8f01_cfea, 0x4141_40de_5dae_2223))
    }
}

@Suite struct Digests {
    @Test func roundTripAsBytesAndAsText() throws {
        let bytes = (0..<32).map { UInt8($0 * 7) }
        let digest = try #require(SHA256Digest(bytes: bytes))
        #expect(digest.bytes == bytes)
        #expect(SHA256Digest(hex: digest.hex) == digest)
        #expect(SHA256Digest(hex: digest.hex.uppercased()) == digest)
        #expect("\(digest)" == digest.hex)
    }

    @Test(arguments: ["", "00", String(repeating: "0", count: 63), String(repeating: "g", count: 64)])
    func areNothingElse(_ text: String) {
        #expect(SHA256Digest(hex: text) == nil)
    }

    @Test func standInTheOrderOfTheirBytes() throws {
        let low = try #require(SHA256Digest(hex: "7f" + String(repeating: "f", count: 62)))
        let high = try #require(SHA256Digest(hex: "80" + String(repeating: "0", count: 62)))
        #expect(low < high)
        #expect(!(high < low))
    }
}

@Suite struct MessageAuthentication {
    /// RFC 4231, cases 1, 2, 3, 6 and 7.
    static let cases: [(key: [UInt8], message: String, code: String)] = [
        (
            [UInt8](repeating: 0x0b, count: 20), "Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            Array("Jefe".utf8), "what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xaa, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
        (
            [UInt8](repeating: 0xaa, count: 131),
            "This is a test using a larger than block-size key and a larger than block-size data. The key needs to be "
                + "hashed before being used by the HMAC algorithm.",
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
        ),
    ]

    @Test(arguments: cases) func agreesWithTheStandard(key: [UInt8], message: String, code: String) {
        #expect(HMACSHA256.authenticate(Array(message.utf8), key: key).hex == code)
    }

    @Test func agreesForBytesThatAreNoText() {
        let code = HMACSHA256.authenticate(
            [UInt8](repeating: 0xdd, count: 50), key: [UInt8](repeating: 0xaa, count: 20))
        #expect(code.hex == "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe")
    }
}

@Suite struct Encodings {
    /// RFC 4648's examples, with the padding off.
    @Test(arguments: [
        ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
        ("foobar", "Zm9vYmFy"),
    ]) func base64AgreesWithTheStandard(text: String, encoded: String) {
        #expect(base64URL(Array(text.utf8)) == encoded)
        #expect(base64URLDecoded(encoded) == Array(text.utf8))
    }

    @Test func base64UsesTheLettersThatAreSafeInAddresses() {
        #expect(base64URL([0xfb, 0xff, 0xfe]) == "-__-")
    }

    @Test(arguments: ["Zg==", "Zh", "Z", "Zm 9v", "Zm9v\n", "+/8", "日"]) func base64IsNothingElse(_ text: String) {
        #expect(base64URLDecoded(text) == nil)
    }

    @Test func comparesWholeByteStrings() {
        #expect(constantTimeEqual([1, 2], [1, 2]))
        #expect(!constantTimeEqual([1, 2], [1, 3]))
        #expect(!constantTimeEqual([1, 2], [1, 2, 3]))
        #expect(constantTimeEqual([], []))
    }

    @Test func randomBytesAreAsManyAsAskedForAndNeverTheSame() {
        #expect(secureRandomBytes(32).count == 32)
        #expect(secureRandomBytes(32) != secureRandomBytes(32))
        #expect(secureRandomBytes(-1).isEmpty)
    }
}
