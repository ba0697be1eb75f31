import Digest
import Foundation
import Testing

/// The `openssl` command in a folder of its own, which goes when this does.
private final class OpenSSL {
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    /// Runs one command; true if it ended with status 0.
    @discardableResult
    func run(_ arguments: String) throws -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments.split(separator: " ").map(String.init)
        process.currentDirectoryURL = folder
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    func text(_ name: String) throws -> String {
        try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
    }

    func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.appendingPathComponent(name)))
    }

    func write(_ bytes: [UInt8], to name: String) throws {
        try Data(bytes).write(to: folder.appendingPathComponent(name))
    }

    func makeKey(_ name: String, bits: Int = 2_048) throws {
        try run("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:\(bits) -out \(name).pem")
        try run("pkey -in \(name).pem -pubout -out \(name).pub")
    }
}

@Suite struct RS256Signatures {
    private let message = Array("header.claims 表".utf8)

    @Test func areTakenByOpenSSLAndTheOtherWayRound() throws {
        let openssl = try OpenSSL()
        try openssl.makeKey("key")
        try openssl.write(message, to: "message")
        let ours = try RS256.sign(message, privateKeyPEM: openssl.text("key.pem"))
        try openssl.write(ours, to: "ours")
        #expect(try openssl.run("dgst -sha256 -verify key.pub -signature ours message"))
        try openssl.run("dgst -sha256 -sign key.pem -out theirs message")
        let theirs = try openssl.bytes("theirs")
        #expect(theirs == ours)
        #expect(try RS256.verify(theirs, of: message, publicKeyPEM: openssl.text("key.pub")))
    }

    @Test func areTakenInTheOldFormOfKeysToo() throws {
        let openssl = try OpenSSL()
        try openssl.makeKey("key")
        try openssl.run("rsa -traditional -in key.pem -out old.pem")
        #expect(try openssl.text("old.pem").contains("BEGIN RSA PRIVATE KEY"))
        let signature = try RS256.sign(message, privateKeyPEM: openssl.text("old.pem"))
        #expect(try RS256.verify(signature, of: message, publicKeyPEM: openssl.text("key.pub")))
    }

    @Test func holdForNoOtherMessageSignatureOrKey() throws {
        let openssl = try OpenSSL()
        try openssl.makeKey("key")
        try openssl.makeKey("other")
        let publicKey = try openssl.text("key.pub")
        let signature = try RS256.sign(message, privateKeyPEM: openssl.text("key.pem"))
        var damaged = signature
        damaged[7] ^= 1
        #expect(try !RS256.verify(signature, of: message + [0], publicKeyPEM: publicKey))
        #expect(try !RS256.verify(damaged, of: message, publicKeyPEM: publicKey))
        #expect(try !RS256.verify(signature.dropLast(), of: message, publicKeyPEM: publicKey))
        #expect(try !RS256.verify([], of: message, publicKeyPEM: publicKey))
        #expect(try !RS256.verify(signature, of: message, publicKeyPEM: openssl.text("other.pub")))
        #expect(try RS256.verify(signature, of: message, publicKeyPEM: publicKey))
    }

    @Test func refuseKeysThatCannotSignSo() throws {
        let openssl = try OpenSSL()
        try openssl.makeKey("short", bits: 1_024)
        try openssl.run("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1 -out curve.pem")
        try openssl.makeKey("key")
        try openssl.run("pkey -in key.pem -aes128 -passout pass:x -out locked.pem")
        let expected: [(String, DigestError)] = [
            (try openssl.text("short.pem"), .unsuitableKey(algorithm: "RSA", bits: 1_024)),
            (try openssl.text("curve.pem"), .unsuitableKey(algorithm: "EC", bits: 256)),
            (try openssl.text("locked.pem"), .unreadablePrivateKey),
            (try openssl.text("key.pub"), .unreadablePrivateKey), ("", .unreadablePrivateKey),
        ]
        for (key, error) in expected {
            #expect(throws: error) { _ = try RS256.sign(message, privateKeyPEM: key) }
        }
        #expect(throws: DigestError.unreadablePublicKey) {
            _ = try RS256.verify([1], of: message, publicKeyPEM: "no key")
        }
    }
}
